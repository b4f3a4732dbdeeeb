// `npm run check:genuine`: runs every test file that needs the genuine interpreter, and says how long it took. ESPRUINO
// names the interpreter, a Linux build of Espruino; other arguments go to mocha.
import { ROOT } from '../../host/kit/package';
import { MINUTE_MS } from '../../protocol/time';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Tree } from './check';
import { readTree } from './tree';

/** Built test files whose source asks for the interpreter. */
export function genuineTests(tree: Tree): string[] {
  return [...tree.files]
    .filter(([path, text]) => /^test\/.*\.test\.ts$/.test(path) && text.includes('process.env.ESPRUINO'))
    .map(([path]) => join('dist', path.replace(/\.ts$/, '.js')))
    .sort();
}

function main(args: readonly string[]): number {
  if (!process.env.ESPRUINO) {
    console.error('check:genuine needs ESPRUINO=PATH, a Linux build of Espruino (CONTRIBUTING.md says how to get one)');
    return 1;
  }
  const startedAt = Date.now();
  const files = genuineTests(readTree(ROOT));
  const mocha = join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const { status } = spawnSync(process.execPath, [mocha, ...files, ...args], { cwd: ROOT, stdio: 'inherit' });
  const minutes = ((Date.now() - startedAt) / MINUTE_MS).toFixed(1);
  console.log(`${files.length} test files with ${process.env.ESPRUINO}: ${minutes} minutes`);
  return status ?? 1;
}

if (require.main === module) process.exitCode = main(process.argv.slice(2));
