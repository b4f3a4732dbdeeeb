// The PSBT of a sweep: read and checked before the board is asked for anything, because what it signs is in its log for
// good; and signed, each signature verified before it is written down. Spec: BIP174, BIP370, BIP143.
import { secp256k1 } from '@noble/curves/secp256k1';
import { sha256 } from '@noble/hashes/sha256';
import * as btc from '@scure/btc-signer';
import { RawOldTx } from '@scure/btc-signer/script';
import { fail, type CodedError } from '../../protocol/errors';
import { INDEX_MAX } from '../../protocol/wire';
import { scriptOfAddress } from '../bitcoin/address';
import { derWithSighash } from '../bitcoin/signature';
import type { AccountFile } from '../api/types';

/** A signature of the usual length, to try whether a PSBT takes one. */
const TRIAL_SIGNATURE = derWithSighash(Uint8Array.from({ length: 64 }, () => 1));

/** A coin to be swept. */
export interface Coin {
  /** Internal byte order, 32 octets. */
  txid: Uint8Array;
  vout: number;
  sequence: number;
  chain: number;
  index: number;
  /** Its whole previous transaction. */
  raw: Uint8Array;
  sats: bigint;
  script: Uint8Array;
  /** The key that the PSBT names for it, 33 octets. */
  pubkey: Uint8Array;
}

/** What is asked of the board. */
export interface SweepRequest {
  version: number;
  lockTime: number;
  coins: Coin[];
  payoutSats: bigint;
  feeSats: bigint;
}

/** What the account is, as far as a sweep asks. */
export type SweepAccount = Pick<AccountFile, 'network' | 'script'> & { payout: string };

export interface InputSignature {
  input: number;
  pubkey: Uint8Array;
  /** r | s, 64 octets, big endian. */
  signature: Uint8Array;
}

/** A PSBT that was found fit for a sweep. */
export interface SweepPsbt {
  request: SweepRequest;
  /**
   * The PSBT with its signatures, base64, version as it was. Throws `signature-missing`, `signature-wrong`: nothing is
   * signed then.
   */
  sign(signatures: InputSignature[]): string;
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** What the library throws has no code: it is the PSBT's fault, in its words. */
function withCode<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if ((error as Partial<CodedError>).code) throw error;
    throw fail('psbt-form', `the PSBT cannot be used (${(error as Error).message}): have it made again`);
  }
}

/** Is it the script pubkey of that key, in the account's form? */
function isOf(pubkey: Uint8Array, script: Uint8Array | undefined, account: SweepAccount): boolean {
  const owned = account.script === 'p2pkh' ? btc.p2pkh(pubkey) : btc.p2wpkh(pubkey);
  return script !== undefined && isSame(owned.script, script);
}

type PsbtInput = ReturnType<btc.Transaction['getInput']>;

/** What a PSBT has to say of an input. Throws `psbt-incomplete`, `psbt-coin`. */
function knownOf(input: PsbtInput, i: number, account: SweepAccount) {
  const { txid, index: vout, nonWitnessUtxo: previous } = input;
  const spent = previous?.outputs[vout ?? -1];
  const keys = input.bip32Derivation ?? [];
  const [pubkey, derivation] = keys.find(([key]) => isOf(key, spent?.script, account)) ?? keys[0] ?? [];
  if (!txid || vout === undefined || !previous || !pubkey || !derivation)
    throw fail('psbt-incomplete', `input ${i} needs its previous transaction and its derivation path`);
  if (!spent) throw fail('psbt-coin', `input ${i} names an output that its previous transaction has not`);
  return { txid, vout, previous, spent, pubkey, path: derivation.path };
}

/** Throws `psbt-signed`, `psbt-sighash`. */
function requireUnsigned(input: PsbtInput, i: number): void {
  if (input.partialSig?.length || input.finalScriptSig?.length || input.finalScriptWitness?.length)
    throw fail('psbt-signed', `input ${i} is signed already: take the unsigned PSBT`);
  if (input.sighashType !== undefined && input.sighashType !== btc.SigHash.ALL)
    throw fail('psbt-sighash', `input ${i} asks for sighash ${input.sighashType}: the board signs ALL (1) only`);
}

/** An input's coin. Throws `psbt-incomplete`, `psbt-signed`, `psbt-sighash`, `psbt-path`, `psbt-coin`. */
function coinOf(tx: btc.Transaction, i: number, account: SweepAccount): Coin {
  const input = tx.getInput(i);
  const { txid, vout, previous, spent, pubkey, path } = knownOf(input, i, account);
  requireUnsigned(input, i);
  const [chain, index] = path.slice(-2);
  if (path.length < 2 || chain !== 0 || index > INDEX_MAX)
    throw fail('psbt-path', `input ${i} is on no receiving path (…/0/index): only cold receiving addresses are swept`);
  if (!isOf(pubkey, spent.script, account))
    throw fail('not-own-coin', `input ${i} is no ${account.script} coin of the key that it names`);
  const shown = input.witnessUtxo;
  if (shown && (shown.amount !== spent.amount || !isSame(shown.script, spent.script)))
    throw fail('psbt-coin', `input ${i}: witness_utxo and the previous transaction differ`);
  return {
    txid: Uint8Array.from(txid).reverse(),
    vout,
    sequence: input.sequence ?? 0xffffffff,
    chain,
    index,
    raw: RawOldTx.encode({ ...previous, version: previous.version }),
    sats: spent.amount,
    script: spent.script,
    pubkey,
  };
}

/** Throws `psbt-outputs`, `psbt-payout`, `psbt-amounts`, `psbt-coin`, and what coinOf throws. */
function requestOf(tx: btc.Transaction, account: SweepAccount): SweepRequest {
  if (tx.outputsLength !== 1) throw fail('psbt-outputs', 'a sweep has exactly one output: the payout address');
  if (tx.inputsLength === 0) throw fail('psbt-incomplete', 'the PSBT has no input');
  const { amount, script } = tx.getOutput(0);
  const payout = scriptOfAddress(account.payout, account.network);
  if (amount === undefined || !script || !payout || !isSame(script, payout))
    throw fail(
      'psbt-payout',
      `the PSBT does not pay ${account.payout}, the one address that sweeps of the account pay`,
    );
  const coins = Array.from({ length: tx.inputsLength }, (_, i) => coinOf(tx, i, account));
  const names = new Set(coins.map((coin) => `${Buffer.from(coin.txid).toString('hex')}:${coin.vout}`));
  if (names.size !== coins.length) throw fail('psbt-coin', 'the PSBT names the same coin twice');
  const total = coins.reduce((sum, coin) => sum + coin.sats, 0n);
  if (amount <= 0n || amount > total)
    throw fail('psbt-amounts', `the PSBT pays ${amount} sats out of ${total}: nothing, or more than there is`);
  return { version: tx.version, lockTime: tx.lockTime, coins, payoutSats: amount, feeSats: total - amount };
}

/** Signature hash of p2pkh before BIP143. */
function legacyHash(tx: btc.Transaction, i: number, script: Uint8Array): Uint8Array {
  const unsigned = RawOldTx.decode(tx.unsignedTx);
  unsigned.inputs.forEach((input, k) => void (input.finalScriptSig = k === i ? script : new Uint8Array(0)));
  return sha256(sha256(Uint8Array.from([...RawOldTx.encode(unsigned), btc.SigHash.ALL, 0, 0, 0])));
}

function isRight(tx: btc.Transaction, coin: Coin, account: SweepAccount, it: InputSignature): boolean {
  if (!isSame(it.pubkey, coin.pubkey)) return false;
  const hash =
    account.script === 'p2pkh'
      ? legacyHash(tx, it.input, coin.script)
      : tx.preimageWitnessV0(it.input, btc.p2pkh(coin.pubkey).script, btc.SigHash.ALL, coin.sats);
  return secp256k1.verify(it.signature, hash, coin.pubkey);
}

/** A fresh copy with everything that a finaliser needs, and the signatures. */
function signedPsbt(bytes: Uint8Array, request: SweepRequest, account: SweepAccount, ders: Uint8Array[]): string {
  const tx = btc.Transaction.fromPSBT(bytes);
  request.coins.forEach((coin, i) => {
    const witnessUtxo = { script: coin.script, amount: coin.sats };
    const isNeeded = account.script === 'p2wpkh' && !tx.getInput(i).witnessUtxo;
    tx.updateInput(i, { partialSig: [[coin.pubkey, ders[i]]], ...(isNeeded ? { witnessUtxo } : {}) });
  });
  return Buffer.from(tx.toPSBT(tx.opts.PSBTVersion)).toString('base64');
}

/**
 * Reads a PSBT and checks all of it that the board's signature will depend on. psbtBase64: BIP174 or BIP370. Throws
 * `psbt-form`, `psbt-incomplete`, `psbt-outputs`, `psbt-payout`, `psbt-amounts`, `psbt-signed`, `psbt-sighash`,
 * `psbt-path`, `psbt-coin`, `not-own-coin`.
 */
export function readSweepPsbt(psbtBase64: string, account: SweepAccount): SweepPsbt {
  const bytes = new Uint8Array(Buffer.from(psbtBase64, 'base64'));
  const tx = withCode(() => btc.Transaction.fromPSBT(bytes));
  const request = withCode(() => requestOf(tx, account));
  // It will take signatures, and can be written again: tried while nothing is signed.
  withCode(() =>
    signedPsbt(
      bytes,
      request,
      account,
      request.coins.map(() => TRIAL_SIGNATURE),
    ),
  );
  return {
    request,
    sign(signatures) {
      const ders = request.coins.map((coin, i) => {
        const of = signatures.filter((each) => each.input === i);
        if (of.length !== 1) throw fail('signature-missing', `the board gave ${of.length} signatures of input ${i}`);
        if (!isRight(tx, coin, account, of[0]))
          throw fail('signature-wrong', `the board's signature of input ${i} is not of this transaction and its key`);
        return derWithSighash(of[0].signature);
      });
      return signedPsbt(bytes, request, account, ders);
    },
  };
}
