// What `npm run build` does after the compiler: the device's images, its crypto module and tables, and a size report.
// Runs as a program; one line on standard error says what failed.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { commitOf } from './commit';
import { buildCrypto } from './crypto-module';
import { ROOT } from './es5';
import { buildImages } from './images';

async function main(): Promise<void> {
  const outDir = path.join(ROOT, 'dist', 'firmware');
  const commit = commitOf(ROOT);
  await buildCrypto();
  const images = await buildImages(outDir, commit);
  fs.writeFileSync(path.join(outDir, 'sizes.json'), `${JSON.stringify({ commit, images }, null, 2)}\n`);
  for (const { board, role, bytes } of images) process.stderr.write(`  ${board}/hsm-${role}.js ${bytes} bytes\n`);
}

main().catch((error: Error) => {
  process.stderr.write(`build: ${error.message}\n`);
  process.exitCode = 1;
});
