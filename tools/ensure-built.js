'use strict';
// Brings dist/ up to date: compiles the TypeScript and emits the device images when a source is newer than the last
// build. Plain JavaScript because it runs before anything is compiled. `--force` builds in any case. An installed
// package has no sources: it is built, and stays as it is.
const fs = require('fs');
const path = require('path');
const { spawnSync } = require('child_process');

const ROOT = path.resolve(__dirname, '..');
const STAMP = path.join(ROOT, 'dist', '.built');
const SOURCES = [
  'package.json',
  'tsconfig.json',
  'tsconfig.src.json',
  'tsconfig.test.json',
  'protocol',
  'firmware',
  'boards',
  'host',
  'tools',
  'test',
];

/** Newest modification time (ms) of a file, or of everything below a folder. */
function newestMs(file) {
  const stat = fs.statSync(file);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return fs.readdirSync(file).reduce((ms, name) => Math.max(ms, newestMs(path.join(file, name))), stat.mtimeMs);
}

/** Is this an installed package, and no checkout? */
function isInstalled() {
  return !fs.existsSync(path.join(ROOT, 'tsconfig.json'));
}

function isStale() {
  if (!fs.existsSync(STAMP)) return true;
  const builtMs = fs.statSync(STAMP).mtimeMs;
  return SOURCES.some((name) => newestMs(path.join(ROOT, name)) > builtMs);
}

function run(args) {
  // A build's chatter goes to standard error: standard output belongs to the command that follows (`--json`).
  const done = spawnSync(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 2, 2] });
  if (done.status !== 0) process.exit(done.status === null ? 1 : done.status);
}

/**
 * Removes what was compiled from sources that have moved: `wire.js` of yesterday would stand before `wire/index.js`.
 * mark: the ending of the file that the compiler writes beside its output, and nothing else does.
 */
function removeLeftovers(outputs, sources, mark) {
  if (!fs.existsSync(outputs)) return;
  for (const entry of fs.readdirSync(outputs, { withFileTypes: true })) {
    const output = path.join(outputs, entry.name);
    if (entry.isDirectory()) removeLeftovers(output, path.join(sources, entry.name), mark);
    else if (entry.name.endsWith(mark)) {
      const name = entry.name.slice(0, -mark.length);
      if (fs.existsSync(path.join(sources, `${name}.ts`))) continue;
      for (const end of ['.js', '.js.map', '.d.ts']) fs.rmSync(path.join(outputs, name + end), { force: true });
    }
  }
}

function ensureBuilt(force) {
  if (isInstalled() || (!force && !isStale())) return;
  const startedAt = new Date();
  process.stderr.write('building dist/ ...\n');
  for (const folder of ['protocol', 'firmware', 'boards', 'host', 'tools', 'test']) {
    removeLeftovers(path.join(ROOT, 'dist', folder), path.join(ROOT, folder), '.d.ts');
    removeLeftovers(path.join(ROOT, 'dist', '.device', folder), path.join(ROOT, folder), '.js.map');
  }
  run([require.resolve('typescript/bin/tsc'), '-b', path.join(ROOT, 'tsconfig.test.json')]);
  run([path.join(ROOT, 'dist', 'tools', 'build', 'main.js')]);
  fs.writeFileSync(STAMP, '');
  fs.utimesSync(STAMP, startedAt, startedAt); // a source saved while the build ran is newer than this
}

module.exports = { ensureBuilt, isInstalled };
if (require.main === module) ensureBuilt(process.argv.includes('--force'));
