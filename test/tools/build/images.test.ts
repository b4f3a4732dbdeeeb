// Holds: images are reproducible (two builds of one commit are the same bytes), carry commit and board, and a trap in
// the sources fails the build with the TypeScript file and line.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { expect } from 'chai';
import { ROOT } from '../../../host/kit/package';
import { asFunctions } from './laid';
import { callDepthOf } from '../../../tools/build/dialect/call-depth';
import { COMMIT_PLACE, commitOf } from '../../../tools/build/commit';
import { checkDialect, locator } from '../../../tools/build/dialect/dialect';
import { bundleEs5, compileDevice } from '../../../tools/build/es5';
import { boardNames, dialectError, IMAGE_GLOBALS, RESIDENT, ROLES, stampCommit } from '../../../tools/build/images';
import { contractImage } from '../../boards/contract-image';

const dist = (...parts: string[]): string => path.join(ROOT, 'dist', 'firmware', ...parts);

describe('tools/build images', () => {
  it('knows the boards', () => {
    expect(boardNames()).to.deep.equal(['esp32-a7670', 'esp32-sim800l', 'linux', 'ttgo-t-call', 'ttgo-t-call-a7670']);
  });

  it('names functions that there are as those that stay in RAM', () => {
    for (const [source, names] of Object.entries(RESIDENT)) {
      const text = fs.readFileSync(path.join(ROOT, `${source}.ts`), 'utf8');
      for (const name of names) expect(text, `${source} ${name}`).to.match(new RegExp(`function ${name}\\(`));
    }
  });

  it('makes the same bytes twice', async () => {
    expect(await contractImage('linux')).to.equal(await contractImage('linux'));
  });

  it('puts the commit in its place, moving nothing', () => {
    const code = `var a="${COMMIT_PLACE}";`;
    expect(stampCommit(code, '0123456789ab')).to.equal('var a="0123456789ab";');
    expect(() => stampCommit(code, 'short'))
      .to.throw()
      .with.property('code', 'bad-commit');
    expect(() => stampCommit('var a;', '0123456789ab'))
      .to.throw()
      .with.property('code', 'no-commit-place');
  });

  it('names a commit of twelve characters, and the version where there is no git', () => {
    expect(commitOf(ROOT)).to.match(/^([0-9a-f]{11}[0-9a-f+]|v\d+\.\d+\.\d+-*)$/);
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'chaincloud-commit-'));
    fs.writeFileSync(path.join(dir, 'package.json'), '{"version":"1.2.3"}');
    expect(commitOf(dir)).to.equal('v1.2.3------');
    fs.rmSync(dir, { recursive: true });
  });

  it('has built every board and role, each fit for Espruino, with its map and size', function () {
    if (!fs.existsSync(dist('sizes.json'))) this.skip(); // needs a finished build
    const { commit, images } = JSON.parse(fs.readFileSync(dist('sizes.json'), 'utf8')) as {
      commit: string;
      images: { board: string; role: string; bytes: number }[];
    };
    expect(images.length).to.equal(boardNames().length * ROLES.length);
    for (const { board, role, bytes } of images) {
      const code = fs.readFileSync(dist(board, `hsm-${role}.js`), 'utf8');
      expect(Buffer.byteLength(code)).to.equal(bytes);
      expect(code).to.include(commit).and.include(`"${board}"`).and.not.include(COMMIT_PLACE);
      expect(checkDialect(asFunctions(code), { name: `${board}/${role}`, extraGlobals: IMAGE_GLOBALS })).to.deep.equal(
        [],
      );
      expect(fs.existsSync(dist(board, `hsm-${role}.js.map`))).to.equal(true);
    }
  });

  it('leads a trap back to its line in the sources', async () => {
    compileDevice();
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'chaincloud-trap-'));
    const out = path.join(dir, 'out.js');
    const flash = path.join(ROOT, 'dist', '.device', 'boards', 'linux', 'flash-file.js');
    fs.writeFileSync(
      path.join(dir, 'trap.js'),
      `import { openFlashFile } from '${flash}';\nopenFlashFile();\nprint(Math.trunc(2.5));\n`,
    );
    await bundleEs5(path.join(dir, 'trap.js'), { format: 'iife', minify: true, out, sourceMap: `${out}.map` });
    const code = fs.readFileSync(out, 'utf8');
    const options = {
      name: 'out.js',
      sourceMap: fs.readFileSync(`${out}.map`, 'utf8'),
      mapDir: process.cwd(),
      root: dir,
    };
    const problems = checkDialect(code, options);
    expect(problems.map(({ rule, where }) => `${where} ${rule}`)).to.deep.equal(['trap.js:3:7 missing-builtin']);
    expect(dialectError(problems)).to.have.property('code', 'dialect');
    expect(dialectError(problems).message).to.include('trap.js:3:7 missing-builtin: Math.trunc');
    const where = locator(code, { ...options, root: ROOT })(code.indexOf('"r+"'));
    expect(where).to.match(/^boards\/linux\/flash-file\.ts:\d+:\d+$/);
    const [file, line] = where.split(':');
    expect(fs.readFileSync(path.join(ROOT, file), 'utf8').split('\n')[Number(line) - 1]).to.include("'r+'");
    fs.rmSync(dir, { recursive: true });
  });

  it('counts the longest chain of calls, a recursion once', () => {
    expect(
      callDepthOf('function a(){b()}function b(){c();b()}function c(){}function d(){setTimeout(function(){a()},1)}')
        .depth,
    ).to.equal(3);
    expect(
      callDepthOf(
        'function a(){b()}function b(){c()}function c(){}',
        (_caller, callee) => callee !== 'function a(){b()}function b(){c()}function c('.length + 2,
      ).depth,
      'calls that are not made',
    ).to.equal(2);
    expect(callDepthOf('var a=1;').depth).to.equal(0);
  });
});
