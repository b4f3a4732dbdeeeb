// Holds `chaincloud report`: where an audit log may come from, and that a changed one is found.
import { expect } from 'chai';
import { verifyLog } from '../../../../host/operator';
import { logLines, readPins } from '../../../../tools/cli/commands/report';
import { sizeTable } from '../../../../tools/cli/commands/build';
import { sweepTable } from '../../../../tools/cli/commands/sweep';
import { readyRig } from '../../../firmware/rig';

describe('cli: report --verify-log', () => {
  it('takes a console log, a backup and a capture; finds a change, a gap and a cut', async () => {
    const rig = await readyRig();
    const lines = await rig.world.finish(rig.coldConsole.run('log'));
    const capture = lines.map((line) => JSON.stringify({ at: 1, kind: 'console', direction: 'in', level: 'info', text: line })).join('\n');
    for (const text of [lines.join('\r\n'), JSON.stringify({ version: 1, audit: lines }), `{"format":"chaincloud capture","version":1}\n${capture}`]) {
      expect(verifyLog(logLines(text)).ok, text.slice(0, 60)).to.equal(true);
    }
    const changed = lines.map((line, i) => (i === 2 ? line.replace(/^(audit \d+ \d)(\d)/, (_all, head: string, digit: string) => head + ((Number(digit) + 1) % 10)) : line));
    expect(verifyLog(changed).ok).to.equal(false);
    expect(verifyLog([...lines.slice(0, 2), ...lines.slice(3)]).faults.join()).to.include('missing');
    expect(verifyLog(lines.slice(0, -1)).ok).to.equal(false);
    const last = /^head (\d+)/.exec(lines[lines.length - 1]!)![1];
    expect(verifyLog(lines, readPins(`${last}:${'00'.repeat(8)}`)).ok).to.equal(false);
  });
  it('refuses a file without a log, and pins that are none', () => {
    expect(() => logLines('hello\n')).to.throw().with.property('code', 'log-file');
    expect(() => readPins('x')).to.throw().with.property('code', 'usage');
  });
});

describe('cli: what people decide by', () => {
  it('a sweep in columns; nothing is shown as a sweep that the board did not show', () => {
    const table = sweepTable(['sweep account 0 shop', 'sweep inputs 2 sats 300000', 'sweep pays 299000 to bcrt1qxyz', 'sweep fee 1000']);
    expect(table.join('\n')).to.include('0.00299000 BTC').and.include('bcrt1qxyz').and.include('0.33 %');
    expect(() => sweepTable(['sweep account 0 shop'])).to.throw().with.property('code', 'board-answer');
  });
  it('sizes with their part of Storage', () => {
    const text = sizeTable({ commit: 'abc', crypto: { code: 1, comb: 65536, words: 16384 }, images: [{ board: 'linux', role: 'cold', bytes: 100000, callDepth: 9, callChain: [] }] });
    expect(text).to.match(/linux +hsm-cold +100000 bytes  with tables  69 % of Storage/);
  });
});
