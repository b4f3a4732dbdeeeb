// What `npm run build` does after the compiler: bundles, the device's images, its crypto module and tables, and a size
// report.
// Runs as a program; one line on standard error says what failed.
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { BoardData } from '../../boards/board';
import { fail } from '../../protocol/errors';
import { buildBundles } from './bundles';
import { commitOf } from './commit';
import { buildCrypto } from './crypto-module';
import { checkDialect } from './dialect/dialect';
import { ROOT } from './es5';
import { buildImages, dialectError, sourcesDigest } from './images';

/** Names that the crypto module may use beside Espruino's: it loads in Node as well. */
const CRYPTO_GLOBALS = ['exports', 'module', 'unescape'];

/** Header of a file in Storage, and its alignment. */
const FILE_OVERHEAD_BYTES = 36;
/** What the firmware itself must be able to keep in Storage: digests of batches and an archive of payments. */
const STORAGE_RESERVE_BYTES = 8192;

/** Throws code `no-room` when the board's Storage cannot hold the image with its tables and leave the reserve. */
function aFit(board: string, role: string, files: number[]): void {
  const { BOARD } = require(path.join(ROOT, 'dist', 'boards', board, 'board.js')) as { BOARD: BoardData };
  const roomBytes = BOARD.storage.pageBytes * BOARD.storage.pageCount - STORAGE_RESERVE_BYTES;
  const wantedBytes = files.reduce((sum, bytes) => sum + bytes + FILE_OVERHEAD_BYTES, 0);
  if (wantedBytes > roomBytes)
    throw fail(
      'no-room',
      `hsm-${role} with its tables takes ${wantedBytes} bytes, Storage of ${board} has ${roomBytes} for them`,
    );
}

/** Builds and checks the crypto module and its tables, unless they were built from the same sources before. */
async function cryptoSizes(outDir: string): Promise<{ code: number; comb: number; words: number }> {
  const digest = sourcesDigest();
  const digestFile = path.join(ROOT, 'dist', '.crypto');
  const files = ['crypto.js', 'comb.bin', 'words.bin'].map((name) => path.join(outDir, name));
  if (
    fs.existsSync(digestFile) &&
    fs.readFileSync(digestFile, 'utf8') === digest &&
    files.every((file) => fs.existsSync(file))
  ) {
    const [code, comb, words] = files.map((file) => fs.statSync(file).size);
    return { code, comb, words };
  }
  const sizes = await buildCrypto();
  const problems = checkDialect(fs.readFileSync(files[0], 'utf8'), {
    name: 'dist/firmware/crypto.js',
    extraGlobals: CRYPTO_GLOBALS,
  });
  if (problems.length) throw dialectError(problems);
  fs.writeFileSync(digestFile, digest);
  return sizes;
}

async function main(): Promise<void> {
  const outDir = path.join(ROOT, 'dist', 'firmware');
  const commit = commitOf(ROOT);
  await buildBundles();
  const crypto = await cryptoSizes(outDir);
  const images = await buildImages(outDir, commit);
  for (const { board, role, bytes } of images) aFit(board, role, [bytes, crypto.comb, crypto.words]);
  fs.writeFileSync(path.join(outDir, 'sizes.json'), `${JSON.stringify({ commit, crypto, images }, null, 2)}\n`);
  for (const { board, role, bytes, callDepth, callDepthBare, functionVariables } of images)
    process.stderr.write(
      `  ${board}/hsm-${role}.js ${bytes} bytes, functions hold ${functionVariables} variables, calls ${callDepth} deep (${callDepthBare} without native hashes)\n`,
    );
}

main().catch((error: Error) => {
  process.stderr.write(`build: ${error.message}\n`);
  process.exitCode = 1;
});
