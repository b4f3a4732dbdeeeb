import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { genuineTests } from '../../../tools/check/genuine';
import { treeOf } from './tree-of';

describe('check:genuine', () => {
  it('takes every test file that asks for the interpreter, and no helper', () => {
    const asks = 'if (!process.env.ESPRUINO) this.skip();';
    expect(genuineTests(treeOf({ 'test/b.test.ts': asks, 'test/a.test.ts': '', 'test/c.ts': asks }))).to.deep.equal([
      join('dist', 'test', 'b.test.js'),
    ]);
  });

  it('says what it needs, and fails, without ESPRUINO', () => {
    const program = join(__dirname, '..', '..', '..', 'tools', 'check', 'genuine.js');
    const env = { ...process.env };
    delete env.ESPRUINO;
    const { status, stderr } = spawnSync(process.execPath, [program], { encoding: 'utf8', env });
    expect(status).to.equal(1);
    expect(stderr).to.include('ESPRUINO=PATH');
  });
});
