'use strict';
// Compiles, then writes what the declarations make. Plain JavaScript because it runs before anything is compiled.
// Sources that do not type-check stop nothing here: a changed declaration is ahead of what is made from it.
const path = require('path');
const { spawnSync } = require('child_process');

const ROOT = path.resolve(__dirname, '..', '..');
const run = (args) => spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' }).status;

run([require.resolve('typescript/bin/tsc'), '-p', path.join(ROOT, 'tsconfig.src.json')]);
process.exitCode = run([path.join(ROOT, 'dist', 'tools', 'generate', 'main.js')]) ?? 1;
