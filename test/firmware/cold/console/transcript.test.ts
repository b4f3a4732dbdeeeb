// The octets of both consoles: every command and every refusal that a line can bring about, on a new board, a locked
// one, an unlocked one and faulted ones, held by the transcripts in test/vectors/console. Spec: docs/console.md.
import { expect } from 'chai';
import { accountDataText, type AccountData } from '../../../../host/operator';
import { cborEncode } from '../../../../protocol/cbor';
import { accountData, ADMIN_NUMBER, channelRig, DICE, makeRig, PIN, readyRig, type Rig } from '../../rig';
import { begin, makeCoin, out, refusalOf } from '../../payments';
import { createRecorder, keptTranscript, type Recorder } from './transcript';

const KEY = 'ab'.repeat(32);
const base64 = (value: unknown): string => Buffer.from(cborEncode(value as never)).toString('base64');

const coldOf = (rig: Rig): Recorder => createRecorder(rig.world, rig.cold.console);

function isSame(name: string, recorder: Recorder): void {
  const now = recorder.text();
  expect(now).to.equal(keptTranscript(name, now));
}

/** Every command as it is typed first, without what would end the state of the board. */
const FIRST_WORDS = [
  'help', 'status', 'log', 'modem', 'memory', 'flash', 'noise', 'bench', 'selftest', 'unlock', 'backup',
  'time 1', 'time 1760000000', 'account', 'account add', 'account change', 'account change 0', 'account allow',
  'account allow 0', 'account show', 'account list', 'account other', 'reopen', 'ack', 'link', 'link key', 'sms',
  'sms 123', `sms ${ADMIN_NUMBER}`, 'state', 'state begin', 'state line', 'state end', 'phones', 'phones 123',
  `phones ${ADMIN_NUMBER}`, 'unattended', 'unattended on', 'unattended off', 'sweep', 'sweep begin', 'sweep input',
  'sweep prev', 'sweep sign', 'no such command', 'STATUS', 'status more',
]; // prettier-ignore

/** A line, and where it brings a question a wrong answer that costs nothing. */
async function typeFirstWords(recorder: Recorder): Promise<void> {
  for (const line of FIRST_WORDS) {
    const came = await recorder.type(line);
    if (came[came.length - 1].endsWith('? ')) await recorder.type('.'.repeat(1201));
  }
  const came = await recorder.type('wipe', ['erase nothing']);
  expect(came).to.deep.equal(['error declined nothing was erased']);
}

describe('the console of HSM-Cold', () => {
  it('new', async () => {
    const recorder = coldOf(makeRig());
    await typeFirstWords(recorder);
    await recorder.type('provision', ['123', '']);
    await recorder.type('provision', ['7']);
    await recorder.type('provision', ['1'.repeat(401)]);
    await recorder.type('provision', [DICE, '', 'xyz']);
    await recorder.type('restore', ['abandon']);
    await recorder.type('restore', [`${'abandon '.repeat(23)}art`, DICE, '', KEY, '12345']);
    await recorder.type('restore', [`${'abandon '.repeat(23)}art`, DICE, '', KEY, '12345x']);
    await recorder.type('restore', [`${'abandon '.repeat(23)}art`, DICE, '', KEY, '111111']);
    await recorder.type('restore', [`${'abandon '.repeat(23)}art`, DICE, '', KEY, PIN, '123456']);
    await recorder.type('restore', [`${'abandon '.repeat(23)}art`, DICE, '', KEY, PIN, PIN]);
    isSame('cold-new', recorder);
  }).timeout(60_000);

  it('provisioned, its state given back', async () => {
    const rig = makeRig();
    const recorder = coldOf(rig);
    await recorder.type('provision', [DICE, '', KEY, 'wrong']);
    recorder.words.splice(0);
    await recorder.type('provision', [DICE, '', KEY]);
    await recorder.type(PIN, [PIN]);
    await recorder.type('provision');
    await recorder.type('restore');
    await recorder.type('state begin', [PIN]);
    await recorder.type('state line AAAA');
    await recorder.type('state end -', [PIN]);
    await recorder.type('state end 1,x');
    await recorder.type('state end 1 paid');
    await recorder.type('time 1760000000', [PIN]);
    await recorder.type('time 1759999999');
    await recorder.type('time 4000000000');
    await recorder.type('wipe', ['erase everything', PIN]);
    isSame('cold-provisioned', recorder);
  }).timeout(60_000);

  it('locked', async () => {
    const rig = await readyRig();
    rig.coldOff();
    rig.coldOn();
    const recorder = coldOf(rig);
    await typeFirstWords(recorder);
    await recorder.type('lock');
    await recorder.type('provision');
    await recorder.type('unlock', ['111222']);
    await recorder.type('service', [PIN]);
    await recorder.type('unlock', [PIN]);
    isSame('cold-locked', recorder);
  }).timeout(60_000);

  it('unlocked', async () => {
    const rig = await readyRig();
    const recorder = coldOf(rig);
    const data = accountData(rig, {});
    const text = (changes: Partial<AccountData>): string => accountDataText({ ...data, ...changes });
    await typeFirstWords(recorder);
    await recorder.type('account show 0');
    await recorder.type('account show 9');
    await recorder.type(`account add ${text({ name: '' })}`);
    await recorder.type(`account add ${text({ name: 'second' })}`, [PIN]);
    await recorder.type(`account change 0 ${text({ network: 'main' })}`, [PIN]);
    await recorder.type(`account change 0 ${text({})}`, [PIN]);
    await recorder.type(`account allow 0 ${data.payoutAddress}`, [PIN]);
    await recorder.type('account allow 0 nowhere', [PIN]);
    await recorder.type('account list');
    await recorder.type('reopen 0');
    await recorder.type('ack 1');
    await recorder.type(`link key ${KEY}`, [PIN]);
    await recorder.type(`sms ${ADMIN_NUMBER}`, [PIN]);
    await recorder.type(`phones ${ADMIN_NUMBER}`, [PIN]);
    await recorder.type('phones', [PIN]);
    await recorder.type('unattended on', [PIN]);
    await recorder.type('unattended off', [PIN]);
    await recorder.type('backup', [PIN]);
    await recorder.type('backup', ['111222']);
    await recorder.type('state begin', [PIN]);
    await recorder.type('account add AAAA');
    await recorder.type('account change 0 AAAA', [PIN]);
    await recorder.type('lock');
    isSame('cold-unlocked', recorder);
  }).timeout(60_000);

  it('sweeping', async () => {
    const rig = await readyRig();
    const recorder = coldOf(rig);
    const coin = makeCoin(rig, { sats: 100_000, side: 'cold' });
    const txid = Uint8Array.from(Buffer.from(coin.txid as never, 'hex')).reverse();
    const begin = (fields: unknown[]): Promise<string[]> => recorder.type(`sweep begin ${base64(fields)}`);
    const input = (fields: unknown[]): Promise<string[]> => recorder.type(`sweep input ${base64(fields)}`);
    await begin([0]);
    await begin([9, 2, 0, 1, 99_000, 1000]);
    await begin([0, 3, 0, 1, 99_000, 1000]);
    await begin([0, 2, 0, 101, 99_000, 1000]);
    await begin([0, 2, 0, 0, 99_000, 1000]);
    await begin([0, 2, 0, 1, 50_000, 50_000_000]);
    await begin([0, 2, 0, 1, 99_000, 1000]);
    await recorder.type('sweep sign');
    await begin([0, 2, 0, 1, 99_000, 1000]);
    await input([txid, coin.vout, 0xfffffffd, 1, 0, coin.raw.length]);
    for (const [sats, isPaid] of [
      [99_000, false],
      [99_001, false],
      [99_000, true],
    ] as const) {
      await begin([0, 2, 0, 1, sats, 1000]);
      await recorder.type('sweep prev AAAA');
      await begin([0, 2, 0, 1, sats, 1000]);
      await input([txid, coin.vout, 0xfffffffd, 0, 0, coin.raw.length]);
      await recorder.type(`sweep prev ${Buffer.from(coin.raw).toString('base64')}`);
      await recorder.type('sweep sign', sats === 99_000 ? [isPaid ? 'yes' : 'no'] : []);
    }
    await recorder.type(PIN);
    await recorder.type('sweep other');
    isSame('cold-sweep', recorder);
  }).timeout(60_000);

  it('with a closed account', async () => {
    const rig = await channelRig();
    const coins = [makeCoin(rig, { sats: 100_000 })];
    const request = { userTxNo: 'f', outs: out(50_000), coins, feeSats: 1000, authority: new Uint8Array(32) };
    await refusalOf(begin(rig, request));
    const recorder = coldOf(rig);
    await recorder.type('status');
    await recorder.type('account show 0');
    await recorder.type('reopen 0', ['111222']);
    const alarm = / alarm \S+ (\d+)$/.exec((await recorder.type('status')).find((line) => / alarm /.test(line))!)![1];
    await recorder.type(`ack ${alarm}`);
    await recorder.type('reopen 0', [PIN]);
    await recorder.type('reopen 0');
    isSame('cold-closed', recorder);
  }).timeout(60_000);

  it('faulted, without a PIN to check', async () => {
    const rig = await readyRig();
    rig.coldOff();
    rig.cold.flash.cells[8] ^= 255;
    rig.coldOn();
    const recorder = coldOf(rig);
    await typeFirstWords(recorder);
    await recorder.type('provision');
    await recorder.type('service');
    await recorder.type('wipe', ['erase everything']);
    isSame('cold-damaged', recorder);
  }).timeout(60_000);

  it('faulted, with a PIN to check', async () => {
    const rig = await readyRig();
    rig.coldOff();
    rig.coldOn();
    const recorder = coldOf(rig);
    await typeFirstWords(recorder);
    await recorder.type('service', ['111222']);
    await recorder.type('wipe', ['erase everything', '111222']);
    isSame('cold-faulted', recorder);
  }).timeout(60_000);
});

describe('the console of HSM-Hot', () => {
  const LINES = ['help', 'status', 'log', 'link', 'link key', 'link key xyz', 'no such command', 'STATUS'];

  it('new, paired, faulted', async () => {
    const rig = makeRig();
    const recorder = createRecorder(rig.world, rig.hot.console);
    for (const line of LINES) await recorder.type(line);
    await recorder.type(`link key ${KEY}`);
    for (const line of LINES) await recorder.type(line);
    await recorder.type(`link key ${KEY}`);
    await recorder.type('wipe', ['erase nothing']);
    await recorder.type('service');
    rig.hotOff();
    rig.hot.flash.cells.fill(0, 4096, 5 * 4096);
    rig.hotOn();
    for (const line of LINES) await recorder.type(line);
    await recorder.type(`link key ${KEY}`);
    await recorder.type('wipe', ['erase everything']);
    isSame('hot', recorder);
  }).timeout(60_000);
});
