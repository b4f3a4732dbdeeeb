// Coins for HSM-Cold that need no chain: previous transactions made up on the spot, requests as the gateway would send
// them, and the signed transaction put together and checked with @scure/btc-signer and the noble curve, independently
// of the firmware.
import { secp256k1 } from '@noble/curves/secp256k1';
import { sha256 } from '@noble/hashes/sha2';
import { RawTx } from '@scure/btc-signer/script';
import { HDKey } from '@scure/bip32';
import * as btc from '@scure/btc-signer';
import {
  MSG_PREV_TX,
  MSG_SIGN_BEGIN,
  MSG_SIGN_OUTS,
  OUTS_CHUNK_MAX,
  OUTS_INLINE_MAX,
  MSG_SIGN_FINISH,
  MSG_SIGN_INPUT,
  MSG_SIGN_RESULT,
  PREV_TX_CHUNK_MAX,
  PROTO_V1,
} from '../../protocol/wire';
import type { Rig } from './rig';
import { V_MAX_FEE_SATS } from './v-double';

export const TEST_NETWORK = { bech32: 'bcrt', pubKeyHash: 0x6f, scriptHash: 0xc4, wif: 0xef };
const VERSIONS = { public: 0x043587cf, private: 0x04358394 };

export interface Coin {
  chain: number;
  index: number;
  sats: number;
  vout: number;
  txid: string;
  raw: Uint8Array;
  pub: Uint8Array;
}

export function pubOf(xpub: string, chain: number, index: number): Uint8Array {
  return HDKey.fromExtendedKey(xpub, VERSIONS).deriveChild(chain).deriveChild(index).publicKey!;
}

export function scriptOf(script: string, pub: Uint8Array): Uint8Array {
  return (script === 'p2pkh' ? btc.p2pkh(pub, TEST_NETWORK) : btc.p2wpkh(pub, TEST_NETWORK)).script;
}

export function addressOf(script: string, pub: Uint8Array): string {
  return (script === 'p2pkh' ? btc.p2pkh(pub, TEST_NETWORK) : btc.p2wpkh(pub, TEST_NETWORK)).address;
}

let salt = 0;

/** A transaction that pays one of the account's keys; hasWitness: serialised with one, as nodes give it. */
export function makeCoin(
  rig: Rig,
  options: {
    side?: 'hot' | 'cold';
    chain?: number;
    index?: number;
    sats: number;
    hasWitness?: boolean;
    script?: Uint8Array;
    outputs?: number;
  },
): Coin {
  const chain = options.chain ?? 0;
  const index = options.index ?? 0;
  const pub = pubOf(rig.file[options.side ?? 'hot'].xpub, chain, index);
  const seed = new Uint8Array(32).fill(7);
  seed[0] = ++salt & 255;
  seed[1] = salt >> 8;
  const count = options.outputs ?? 2;
  const vout = count - 1;
  const stranger = scriptOf('p2wpkh', secp256k1.getPublicKey(new Uint8Array(32).fill(5)));
  const outputs = Array.from({ length: count }, (_, i) =>
    i === vout
      ? { script: options.script ?? scriptOf(rig.file.script, pub), amount: BigInt(options.sats) }
      : { script: stranger, amount: 1000n + BigInt(i) },
  );
  const fields = {
    version: 2,
    segwitFlag: !!options.hasWitness,
    inputs: [
      {
        txid: seed,
        index: 1,
        sequence: 0xffffffff,
        finalScriptSig: options.hasWitness ? new Uint8Array(0) : new Uint8Array(107).fill(1),
      },
    ],
    outputs,
    witnesses: options.hasWitness ? [[new Uint8Array(71).fill(2), new Uint8Array(33).fill(3)]] : undefined,
    lockTime: 0,
  };
  const raw = RawTx.encode(fields);
  const stripped = RawTx.encode({ ...fields, segwitFlag: false, witnesses: undefined });
  const txid = Buffer.from(sha256(sha256(stripped)))
    .reverse()
    .toString('hex');
  return { chain, index, sats: options.sats, vout, txid, raw, pub };
}

export interface Payment {
  userTxNo: string;
  outs: string;
  coins: Coin[];
  feeSats: number;
  changeIndex?: number | null;
  proto?: number;
  channelId?: number;
  dynamic?: number;
  authority?: Uint8Array;
  maxFeeSats?: number;
  txVersion?: number;
  locktime?: number;
  sequence?: number;
}

export interface Signed {
  digest: Uint8Array;
  sigs: Uint8Array[];
  tx: btc.Transaction;
  /** Double SHA-256 of the unsigned transaction, as people write it. */
  unsignedId: string;
}

export function internal(txid: string): Uint8Array {
  return Uint8Array.from(Buffer.from(txid, 'hex')).reverse();
}

/** The SIGN_BEGIN fields of a payment; a long outs text is announced by its length. */
export function beginFields(rig: Rig, payment: Payment): unknown[] {
  const dynamic = payment.dynamic ?? 0;
  const authority =
    payment.authority ?? rig.v.authority(payment.userTxNo, payment.outs, dynamic, rig.v.channel, payment.maxFeeSats);
  return [
    rig.file.account,
    payment.proto ?? 2,
    payment.channelId ?? rig.v.channel!.id,
    payment.userTxNo,
    payment.outs.length > OUTS_INLINE_MAX ? payment.outs.length : payment.outs,
    dynamic,
    payment.maxFeeSats ?? (payment.proto === PROTO_V1 ? 0 : V_MAX_FEE_SATS),
    authority,
    payment.txVersion ?? 2,
    payment.locktime ?? 0,
    payment.coins.length,
    payment.feeSats,
    payment.changeIndex === undefined ? 0 : payment.changeIndex,
  ];
}

/** SIGN_BEGIN, and the outs text after it when it is long. */
export async function begin(rig: Rig, payment: Payment): Promise<void> {
  await rig.ask(MSG_SIGN_BEGIN, beginFields(rig, payment));
  if (payment.outs.length <= OUTS_INLINE_MAX) return;
  for (let at = 0; at < payment.outs.length; at += OUTS_CHUNK_MAX)
    await rig.ask(MSG_SIGN_OUTS, [at, payment.outs.slice(at, at + OUTS_CHUNK_MAX)]);
}

export async function sendCoin(rig: Rig, i: number, coin: Coin, sequence = 0xfffffffd): Promise<void> {
  await rig.ask(MSG_SIGN_INPUT, [i, internal(coin.txid), coin.vout, sequence, coin.chain, coin.index, coin.raw.length]);
  for (let at = 0; at < coin.raw.length; at += PREV_TX_CHUNK_MAX)
    await rig.ask(MSG_PREV_TX, [i, at, coin.raw.slice(at, at + PREV_TX_CHUNK_MAX)]);
}

/** The transaction that a payment stands for, by the fields alone. */
export function expectedTx(rig: Rig, payment: Payment): btc.Transaction {
  const script = rig.file.script;
  const tx = new btc.Transaction({ version: payment.txVersion ?? 2, lockTime: payment.locktime ?? 0 });
  payment.coins.forEach((coin) =>
    tx.addInput({
      txid: coin.txid,
      index: coin.vout,
      sequence: payment.sequence ?? 0xfffffffd,
      ...(script === 'p2pkh'
        ? { nonWitnessUtxo: coin.raw }
        : { witnessUtxo: { script: scriptOf(script, coin.pub), amount: BigInt(coin.sats) } }),
    }),
  );
  let total = 0;
  for (const out of payment.outs.split(';')) {
    const [address, sats] = out.split(',');
    tx.addOutputAddress(address, BigInt(sats), TEST_NETWORK);
    total += Number(sats);
  }
  const change = payment.coins.reduce((sum, coin) => sum + coin.sats, 0) - total - payment.feeSats;
  if (payment.changeIndex !== null)
    tx.addOutput({
      script: scriptOf(script, pubOf(rig.file.hot.xpub, 1, payment.changeIndex ?? 0)),
      amount: BigInt(change),
    });
  return tx;
}

/**
 * Runs a payment over the link to its signatures, and checks them against the curve and the signature hashes of
 * btc-signer.
 */
export async function pay(rig: Rig, payment: Payment): Promise<Signed> {
  await begin(rig, payment);
  for (let i = 0; i < payment.coins.length; i++) await sendCoin(rig, i, payment.coins[i], payment.sequence);
  const [count, digest] = await rig.ask(MSG_SIGN_FINISH, []);
  const sigs: Uint8Array[] = [];
  while (sigs.length < count) sigs.push(...((await rig.ask(MSG_SIGN_RESULT, [sigs.length]))[0] as Uint8Array[]));
  const tx = expectedTx(rig, payment);
  payment.coins.forEach((coin, i) => {
    const code = btc.p2pkh(coin.pub, TEST_NETWORK).script;
    const hash =
      rig.file.script === 'p2pkh'
        ? (tx as any).preimageLegacy(i, code, 1)
        : tx.preimageWitnessV0(i, code, 1, BigInt(coin.sats));
    if (!secp256k1.verify(sigs[i], hash, coin.pub, { lowS: true })) throw new Error(`signature ${i} does not hold`);
  });
  return {
    digest,
    sigs,
    tx,
    unsignedId: Buffer.from(sha256(sha256(tx.unsignedTx)))
      .reverse()
      .toString('hex'),
  };
}

/** The refusal of a request that must be refused. */
export async function refusalOf(work: Promise<unknown>): Promise<{ refusal: number; tag: string }> {
  const error: any = await work.then(
    () => new Error('it was not refused'),
    (e) => e,
  );
  if (error.code !== 'refused') throw error;
  return { refusal: error.refusal, tag: error.tag };
}

/** What HSM-Cold refuses a payment with of which V authorised another form: `changed` is what was changed since. */
export async function refusalOfChanged(rig: Rig, changed: Partial<Payment>): Promise<number> {
  const authority = rig.v.authority('1', out(50_000), 0);
  const coins = [makeCoin(rig, { sats: 1_000_000 })];
  const payment = { userTxNo: '1', outs: out(50_000), coins, feeSats: 1000, authority, ...changed };
  return (await refusalOf(pay(rig, payment))).refusal;
}

/** A stranger's address and `sats` as one entry of outs. */
export function out(sats: number, n = 1): string {
  return `${btc.p2wpkh(secp256k1.getPublicKey(new Uint8Array(32).fill(n + 10)), TEST_NETWORK).address},${sats}`;
}

/** A PSBT that sweeps `count` coins of a side to `address`, as the API prepares it. */
export function sweepPsbt(rig: Rig, address: string, count: number, side: 'cold' | 'hot' = 'cold'): string {
  const tx = new btc.Transaction({ version: 2 });
  for (let index = 0; index < count; index++) {
    const coin = makeCoin(rig, { sats: 200_000, index, side, hasWitness: index % 2 === 1 });
    const path = [84, 1, side === 'cold' ? 0 : 1].map((n) => 0x80000000 + n).concat([0, index]);
    tx.addInput({
      txid: coin.txid,
      index: coin.vout,
      sequence: 0xfffffffd,
      nonWitnessUtxo: coin.raw,
      witnessUtxo: { script: scriptOf('p2wpkh', coin.pub), amount: BigInt(coin.sats) },
      bip32Derivation: [[coin.pub, { fingerprint: parseInt(rig.file.fingerprint, 16), path }]],
    });
  }
  tx.addOutputAddress(address, BigInt(200_000 * count - 2000), TEST_NETWORK);
  return Buffer.from(tx.toPSBT(0)).toString('base64');
}

/** Does every input of a PSBT carry a signature of its key for this very transaction? */
export function isSigned(psbt: string): boolean {
  const tx = btc.Transaction.fromPSBT(new Uint8Array(Buffer.from(psbt, 'base64')));
  for (let i = 0; i < tx.inputsLength; i++) {
    const input = tx.getInput(i);
    const [pub, der] = input.partialSig![0];
    const hash = tx.preimageWitnessV0(i, btc.p2pkh(pub, TEST_NETWORK).script, 1, input.witnessUtxo!.amount);
    const sig = secp256k1.Signature.fromDER(Buffer.from(der.slice(0, -1)).toString('hex')).toCompactRawBytes();
    if (!secp256k1.verify(sig, hash, pub)) return false;
  }
  return true;
}
