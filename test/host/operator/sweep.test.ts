// PSBTs as other wallets write them, and spoilt ones (Electrum #6665 #8305, Specter #301 #625 #1230, Coldcard PR #265,
// joinmarket-ng #634, rust-psbt PR #34, Wasabi #3449): each is signed with signatures that hold, or refused by a code
// before the board signs. Spec: BIP174, BIP370, BIP143.
// Neighbours: each field that a PSBT may lack, have already, or have wrong; each script of an account; each line in
// which the board may show another sweep; each signature missing or wrong.
import { secp256k1 } from '@noble/curves/secp256k1';
import * as btc from '@scure/btc-signer';
import { expect } from 'chai';
import { readLog, sweep, type ConsoleClient } from '../../../host/operator';
import { isSigned, makeCoin, out, scriptOf, TEST_NETWORK } from '../../firmware/payments';
import { PIN, readyRig, type Rig } from '../../firmware/rig';

const PAYOUT = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';
const H = 0x80000000;
type Input = { [name: string]: any };

interface Options {
  count?: number;
  pays?: number;
  to?: string;
  lockTime?: number;
  version?: number;
  psbtVersion?: number;
  sequence?: number;
  script?: 'p2wpkh' | 'p2pkh';
  input?: (input: Input) => Input;
}

function psbtOf(rig: Rig, o: Options = {}): string {
  const { count = 1, psbtVersion = 0, script = 'p2wpkh' } = o;
  const tx = new btc.Transaction({
    version: o.version ?? 2,
    lockTime: o.lockTime ?? 0,
    PSBTVersion: psbtVersion,
    allowUnknownInputs: true,
  });
  for (let i = 0; i < count; i++) {
    const pub = makeCoin(rig, { sats: 1, index: i, side: 'cold' }).pub;
    const coin = makeCoin(rig, { sats: 200_000, index: i, side: 'cold', script: scriptOf(script, pub) });
    const input: Input = {
      txid: coin.txid,
      index: coin.vout,
      sequence: o.sequence ?? 0xfffffffd,
      nonWitnessUtxo: coin.raw,
      ...(script === 'p2wpkh' ? { witnessUtxo: { script: scriptOf(script, pub), amount: 200_000n } } : {}),
      bip32Derivation: [[pub, { fingerprint: parseInt(rig.file.fingerprint, 16), path: [84 + H, 1 + H, H, 0, i] }]],
    };
    tx.addInput(o.input ? o.input(input) : input, true);
  }
  tx.addOutputAddress(o.to ?? PAYOUT, BigInt(o.pays ?? 200_000 * count - 2000), TEST_NETWORK);
  return Buffer.from(tx.toPSBT(psbtVersion)).toString('base64');
}

const withPath =
  (path: number[]) =>
  (input: Input): Input => ({ ...input, bip32Derivation: [[input.bip32Derivation[0][0], { fingerprint: 1, path }]] });
const without =
  (name: string) =>
  (input: Input): Input => ({ ...input, [name]: undefined });

const isSwept = async (rig: Rig): Promise<boolean> =>
  (await rig.world.finish(readLog(rig.coldConsole))).some((line) => / 13 0 [0-9a-f]{16} /.test(line));

async function codeOf(rig: Rig, psbt: string, client: ConsoleClient = rig.coldConsole): Promise<string> {
  return rig.world.finish(sweep(client, psbt, { account: 0, pin: PIN })).then(
    () => 'ok',
    (error: { code?: string }) => error.code ?? 'no code',
  );
}

describe('operator: sweeping a PSBT', () => {
  it('of other wallets: signatures that hold, and a PSBT that finalises', async () => {
    const rig = await readyRig();
    const foreign = secp256k1.getPublicKey(new Uint8Array(32).fill(9), true);
    const rows: [string, Options][] = [
      ['two inputs', { count: 2 }],
      ['Electrum: a height as locktime, no witness_utxo', { lockTime: 850_000, input: without('witnessUtxo') }],
      ['version 1, no replacement', { version: 1, sequence: 0xfffffffe }],
      ['BIP370', { psbtVersion: 2 }],
      ['sighash ALL asked for', { input: (input) => ({ ...input, sighashType: 1 }) }],
      ['path of two steps', { input: withPath([0, 0]) }],
      [
        'a key of somebody else first',
        {
          input: (input) => ({
            ...input,
            bip32Derivation: [[foreign, { fingerprint: 1, path: [1, 1] }], ...input.bip32Derivation],
          }),
        },
      ],
    ];
    for (const [name, options] of rows) {
      const { psbt } = await rig.world.finish(sweep(rig.coldConsole, psbtOf(rig, options), { account: 0, pin: PIN }));
      expect(isSigned(psbt), name).to.equal(true);
      const tx = btc.Transaction.fromPSBT(new Uint8Array(Buffer.from(psbt, 'base64')));
      tx.finalize();
      expect(tx.isFinal, name).to.equal(true);
    }
  }).timeout(60_000);

  it('of an account of p2pkh: the signature is verified by the hash that such coins have', async () => {
    const rig = await readyRig({ script: 'p2pkh' });
    const { psbt } = await rig.world.finish(
      sweep(rig.coldConsole, psbtOf(rig, { script: 'p2pkh', count: 2 }), { account: 0, pin: PIN }),
    );
    const tx = btc.Transaction.fromPSBT(new Uint8Array(Buffer.from(psbt, 'base64')));
    tx.finalize();
    expect(tx.isFinal).to.equal(true);
    expect(await codeOf(rig, psbtOf(rig))).to.equal('not-own-coin');
  }).timeout(60_000);

  it('that is not fit: refused by its code before anything is signed', async () => {
    const rig = await readyRig();
    const good = psbtOf(rig);
    const signed = (await rig.world.finish(sweep(rig.coldConsole, good, { account: 0, pin: PIN }))).psbt;
    const fresh = await readyRig();
    const rows: [string, string][] = [
      ['psbt-form', ''],
      ['psbt-form', 'hello'],
      ['psbt-form', Buffer.from('psbt\xff', 'latin1').toString('base64')],
      ['psbt-form', good.slice(0, 120)],
      ['psbt-signed', signed],
      ['psbt-payout', psbtOf(rig, { to: out(1, 5).split(',')[0] })],
      ['psbt-incomplete', psbtOf(rig, { input: without('nonWitnessUtxo') })],
      ['psbt-incomplete', psbtOf(rig, { input: without('bip32Derivation') })],
      ['psbt-sighash', psbtOf(rig, { input: (input) => ({ ...input, sighashType: 0x81 }) })],
      ['psbt-path', psbtOf(rig, { input: withPath([0]) })],
      ['psbt-path', psbtOf(rig, { input: withPath([84 + H, 1 + H, H, 1, 0]) })],
      ['psbt-path', psbtOf(rig, { input: withPath([84 + H, 1 + H, H, 0, H]) })],
      ['psbt-amounts', psbtOf(rig, { pays: 300_000 })],
      ['not-own-coin', psbtOf(rig, { script: 'p2pkh' })],
      ['not-own-coin', psbtOf(rig, { input: withPath([84 + H, 1 + H, H, 0, 7]) })],
      ['policy-fee-rate', psbtOf(rig, { pays: 100_000 })],
    ];
    for (const [code, psbt] of rows) expect(await codeOf(fresh, psbt), psbt.slice(0, 60)).to.equal(code);
    expect(await isSwept(fresh)).to.equal(false);
  }).timeout(60_000);

  it('with a board that shows or signs anything else: not signed', async () => {
    const rig = await readyRig();
    const psbt = psbtOf(rig);
    const lying = (change: (line: string) => string | undefined): ConsoleClient => ({
      ...rig.coldConsole,
      run: async (command, answer, onLine) => {
        const said: string[] = [];
        const lines = await rig.coldConsole.run(command, answer, (line) => {
          const changed = change(line);
          if (changed === undefined) return;
          said.push(changed);
          onLine?.(changed);
        });
        return lines.length ? said : lines;
      },
    });
    for (const [code, pattern, instead] of [
      ['board-answer', /^sweep fee \d+$/, 'sweep fee 1'],
      ['board-answer', /^sweep pays \d+/, 'sweep pays 1'],
      ['signature-missing', /^sig .*$/, undefined],
      ['signature-wrong', /[0-9a-f]{8}$/, '00000000'],
    ] as const) {
      const client = lying((line) => {
        if (line.startsWith('sig ') && !code.startsWith('signature')) return line;
        if (!pattern.test(line) || !/^s/.test(line)) return line;
        return instead === undefined ? undefined : line.replace(pattern, instead);
      });
      expect(await codeOf(rig, psbt, client), code).to.equal(code);
    }
  }).timeout(60_000);
});
