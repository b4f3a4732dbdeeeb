// What `npm run build` does after the compiler: bundles, the device's images, its crypto module and tables, and a size
// report.
// Runs as a program; one line on standard error says what failed.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { BUILT_FIRMWARE, ROOT } from '../../host/kit/package';
import type { BoardData, Role } from '../../boards/board';
import { buildBundles } from './bundles';
import { commitOf } from './commit';
import { buildCrypto } from './crypto-module';
import { checkDialect } from './dialect/dialect';
import { buildImages, dialectError, sourcesDigest, type ImageSize } from './images';
import { aDepth, aFit, aSpeed, figuresLine } from './limits';

/** Names that the crypto module may use beside Espruino's: it loads in Node as well. */
const CRYPTO_GLOBALS = ['exports', 'module', 'unescape'];

/** The figures of the last build, for comparison; none where there was none. */
function lastImages(file: string): ImageSize[] {
  return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as { images: ImageSize[] }).images : [];
}

/** Builds and checks the crypto module and its tables, unless they were built from the same sources before. */
async function cryptoSizes(): Promise<{ code: number; comb: number; words: number }> {
  const digest = sourcesDigest();
  const digestFile = path.join(ROOT, 'dist', '.crypto');
  const files = ['crypto.js', 'comb.bin', 'words.bin'].map((name) => path.join(BUILT_FIRMWARE, name));
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
  const commit = commitOf(ROOT);
  await buildBundles();
  const crypto = await cryptoSizes();
  const images = await buildImages(BUILT_FIRMWARE, commit);
  const sizesFile = path.join(BUILT_FIRMWARE, 'sizes.json');
  const before = lastImages(sizesFile);
  for (const image of images) {
    const { BOARD } = require(path.join(ROOT, 'dist', 'boards', image.board, 'board.js')) as { BOARD: BoardData };
    const last = before.find(({ board, role }) => board === image.board && role === image.role);
    process.stderr.write(`  ${figuresLine(image, last)}\n`);
    aFit(BOARD, image.role, [image.bytes, crypto.comb, crypto.words]);
    aDepth(BOARD, image);
    aSpeed(BOARD, image.role as Role);
  }
  fs.writeFileSync(sizesFile, `${JSON.stringify({ commit, crypto, images }, null, 2)}\n`);
}

main().catch((error: Error) => {
  process.stderr.write(`build: ${error.message}\n`);
  process.exitCode = 1;
});
