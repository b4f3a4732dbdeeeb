// The packed package in an empty folder, as a customer installs it: the command line, the README's example in
// JavaScript and in TypeScript, and both kinds of import. Without a registry to install from, all of it is skipped.
import { expect } from 'chai';
import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as ts from 'typescript';
import { README, blockOf } from '../readme-blocks';

const ROOT = resolve(__dirname, '..', '..', '..');
const OFFLINE = /ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|ENOTCACHED/;
/** A packed file is smaller than this. */
const MAX_PACKED_BYTES = 4_000_000;

describe('the installed package', function () {
  this.timeout(900_000);
  const folder = mkdtempSync(join(tmpdir(), 'chaincloud-install-'));
  const run = (command: string, args: string[], cwd = folder): SpawnSyncReturns<string> =>
    spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 26 });
  const works = (command: string, args: string[]): string => {
    const { status, stdout, stderr } = run(command, args);
    expect(status, `${command} ${args.join(' ')}\n${stdout}\n${stderr}`).to.equal(0);
    return stdout;
  };
  const runSource = (name: string, source: string): string => {
    writeFileSync(join(folder, name), source);
    return works(process.execPath, [name]);
  };

  before(function () {
    const packed = run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], ROOT);
    expect(packed.status, packed.stderr).to.equal(0);
    const [{ filename, size }] = JSON.parse(packed.stdout) as [{ filename: string; size: number }];
    expect(size).to.be.below(MAX_PACKED_BYTES);
    writeFileSync(join(folder, 'package.json'), '{ "name": "customer", "private": true }');
    const installed = run('npm', ['install', '--no-audit', '--no-fund', join(folder, filename)]);
    if (installed.status !== 0 && OFFLINE.test(installed.stderr)) {
      console.log('    skipped: no registry to install the dependencies from');
      this.skip();
    }
    expect(installed.status, installed.stderr).to.equal(0);
    expect(installed.stderr).not.to.include('EBADENGINE');
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('brings in no package with an install script, no source, no test and no benchmark', () => {
    const lock = readFileSync(join(folder, 'package-lock.json'), 'utf8');
    expect(lock).not.to.include('hasInstallScript');
    const files = readdirSync(join(folder, 'node_modules', 'chaincloud-hsm'), { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => /^dist\/(test|tools\/(bench|build|check))|(?<!\.d)\.ts$/.test(file))).to.deep.equal(
      [],
    );
  });

  it('has a command line that is built: it compiles nothing', () => {
    expect(works('npx', ['chaincloud', '--help'])).to.match(/^usage: chaincloud COMMAND/);
    expect(run('npx', ['chaincloud', 'build']).stderr).not.to.include('building');
    expect(works('npx', ['chaincloud', 'build'])).to.include('esp32-sim800l');
    expect(existsSync(join(folder, 'node_modules', 'typescript'))).to.equal(false);
  });

  it('says which package a serial port needs, and which EspruinoTools', () => {
    const { status, stderr } = run('npx', ['chaincloud', 'console', '--port', '/dev/null']);
    expect(status).to.equal(1);
    expect(stderr).to.include('npm install serialport');
    const image = ['--board', 'esp32-sim800l', '--role', 'hot', '--with', 'espruino'];
    expect(run('npx', ['chaincloud', 'flash', '--port', '/dev/null', ...image]).stderr).to.include(
      'npm install espruino',
    );
  });

  it('runs the whole system once', () => {
    const told = JSON.parse(works('npx', ['chaincloud', 'sim', '--once', '--json'])) as { ok: boolean };
    expect(told.ok).to.equal(true);
  });

  it("runs the README's example as JavaScript, imported", () => {
    const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
    const { outputText } = ts.transpileModule(blockOf(README, 'example'), { compilerOptions: options });
    expect(runSource('example.mjs', outputText)).to.match(/^paid once by [0-9a-f]{64}\n$/m);
  });

  it("compiles the README's example as TypeScript", () => {
    writeFileSync(join(folder, 'example.ts'), blockOf(README, 'example'));
    const types = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules', '@types')];
    const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    works(process.execPath, [
      compiler,
      '--noEmit',
      '--strict',
      '--module',
      'node16',
      '--target',
      'es2022',
      ...types,
      'example.ts',
    ]);
  });

  it('is required and imported, the codec and the crypto module too', () => {
    const loads =
      'console.log(typeof createSimulation, cborEncode([1]).join(), crypto.sha256(new Uint8Array(0)).length);';
    const required = `const { createSimulation } = require('chaincloud-hsm');
      const { cborEncode } = require('chaincloud-hsm/protocol');
      const crypto = require('chaincloud-hsm/dist/firmware/crypto.js');`;
    const imported = `import { createSimulation } from 'chaincloud-hsm';
      import { cborEncode } from 'chaincloud-hsm/dist/protocol/index.js';
      import crypto from 'chaincloud-hsm/dist/firmware/crypto.js';`;
    expect(runSource('required.cjs', `${required}\n${loads}`)).to.equal('function 129,1 32\n');
    expect(runSource('imported.mjs', `${imported}\n${loads}`)).to.equal('function 129,1 32\n');
  });
});
