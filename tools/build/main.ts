// What `npm run build` does after the compiler: the device's images, its crypto module and tables, and a size report.
// Runs as a program; one line on standard error says what failed.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { commitOf } from './commit';
import { buildCrypto } from './crypto-module';
import { checkDialect } from './dialect';
import { ROOT } from './es5';
import { buildImages, dialectError } from './images';

/** Names that the crypto module may use beside Espruino's: it loads in Node as well. */
const CRYPTO_GLOBALS = ['exports', 'module', 'unescape'];

async function main(): Promise<void> {
  const outDir = path.join(ROOT, 'dist', 'firmware');
  const commit = commitOf(ROOT);
  const crypto = await buildCrypto();
  const problems = checkDialect(fs.readFileSync(path.join(outDir, 'crypto.js'), 'utf8'), { name: 'dist/firmware/crypto.js', extraGlobals: CRYPTO_GLOBALS });
  if (problems.length) throw dialectError(problems);
  const images = await buildImages(outDir, commit);
  fs.writeFileSync(path.join(outDir, 'sizes.json'), `${JSON.stringify({ commit, crypto, images }, null, 2)}\n`);
  for (const { board, role, bytes, callDepth, functionVariables } of images) process.stderr.write(`  ${board}/hsm-${role}.js ${bytes} bytes, functions hold ${functionVariables} variables, calls ${callDepth} deep\n`);
}

main().catch((error: Error) => {
  process.stderr.write(`build: ${error.message}\n`);
  process.exitCode = 1;
});
