// Holds the operator's commands end to end against the genuine interpreter (set ESPRUINO): flashed by `chaincloud
// flash`, booted from Storage, then provision, doctor, unlock, backup, sweep on one board, and restore on another.
// Nothing here is simulated but the person at the keyboard.
import { expect } from 'chai';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { openPty, type Pty } from '../../../host/sim/board/espruino/pty';
import type { AccountFile } from '../../../host/api/types';
import { isSigned, sweepPsbt } from '../../firmware/payments';
import type { Rig } from '../../firmware/rig';
import { startGenuine, type GenuineBoard } from '../../../tools/flash/model/genuine';
import { chaincloud, type Answers, type Done } from './typist';

const IMAGE = path.join(__dirname, '..', '..', '..', 'firmware', 'linux', 'hsm-cold.js');
const WHY_NOT = !process.env.ESPRUINO
  ? ' (ESPRUINO is not set)'
  : fs.existsSync(IMAGE)
    ? ''
    : ' (the images are not built)';
const PIN = '482913';
const DICE = [
  '314152653512324626433315324116521543665436321234565152432615',
  '43625314265136425361524635142635142635142635142',
  '',
];
const ACCOUNT = {
  name: 'shop',
  network: 'regtest',
  script: 'p2wpkh',
  v_phones: ['+8613800000001'],
  admin_phones: ['+8613800000008'],
  payout_address: 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080',
  policy: { tx_max_sats: 5000000, window_max_sats: 20000000 },
};
const BOOT_MS = 60_000;

/** A board with its console on a line of its own, which `chaincloud` opens by path. */
interface Station {
  board: GenuineBoard;
  console: string;
  until(pattern: RegExp): Promise<void>;
  close(): Promise<void>;
}

function makeStation(): Station {
  const board = startGenuine(String(process.env.ESPRUINO));
  const inner: Pty = openPty();
  const outer: Pty = openPty();
  let said = '';
  inner.onData((bytes) => {
    said += Buffer.from(bytes).toString('latin1');
    outer.write(bytes);
  });
  outer.onData((bytes) => inner.write(bytes));
  fs.writeFileSync(path.join(board.dir, 'ports.json'), JSON.stringify({ console: inner.path, debug: true }));
  return {
    board,
    console: outer.path,
    async until(pattern) {
      for (const startMs = Date.now(); !pattern.test(said);) {
        if (Date.now() - startMs > BOOT_MS)
          throw new Error(
            `the board did not say ${pattern}; it said ${said.slice(-300)} and printed ${board.printed().slice(-300)}`,
          );
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      said = '';
    },
    async close() {
      await board.close();
      inner.close();
      outer.close();
    },
  };
}

/** What a person types; `words`: what the screen showed, or the paper says. */
function typing(words: string[], more: Answers = []): Answers {
  const dice = DICE.slice();
  return [
    ...more,
    [/rolls \(\d+ of 99\): $/, () => dice.shift() ?? ''],
    [/Press Enter.*\. $/, ''],
    [/word (\d+) from your paper: $/, (match) => words[Number(match[1]) - 1]],
    [/word (\d+) of 24: $/, (match) => words[Number(match[1]) - 1]],
    [/new PIN .*: $/, PIN],
    [/the same PIN again: $/, PIN],
    [/PIN: $/, PIN],
    [/channel number .*: $/, '0'],
    [/How many payments .*: $/, '0'],
    [/\(yes or no\) $/, 'yes'],
  ];
}

function ended({ code, out, err }: Done): string {
  expect(code, `${err}\n${out.slice(-1500)}`).to.equal(0);
  return out;
}

describe(`cli: operator at the genuine interpreter${WHY_NOT}`, function () {
  this.timeout(240_000);
  const stations: Station[] = [];
  const words: string[] = [];
  let dir = '';
  let file: AccountFile;
  before(async function () {
    if (WHY_NOT !== '') this.skip();
    for (let i = 0; i < 2; i++) {
      const station = makeStation();
      stations.push(station);
      const done = ended(
        await chaincloud(['flash', '--port', station.board.path, '--board', 'linux', '--role', 'cold', '--json']),
      );
      expect(JSON.parse(done)).to.include({ board: 'linux', role: 'cold', changed: true });
      // The image starts in the interpreter that took it.
      await station.until(/hsm-cold ready/);
    }
    dir = fs.mkdtempSync(path.join(stations[0].board.dir, 'desk-'));
    fs.writeFileSync(path.join(dir, 'accounts.json'), JSON.stringify([ACCOUNT]));
  });
  after(async () => {
    for (const station of stations) await station.close();
  });
  const at = (name: string): string => path.join(dir, name);
  const port = (i: number): string[] => ['--port', stations[i].console];

  it('doctor: a new board wants to be provisioned', async () => {
    const { code, out } = await chaincloud(['doctor', ...port(0)]);
    expect(out)
      .to.match(/HSM-Cold on linux/)
      .and.match(/no seed/);
    expect(code).to.equal(1);
  });
  it('provision pairs an account by scanning; V shows the same code; the transcript has no secret', async () => {
    const shown = ended(await chaincloud(['vdevice', '--pair', '--identity', at('v-identity')]));
    const scanned = /to type: (\S+)/.exec(shown)![1];
    const readWords = (text: string): void => {
      for (const line of text.split('\n').filter((each) => /^( +\d+ [a-z]+ *){4}$/.test(each))) {
        for (const match of line.matchAll(/(\d+) ([a-z]+)/g)) words[Number(match[1]) - 1] = match[2]!;
      }
    };
    const out = ended(
      await chaincloud(
        [
          'provision',
          ...port(0),
          '--accounts',
          at('accounts.json'),
          '--out',
          dir,
          '--transcript',
          at('transcript.json'),
        ],
        { answers: typing(words, [[/or V's identity: $/, scanned]]), onOut: readWords },
      ),
    );
    expect(words.filter(Boolean)).to.have.length(24);
    const code = /pairing code ([0-9a-f]{5}-[0-9a-f]{5})/.exec(out)![1];
    const atV = ended(
      await chaincloud([
        'vdevice',
        '--pair',
        '--identity',
        at('v-identity'),
        '--scan',
        /to type: (\S+)/.exec(out)![1],
        '--out',
        at('for-v.json'),
      ]),
    );
    expect(atV).to.include(`pairing code: ${code}`);
    expect(JSON.parse(fs.readFileSync(at('for-v.json'), 'utf8'))).to.include({ account: 0, network: 'regtest' });
    file = JSON.parse(fs.readFileSync(at('account-0.json'), 'utf8')) as AccountFile;
    const transcript = fs.readFileSync(at('transcript.json'), 'utf8');
    for (const secret of [PIN, words.slice(0, 2).join(' '), DICE[0].slice(0, 12)])
      expect(transcript).not.to.include(secret);
  });
  it('a power cut, then unlock: the same keys, the clock set', async () => {
    await stations[0].board.restart();
    await stations[0].until(/hsm-cold ready/);
    expect(ended(await chaincloud(['unlock', ...port(0)], { answers: typing(words) }))).to.include(
      'HSM-Cold is unlocked',
    );
  });
  it('doctor finds no fault but the missing modem', async () => {
    const { out } = await chaincloud(['doctor', ...port(0)]);
    expect(out).to.match(/audit log +\d+ entries, the chain holds/);
    expect(
      out.split('\n').filter((line) => line.includes('FAIL') && !/modem|link|serial port/.test(line)),
    ).to.deep.equal([]);
  });
  it('sweep: shows what it pays, signs every input', async () => {
    fs.writeFileSync(at('sweep.psbt'), sweepPsbt({ file } as Rig, ACCOUNT.payout_address, 2));
    const out = ended(
      await chaincloud(['sweep', ...port(0), '--psbt', at('sweep.psbt'), '--out', at('signed.psbt')], {
        answers: typing(words),
      }),
    );
    expect(out).to.include('0.00398000 BTC').and.include(ACCOUNT.payout_address);
    expect(isSigned(fs.readFileSync(at('signed.psbt'), 'utf8').trim())).to.equal(true);
  });
  it('a wrong PIN signs nothing', async () => {
    const { code, err } = await chaincloud(
      ['sweep', ...port(0), '--psbt', at('sweep.psbt'), '--out', at('never.psbt')],
      {
        answers: [
          [/PIN: $/, '111112'],
          [/\(yes or no\) $/, 'yes'],
        ],
      },
    );
    expect(code).to.equal(1);
    expect(err).to.match(/pin-wrong/);
    expect(fs.existsSync(at('never.psbt'))).to.equal(false);
  });
  it('backup, checked against the paper, and restored on the other board with the same keys', async () => {
    ended(
      await chaincloud(['backup', ...port(0), '--out', at('backup.json'), '--check-words'], { answers: typing(words) }),
    );
    const out = ended(
      await chaincloud(['restore', ...port(1), '--backup', at('backup.json'), '--out', at('restored')], {
        answers: typing(words),
      }),
    );
    expect(out).to.match(/keys of 1 account\(s\) are those of the backup/);
    const made = JSON.parse(fs.readFileSync(path.join(at('restored'), 'account-0.json'), 'utf8')) as AccountFile;
    expect(made.cold.xpub).to.equal(file.cold.xpub);
  });
});
