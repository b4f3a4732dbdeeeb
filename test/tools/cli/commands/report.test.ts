// Holds `chaincloud report`: where an audit log may come from, and that a changed one is found.
import { expect } from 'chai';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { verifyLog } from '../../../../host/operator';
import { readInput } from '../../../../tools/cli/command';
import { createCapture } from '../../../../tools/console/capture';
import { logLines, readLog, readPins, reportCommand } from '../../../../tools/cli/commands/report';
import { sizeTable } from '../../../../tools/cli/commands/build';
import { sweepTable } from '../../../../tools/cli/commands/sweep';
import { readyRig } from '../../../firmware/rig';

describe('cli: report --verify-log', () => {
  it('takes a console log, a backup and a capture; finds a change, a gap and a cut', async () => {
    const rig = await readyRig();
    const lines = await rig.world.finish(rig.coldConsole.run('log'));
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'report-')), 'log');
    for (const text of [lines.join('\r\n'), JSON.stringify({ version: 1, audit: lines })]) {
      fs.writeFileSync(file, text);
      expect(verifyLog([readLog(file)]).ok, text.slice(0, 60)).to.equal(true);
    }
    const capture = createCapture(file, 'P', 0);
    for (const text of ['log', ...lines, 'ok'])
      capture.add({ at: 1, kind: 'console', direction: 'in', level: 'info', text });
    capture.close();
    expect(verifyLog([readLog(file)]).ok).to.equal(true);
    const changed = lines.map((line, i) =>
      i === 2
        ? line.replace(/^(audit \d+ \d)(\d)/, (_all, head: string, digit: string) => head + ((Number(digit) + 1) % 10))
        : line,
    );
    expect(verifyLog([changed]).ok).to.equal(false);
    expect(verifyLog([[...lines.slice(0, 2), ...lines.slice(3)]]).faults.join()).to.include('missing');
    expect(verifyLog([lines.slice(0, -1)]).ok).to.equal(false);
    const last = /^head (\d+)/.exec(lines[lines.length - 1])![1];
    expect(verifyLog([lines], readPins(`${last}:${'00'.repeat(8)}`)).ok).to.equal(false);
  });
  it('exit 0 and notes where the log holds, 1 and a line a fault where not; several files are one log', async () => {
    const rig = await readyRig();
    const lines = await rig.world.finish(rig.coldConsole.run('log'));
    const entries = lines.filter((line) => line.startsWith('audit '));
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'report-'));
    const file = (name: string, of: string[]): string => {
      fs.writeFileSync(path.join(dir, name), of.join('\n'));
      return path.join(dir, name);
    };
    const run = async (...args: string[]): Promise<[number, string[]]> => {
      const said: string[] = [];
      const write = process.stdout.write;
      process.stdout.write = (text: string) => said.push(text) > 0;
      try {
        return [await reportCommand.run(readInput(reportCommand, args)), said.join('').split('\n')];
      } finally {
        process.stdout.write = write;
      }
    };
    const words = entries[2].split(' ');
    const early = file('early.txt', [...entries.slice(0, 3), `head ${words[1]} ${words[6]}`]);
    const late = file('late.txt', lines.slice(3));
    const [alone, faults] = await run('--verify-log', late);
    expect([alone, faults.filter((line) => line.startsWith('!! ')).length]).to.deep.equal([1, 2]);
    const [joined, notes] = await run('--verify-log', late, '--verify-log', early);
    expect([joined, notes.filter((line) => line.startsWith('note: ')).length]).to.deep.equal([0, 1]);
    const forged = `CC:HB:1:2:${'0'.repeat(16)}:1/1:0:0:0:0:-::${'A'.repeat(86)}==`;
    const heartbeats = file('heartbeats.txt', [`2026-01-01 ${forged}`, forged]);
    const [code, told] = await run(
      '--verify-log',
      late,
      '--verify-log',
      early,
      '--heartbeat',
      heartbeats,
      '--heartbeat',
      forged,
      '--identity',
      rig.file.identity,
    );
    expect([code, told.filter((line) => /^!! heartbeat [123] is not signed/.test(line)).length]).to.deep.equal([1, 3]);
  });
  it('refuses a file without a log, and pins that are none', () => {
    expect(() => logLines('hello\n'))
      .to.throw()
      .with.property('code', 'log-file');
    expect(() => readPins('x'))
      .to.throw()
      .with.property('code', 'usage');
  });
});

describe('cli: what people decide by', () => {
  it('a sweep in columns; nothing is shown as a sweep that the board did not show', () => {
    const table = sweepTable([
      'sweep account 0 shop',
      'sweep inputs 2 sats 300000',
      'sweep pays 299000 to bcrt1qxyz',
      'sweep fee 1000',
    ]);
    expect(table.join('\n')).to.include('0.00299000 BTC').and.include('bcrt1qxyz').and.include('0.33 %');
    expect(() => sweepTable(['sweep account 0 shop']))
      .to.throw()
      .with.property('code', 'board-answer');
  });
  it('sizes with their part of Storage', () => {
    const text = sizeTable({
      commit: 'abc',
      crypto: { code: 1, comb: 65536, words: 16384 },
      images: [{ board: 'linux', role: 'cold', bytes: 100000, callDepth: 9, callChain: [] }],
    });
    expect(text).to.match(/linux +hsm-cold +100000 bytes {2}with tables {2}20 % of Storage/);
  });
});
