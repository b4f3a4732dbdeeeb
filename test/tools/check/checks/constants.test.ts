import { expect } from 'chai';
import { constants } from '../../../../tools/check/checks/constants';
import { SAME_WORD } from '../../../../tools/check/exceptions';
import { treeOf } from '../tree-of';

async function found(files: Record<string, string>): Promise<string[]> {
  const listed = SAME_WORD.map(({ name }) => name);
  const findings = await constants.find(treeOf(files));
  return findings.map(({ text }) => text).filter((text) => !listed.some((name) => text.startsWith(`${name} needs`)));
}

describe('check: constants defined twice', () => {
  it('finds one name with one value in two files, however the number is written', async () => {
    expect(
      await found({ 'host/a.ts': 'const LONG_MS = 86_400_000;', 'tools/b.ts': 'const LONG_MS = 24 * 3600000;' }),
    ).to.deep.equal(['LONG_MS is also in tools/b.ts']);
    expect(await found({ 'host/a.ts': 'const AT = 0x10;', 'host/b.ts': 'const AT = 16;' })).to.have.length(1);
  });

  it('finds an exported name with another value elsewhere: a copy that drifted', async () => {
    const files = { 'protocol/a.ts': 'export const INPUTS = 100;', 'host/b.ts': 'const INPUTS = 64;' };
    expect(await found(files)).to.have.length(1);
  });

  it("leaves private words of two files and boards' own data alone", async () => {
    expect(await found({ 'host/a.ts': 'const POLL_MS = 5;', 'host/b.ts': 'const POLL_MS = 7;' })).to.deep.equal([]);
    expect(
      await found({ 'boards/a/board.ts': "const TX = 'D1';", 'boards/b/board.ts': "const TX = 'D1';" }),
    ).to.deep.equal([]);
  });
});
