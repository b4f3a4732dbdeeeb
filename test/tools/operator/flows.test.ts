// Holds tools/operator against the real firmware: the ceremony with a person at the keyboard, its repeats and refusals,
// and that no secret reaches the transcript or stays on the screen's lines.
import { expect } from 'chai';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { createConsoleClient } from '../../../host/operator';
import { describeAccount, readAccounts } from '../../../tools/operator/account-file';
import { checkWords, makeBackup, readBackup } from '../../../tools/operator/backup';
import { diceComplaint } from '../../../tools/operator/ceremony-input';
import { readStatus } from '../../../tools/operator/board';
import type { Desk } from '../../../tools/operator/desk';
import { provisionBoard } from '../../../tools/operator/provision';
import { restoreBoard } from '../../../tools/operator/restore';
import { pairingText, parsePairing } from '../../../tools/operator/pairing/payload';
import { createTranscript } from '../../../tools/operator/transcript';
import type { People } from '../../../tools/console/people';
import { DICE, makeRig, PIN, START_S, type Rig } from '../../firmware/rig';

const ACCOUNT = {
  name: 'shop',
  network: 'regtest',
  script: 'p2wpkh',
  v_identity: `02${'79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'}`,
  v_phones: ['+8613800000001'],
  admin_phones: ['+8613800000008'],
  payout_address: 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080',
  policy: { tx_max_sats: 5000000, window_max_sats: 20000000 },
};

function tempDir(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), 'operator-'));
}

function accountsFile(accounts: unknown = [ACCOUNT]): string {
  const file = path.join(tempDir(), 'accounts.json');
  fs.writeFileSync(file, JSON.stringify(accounts));
  return file;
}

interface Script {
  dice?: string[];
  pins?: string[];
  /** What is typed for a word; `shown`: what the screen had. */
  word?: (n: number, shown: string | undefined) => string;
  yes?: boolean;
  /** Answer to V's channel number. */
  channel?: string;
  /** What the scanner types, one after the other. */
  scans?: string[];
}

/** A person who reads the screen and types. */
function person(script: Script): People & { screen: string[]; words: string[] } {
  const screen: string[] = [];
  const words: string[] = [];
  const dice = script.dice ?? [DICE.slice(0, 60), 'oops', DICE.slice(60), ''];
  const pins = script.pins ?? [PIN, PIN];
  const it = {
    screen,
    words,
    say(text: string) {
      screen.push(text);
      if (!/^( +\d+ [a-z]+ *)+$/.test(text)) return;
      for (const match of text.matchAll(/(?:^|\s)(\d{1,2}) ([a-z]{3,8})\b/g)) words[Number(match[1]) - 1] = match[2]!;
    },
    async ask(question: string) {
      screen.push(question);
      if (question.startsWith("V's pairing code")) return script.scans?.shift() ?? '';
      return question.includes('channel number')
        ? (script.channel ?? '0')
        : question.includes('How many payments')
          ? '0'
          : '';
    },
    async askSecret(question: string) {
      screen.push(question);
      if (question.startsWith('rolls')) return dice.shift() ?? '';
      const word = /^word (\d+)/.exec(question);
      if (word) return (script.word ?? ((_n, shown) => shown ?? ''))(Number(word[1]), words[Number(word[1]) - 1]);
      if (/PIN/.test(question)) return pins.length > 1 ? pins.shift()! : pins[0];
      throw new Error(`nobody expected "${question}"`);
    },
    async confirm(question: string) {
      screen.push(question);
      return script.yes ?? true;
    },
    close: () => undefined,
  };
  return it;
}

function deskOf(rig: Rig, people: People): Desk {
  return {
    client: rig.coldConsole,
    people,
    transcript: createTranscript(undefined, () => START_S * 1000),
    nowMs: () => START_S * 1000 + rig.world.nowMs,
    random: rig.runtime.random,
  };
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );

describe('operator: provision', () => {
  const accounts = readAccounts(accountsFile());

  it('leads from a new board to a paired account, and again finds nothing left to do', async () => {
    const rig = makeRig();
    const people = person({});
    const desk = deskOf(rig, people);
    const outDir = tempDir();
    const [file] = await rig.world.finish(
      provisionBoard(desk, { accounts, outDir, phones: ['+8613800000008'], hot: rig.hotConsole }),
    );
    expect(file.pairing_code).to.match(/^[0-9a-f]{5}-[0-9a-f]{5}$/);
    expect(JSON.parse(fs.readFileSync(path.join(outDir, 'account-0.json'), 'utf8'))).to.deep.equal(file);
    expect(people.words).to.have.length(24);
    expect(checkWords(people.words, file.fingerprint)).to.equal(true);
    expect((await rig.world.finish(readStatus(rig.coldConsole))).state).to.equal('unlocked');
    const text = JSON.stringify(desk.transcript.entries());
    for (const secret of [PIN, DICE.slice(0, 12), people.words.slice(0, 3).join(' ')])
      expect(text).not.to.include(secret);
    expect(desk.transcript.entries().map((entry) => entry.step)).to.deep.equal([
      'started',
      'seed made',
      'clock set',
      'alarm phones set',
      'link key set',
      'account added',
    ]);
    const again = person({});
    await rig.world.run(10_000);
    await rig.world.finish(provisionBoard(deskOf(rig, again), { accounts, outDir, hot: rig.hotConsole }));
    expect(again.screen.some((line) => line.includes('share a link key already'))).to.equal(true);
    expect(again.screen.some((line) => line.includes('is on the board already'))).to.equal(true);
  });
  it("scans V's identity where the file leaves it out, and shows V what it needs", async () => {
    const { v_identity: identity, ...reviewed } = ACCOUNT;
    const rig = makeRig();
    const own = pairingText({ from: 'cold', identity, account: 0, network: 'regtest' });
    const people = person({ scans: ['nonsense', own, pairingText({ from: 'v', identity })] });
    const [file] = await rig.world.finish(
      provisionBoard(deskOf(rig, people), { accounts: readAccounts(accountsFile([reviewed])), outDir: tempDir() }),
    );
    expect(file.v_identity).to.equal(identity);
    expect(people.screen.filter((line) => /^not taken: this is/.test(line))).to.have.length(2);
    const shown = people.screen.map((line) => /to type: (\S+)/.exec(line)?.[1]).find(Boolean)!;
    expect(parsePairing(shown)).to.deep.equal({
      from: 'cold',
      identity: file.identity,
      account: 0,
      network: 'regtest',
    });
    const again = person({});
    await rig.world.finish(
      provisionBoard(deskOf(rig, again), { accounts: readAccounts(accountsFile([reviewed])), outDir: tempDir() }),
    );
    expect(again.screen.some((line) => line.includes('is on the board already'))).to.equal(true);
    const tired = makeRig({ seed: 'tired' });
    expect(
      await codeOf(
        tired.world.finish(
          provisionBoard(deskOf(tired, person({ scans: ['a', 'b', 'c'] })), {
            accounts: readAccounts(accountsFile([reviewed])),
            outDir: tempDir(),
          }),
        ),
      ),
    ).to.equal('pairing-form');
  });
  it('a power cut in the middle: the same command goes on', async () => {
    const rig = makeRig();
    const stopped = person({ yes: false });
    expect(
      await codeOf(rig.world.finish(provisionBoard(deskOf(rig, stopped), { accounts, outDir: tempDir() }))),
    ).to.equal('declined');
    rig.coldOff();
    rig.coldOn();
    const people = person({ pins: ['000111', PIN] });
    const [file] = await rig.world.finish(provisionBoard(deskOf(rig, people), { accounts, outDir: tempDir() }));
    expect(file.account).to.equal(0);
    expect(people.screen.some((line) => line.includes('try again'))).to.equal(true);
  });
  it('a word copied wrongly three times keeps nothing', async () => {
    const rig = makeRig();
    const people = person({ word: (n, shown) => (n === 5 ? 'zoo' : shown!) });
    expect(
      await codeOf(rig.world.finish(provisionBoard(deskOf(rig, people), { accounts: [], outDir: tempDir() }))),
    ).to.equal('word-wrong');
    expect((await rig.world.finish(readStatus(rig.coldConsole))).state).to.equal('factory');
  });
  it('asks a new PIN until two agree', async () => {
    const rig = makeRig();
    const people = person({ pins: ['12', '111111', PIN, '482914', PIN, PIN] });
    await rig.world.finish(provisionBoard(deskOf(rig, people), { accounts: [], outDir: tempDir() }));
    expect(people.screen).to.include('the two differ');
  });
});

describe('operator: what is shown of a day', () => {
  const lineOf = (policy: object): string =>
    describeAccount(readAccounts(accountsFile([{ ...ACCOUNT, policy }]))[0]).find((line) => line.startsWith('a day'))!;
  it('its limit or that there is none, and the sum that the admins are told', () => {
    expect(lineOf({ window_max_sats: 9 })).to.equal(
      'a day         9 sats in 86400 s; SMS to its admins above 4 sats a day (default)',
    );
    expect(lineOf({ window_max_sats: 'none', tell_above_sats: 0 })).to.equal(
      'a day         NO LIMIT; SMS to its admins above NO SUM',
    );
    expect(lineOf({ window_max_sats: 9, window_seconds: 86_401, tell_above_sats: 7 })).to.equal(
      'a day         9 sats in 86401 s; SMS to its admins above 7 sats a day',
    );
  });
  it('an account without a limit for a day is refused, and the words say what to write', () => {
    for (const policy of [
      undefined,
      {},
      { tx_max_sats: 5 },
      { window_max_sats: 0 },
      { window_max_sats: 5, window_seconds: 86_399 },
    ])
      expect(() => readAccounts(accountsFile([{ ...ACCOUNT, policy }])), JSON.stringify(policy))
        .to.throw('account 0.policy.window_max_sats expected the most satoshi that a day')
        .with.property('code', 'account-file');
    for (const policy of [{ window_max_sats: 'no' }, { window_max_sats: 'none', tx_max_sats: 'none' }])
      expect(() => readAccounts(accountsFile([{ ...ACCOUNT, policy }])))
        .to.throw()
        .with.property('code', 'account-file');
  });
});

describe('operator: what is shown of the fees', () => {
  const linesOf = (policy: object): string =>
    describeAccount(
      readAccounts(accountsFile([{ ...ACCOUNT, policy: { window_max_sats: 'none', ...policy } }]))[0],
    ).find((line) => line.startsWith('fees'))!;
  it('the defaults where the file says nothing, what it says otherwise, and where there is no limit', () => {
    expect(linesOf({})).to.equal(
      'fees          200000 sats a payment (default), 200 sat/vB (default), 1000000 sats in 86400 s ' +
        '(default); the API chooses the fee within that',
    );
    expect(
      linesOf({ tx_max_fee_sats: 5000, max_feerate_sat_vb: 30, window_max_fee_sats: 90000, window_seconds: 3600 }),
    ).to.equal(
      'fees          5000 sats a payment, 30 sat/vB, 90000 sats in 3600 s; the API chooses the fee within that',
    );
    expect(linesOf({ tx_max_fee_sats: 0, max_feerate_sat_vb: 0, window_max_fee_sats: 0 })).to.equal(
      'fees          NO LIMIT a payment, 1000 sat/vB, NO LIMIT in 86400 s; the API chooses the fee within that',
    );
  });
});

describe('operator: backup and restore', () => {
  it('restores another board from words and file; other words are found out', async () => {
    const accounts = readAccounts(accountsFile());
    const rig = makeRig();
    const people = person({});
    const [file] = await rig.world.finish(provisionBoard(deskOf(rig, people), { accounts, outDir: tempDir() }));
    const backup = await rig.world.finish(
      makeBackup(rig.coldConsole, { board: 'fake', commit: 'test', interpreter: 'node' }, PIN, START_S * 1000),
    );
    const out = path.join(tempDir(), 'backup.json');
    fs.writeFileSync(out, JSON.stringify(backup));
    for (const secret of [PIN, people.words.slice(0, 3).join(' ')])
      expect(fs.readFileSync(out, 'utf8')).not.to.include(secret);
    const { accounts: known, state } = readBackup(out);
    const second = makeRig({ seed: 'second' });
    const typing = person({ word: (n) => people.words[n - 1] });
    const [made] = await second.world.finish(
      restoreBoard(deskOf(second, typing), { accounts: [], known, state, outDir: tempDir() }),
    );
    expect(made.cold.xpub).to.equal(file.cold.xpub);
    const behind = makeRig({ seed: 'behind' });
    const late = person({ word: (n) => people.words[n - 1], channel: '7' });
    await behind.world.finish(restoreBoard(deskOf(behind, late), { accounts: [], known, state, outDir: tempDir() }));
    expect(late.screen.some((line) => line.includes('older than the last channel'))).to.equal(true);
    const refused = makeRig({ seed: 'refused' });
    const no = person({ word: (n) => people.words[n - 1], channel: '7', yes: false });
    expect(
      await codeOf(
        refused.world.finish(restoreBoard(deskOf(refused, no), { accounts: [], known, state, outDir: tempDir() })),
      ),
    ).to.equal('declined');
    const third = makeRig({ seed: 'third' });
    const other = 'abandon '.repeat(23).concat('art').split(' ');
    expect(
      await codeOf(
        third.world.finish(
          restoreBoard(deskOf(third, person({ word: (n) => other[n - 1] })), { accounts, known, outDir: tempDir() }),
        ),
      ),
    ).to.equal('backup-differs');
    const fourth = makeRig({ seed: 'fourth' });
    expect(
      await codeOf(
        fourth.world.finish(
          restoreBoard(deskOf(fourth, person({ word: () => 'abandon' })), { accounts, known, outDir: tempDir() }),
        ),
      ),
    ).to.equal('words-wrong');
  });
});

describe('operator: what is refused before the board hears of it', () => {
  const cases: [string, unknown][] = [
    ['an unknown field', [{ ...ACCOUNT, payout: 'x' }]],
    ['an unknown limit', [{ ...ACCOUNT, policy: { max: 1 } }]],
    ['a limit below 0', [{ ...ACCOUNT, policy: { tx_max_sats: -1 } }]],
    ['a phone without +', [{ ...ACCOUNT, v_phones: ['13800'] }]],
    ['an identity of another length', [{ ...ACCOUNT, v_identity: '02ab' }]],
    ['another network', [{ ...ACCOUNT, network: 'mainnet' }]],
    ['no account', []],
    ['no list', { name: 'x' }],
  ];
  for (const [name, accounts] of cases) {
    it(`accounts file with ${name}`, () =>
      expect(() => readAccounts(accountsFile(accounts)))
        .to.throw()
        .with.property('code', 'account-file'));
  }
  it('dice that are no dice', () => {
    expect(diceComplaint('1234567')).to.be.a('string');
    expect(diceComplaint('3'.repeat(10))).to.be.a('string');
    expect(diceComplaint('121'.repeat(33))).to.be.a('string');
    expect(diceComplaint(DICE)).to.equal(undefined);
  });
  it('a port where no HSM-Cold is', async () => {
    const rig = makeRig();
    const client = createConsoleClient({ port: rig.hot.host.port });
    client.close();
    expect(await codeOf(readStatus(client))).to.equal('console-closed');
  });
});
