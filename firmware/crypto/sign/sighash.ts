// What a transaction's signatures commit to: the legacy digest and BIP143's, SIGHASH_ALL, over bounded memory: inputs
// and outputs are given one after another and never kept.
//   legacy  start(version, nInputs) · input × n · outputs(nOutputs) · output × n · end(locktime)
//   BIP143  start(version, locktime) · input × n · output × n · finish · then digest(...) for each input to be signed
// All numbers are little endian on the wire; amounts are satoshis below 2^53. Leaves to others: parsing, policy,
// scripts.
import { fail } from '../../../protocol/errors';
import { aBytes } from '../bytes';
import { sha256, sha256d } from '../hash/sha256';
import { sha256Final, sha256Init, sha256Update, type Sha256 } from '../hash/sha256-running';

export const SIGHASH_ALL = 1;
/** All coins that there can be, in satoshis. */
export const MAX_AMOUNT_SATS = 2100000000000000;
const BUFFER_BYTES = 512;

function putLittle(out: Uint8Array, at: number, value: number, lenBytes: number): void {
  for (let i = 0; i < lenBytes; i++) {
    const rest = Math.floor(value / 256);
    out[at + i] = value - rest * 256;
    value = rest;
  }
}

/** Little endian bytes of a whole number below 2^53. */
export function littleEndian(value: number, lenBytes: number): Uint8Array {
  const out = new Uint8Array(lenBytes);
  putLittle(out, 0, value, lenBytes);
  return out;
}

/** Bitcoin's variable-length count, up to 2^32 - 1. */
export function compactSize(n: number): Uint8Array {
  if (n < 253) return new Uint8Array([n]);
  const out = new Uint8Array(n < 65536 ? 3 : 5);
  out[0] = n < 65536 ? 253 : 254;
  putLittle(out, 1, n, out.length - 1);
  return out;
}

// Amount and script of an output, as both digests hash it.
function hashOutput(hash: Sha256, amountSats: number, script: Uint8Array): void {
  if (!(amountSats >= 0 && amountSats <= MAX_AMOUNT_SATS) || amountSats % 1)
    throw fail('crypto-amount', 'an amount is 0 to 21 million coins in satoshis');
  sha256Update(hash, littleEndian(amountSats, 8));
  sha256Update(hash, compactSize(script.length));
  sha256Update(hash, script);
}

/** Begins a legacy digest. version: as unsigned 32 bits. */
export function legacySighashStart(version: number, nInputs: number): Sha256 {
  const hash = sha256Init(BUFFER_BYTES);
  sha256Update(hash, littleEndian(version, 4));
  sha256Update(hash, compactSize(nInputs));
  return hash;
}

/** An input: outpoint as on the wire (36 bytes); scriptCode for the one being signed, empty for the others. */
export function legacySighashInput(
  hash: Sha256,
  outpoint36: Uint8Array,
  sequence: number,
  scriptCode: Uint8Array,
): void {
  sha256Update(hash, aBytes(outpoint36, 36, 'outpoint'));
  sha256Update(hash, compactSize(scriptCode.length));
  sha256Update(hash, scriptCode);
  sha256Update(hash, littleEndian(sequence, 4));
}

/** The inputs are through, nOutputs follow. */
export function legacySighashOutputs(hash: Sha256, nOutputs: number): void {
  sha256Update(hash, compactSize(nOutputs));
}

/** An output. */
export function legacySighashOutput(hash: Sha256, amountSats: number, script: Uint8Array): void {
  hashOutput(hash, amountSats, script);
}

/** The digest to sign, 32 bytes. The hash is used up. */
export function legacySighashEnd(hash: Sha256, locktime: number): Uint8Array {
  sha256Update(hash, littleEndian(locktime, 4));
  sha256Update(hash, littleEndian(SIGHASH_ALL, 4));
  return sha256(sha256Final(hash));
}

/** BIP143's common part under way: three running hashes, which finish turns into their digests. */
export interface SegwitSighash {
  version: number;
  locktime: number;
  prevouts: Sha256;
  sequences: Sha256;
  outputs: Sha256;
  /** hashPrevouts ‖ hashSequence ‖ hashOutputs; empty until finished. */
  digests: Uint8Array;
}

/** Begins BIP143's common part. */
export function segwitSighashStart(version: number, locktime: number): SegwitSighash {
  return {
    version: version,
    locktime: locktime,
    prevouts: sha256Init(BUFFER_BYTES),
    sequences: sha256Init(128),
    outputs: sha256Init(BUFFER_BYTES),
    digests: new Uint8Array(0),
  };
}

/** An input: outpoint (36 bytes) and sequence. */
export function segwitSighashInput(tx: SegwitSighash, outpoint36: Uint8Array, sequence: number): void {
  sha256Update(tx.prevouts, aBytes(outpoint36, 36, 'outpoint'));
  sha256Update(tx.sequences, littleEndian(sequence, 4));
}

/** An output. */
export function segwitSighashOutput(tx: SegwitSighash, amountSats: number, script: Uint8Array): void {
  hashOutput(tx.outputs, amountSats, script);
}

/** All inputs and outputs are through. */
export function segwitSighashFinish(tx: SegwitSighash): void {
  const digests = new Uint8Array(96);
  digests.set(sha256(sha256Final(tx.prevouts)));
  digests.set(sha256(sha256Final(tx.sequences)), 32);
  digests.set(sha256(sha256Final(tx.outputs)), 64);
  tx.digests = digests;
}

/**
 * The digest to sign for one input, 32 bytes. scriptCode without its length (25 bytes for P2WPKH). Throws
 * `crypto-sighash` before finish.
 */
export function segwitSighashDigest(
  tx: Pick<SegwitSighash, 'version' | 'locktime' | 'digests'>,
  outpoint36: Uint8Array,
  scriptCode: Uint8Array,
  amountSats: number,
  sequence: number,
): Uint8Array {
  if (tx.digests.length !== 96) throw fail('crypto-sighash', 'the transaction is not complete');
  const size = compactSize(scriptCode.length);
  const at = 104 + size.length + scriptCode.length;
  const all = new Uint8Array(at + 52);
  putLittle(all, 0, tx.version, 4);
  all.set(tx.digests.subarray(0, 64), 4);
  all.set(aBytes(outpoint36, 36, 'outpoint'), 68);
  all.set(size, 104);
  all.set(scriptCode, 104 + size.length);
  putLittle(all, at, amountSats, 8);
  putLittle(all, at + 8, sequence, 4);
  all.set(tx.digests.subarray(64), at + 12);
  putLittle(all, at + 44, tx.locktime, 4);
  putLittle(all, at + 48, SIGHASH_ALL, 4);
  return sha256d(all);
}
