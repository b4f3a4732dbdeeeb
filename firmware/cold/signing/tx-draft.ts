/**
 * One transaction on its way to being signed, and the exact octets that are hashed. Bounded memory: inputs and outputs
 * lie in the scratch (scratch.ts) and are read one by one; what stays in memory is two octets an input and three
 * digests. What is signed is built from this record alone. Spec: BIP143 (p2wpkh), the original signature hash (p2pkh),
 * BIP141 (txid). BIP143's three digests and the unsigned id are computed once, in slices; a p2pkh signature hashes the
 * whole transaction again, and its unsigned id beside it, which must come out the same.
 * Input: txid 32 | vout u32 little endian | sequence u32 little endian | sats 7 | chain u8 | index u32. Output: value 8
 * | length of script | script | zeros. Public data.
 */
import { concatBytes } from '../../crypto/bytes';
import {
  constantTimeEqual,
  segwitSighashDigest,
  sha256,
  sha256Final,
  sha256For,
  sha256Init,
  sha256Update,
} from '../../crypto/index';
import { fail } from '../../../protocol/errors';
import { readSats, readU32, writeSats, writeU32 } from '../../journal/records';
import { scratchRead, scratchWrite, type Scratch } from './scratch';

export const INPUT_BYTES = 52;
export const INPUT_SEQUENCE = 36;
export const INPUT_SATS = 40;
export const INPUT_CHAIN = 47;
export const INPUT_INDEX = 48;
/** Room of an output: value, length, a script of at most 34 octets. */
export const OUTPUT_BYTES = 44;
export const SIGHASH_ALL = 1;
/** Smallest change that is made; below it the API must give it to the fee. */
export const CHANGE_MIN_SATS = 546;
/** Inputs or outputs hashed in one slice. */
const SLICE_ITEMS = 8;

export interface TxDraft {
  script: string;
  version: number;
  locktime: number;
  nInputs: number;
  /** nInputs * INPUT_BYTES, then OUTPUT_BYTES each output. */
  scratch: Scratch;
  /** Inputs complete so far. */
  done: number;
  sumSats: number;
  /** Two octets of each outpoint: finds a coin that is there already without reading all of them. */
  marks: Uint16Array;
  /** Outputs, change included once it is known, and their octets in the transaction. */
  nOutputs: number;
  outputsBytes: number;
  /** 1 once the change is among them. */
  nChange: number;
  amountSats: number;
  smallestSats: number;
  feeSats: number;
  /** Double SHA-256 of the transaction with empty input scripts, once it is complete: the txid of p2wpkh. */
  id?: Uint8Array;
  /** hashPrevouts | hashSequence | hashOutputs of BIP143. */
  digests?: Uint8Array;
}

/** The transaction being hashed. at: the input that carries `code` (-1: none does, the unsigned transaction). */
export interface Pass {
  i: number;
  at: number;
  code: Uint8Array;
  tx: any;
  /** p2pkh: the unsigned transaction again. */
  plain?: any;
  /** p2wpkh: what BIP143 shares between inputs. */
  shared?: any[];
}

export function putLe(bytes: Uint8Array, at: number, value: number, lenBytes: number): void {
  for (let i = 0; i < lenBytes; i++) {
    bytes[at + i] = value % 256;
    value = Math.floor(value / 256);
  }
}

function le4(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  putLe(bytes, 0, value, 4);
  return bytes;
}

/** A count of at most 65,535 as in a transaction. */
export function varint(value: number): Uint8Array {
  return value < 253 ? new Uint8Array([value]) : new Uint8Array([253, value, value >> 8]);
}

export function p2pkhScript(hash20: Uint8Array): Uint8Array {
  return concatBytes([new Uint8Array([0x76, 0xa9, 20]), hash20, new Uint8Array([0x88, 0xac])]);
}

export function scriptOf(script: string, hash20: Uint8Array): Uint8Array {
  return script === 'p2pkh' ? p2pkhScript(hash20) : concatBytes([new Uint8Array([0, 20]), hash20]);
}

/** Octets of scratch that a draft needs for so many outputs, change included. */
export function draftBytes(nInputs: number, nOutputs: number): number {
  return nInputs * INPUT_BYTES + nOutputs * OUTPUT_BYTES;
}

export function makeDraft(
  scratch: Scratch,
  script: string,
  version: number,
  locktime: number,
  nInputs: number,
  feeSats: number,
): TxDraft {
  return {
    script: script,
    version: version,
    locktime: locktime,
    nInputs: nInputs,
    scratch: scratch,
    done: 0,
    sumSats: 0,
    marks: new Uint16Array(nInputs),
    nOutputs: 0,
    outputsBytes: 0,
    nChange: 0,
    amountSats: 0,
    smallestSats: 0,
    feeSats: feeSats,
  };
}

/** Adds an output; script: at most 34 octets. */
export function putOutput(draft: TxDraft, sats: number, script: Uint8Array): void {
  const bytes = new Uint8Array(OUTPUT_BYTES);
  putLe(bytes, 0, sats, 8);
  bytes[8] = script.length;
  bytes.set(script, 9);
  scratchWrite(draft.scratch, draftBytes(draft.nInputs, draft.nOutputs), bytes);
  draft.nOutputs++;
  draft.outputsBytes += 9 + script.length;
}

/** Upper estimate of the signed transaction's virtual size. */
export function vbytesOf(draft: TxDraft, hasChange: boolean): number {
  const change = hasChange && !draft.nChange ? 34 : 0;
  return 15 + (draft.script === 'p2pkh' ? 148 : 68) * draft.nInputs + draft.outputsBytes + change;
}

export function readInput(draft: TxDraft, i: number): Uint8Array {
  return scratchRead(draft.scratch, i * INPUT_BYTES, INPUT_BYTES);
}

export function inputSats(input: Uint8Array): number {
  return readSats(input, INPUT_SATS);
}

export function inputIndex(input: Uint8Array): number {
  return readU32(input, INPUT_INDEX);
}

/** Does any complete input spend the outpoint, the first 36 octets? */
export function spends(draft: TxDraft, outpoint: Uint8Array): boolean {
  const mark = outpoint[0] | (outpoint[1] << 8);
  for (let i = draft.marks.indexOf(mark); i >= 0 && i < draft.done; i = draft.marks.indexOf(mark, i + 1)) {
    const input = readInput(draft, i);
    let same = 0;
    while (same < 36 && input[same] === outpoint[same]) same++;
    if (same === 36) return true;
  }
  return false;
}

/** The next input without its amount, for finishInput. Throws `bad-input` when the coin is there already. */
export function makeInput(
  draft: TxDraft,
  prevTxid: Uint8Array,
  vout: number,
  sequence: number,
  chain: number,
  index: number,
): Uint8Array {
  const input = new Uint8Array(INPUT_BYTES);
  input.set(prevTxid);
  putLe(input, 32, vout, 4);
  putLe(input, INPUT_SEQUENCE, sequence, 4);
  input[INPUT_CHAIN] = chain;
  writeU32(input, INPUT_INDEX, index);
  if (spends(draft, input)) throw fail('bad-input', 'the same coin twice');
  return input;
}

/** Writes the next input down with its amount. */
export function finishInput(draft: TxDraft, input: Uint8Array, sats: number): void {
  writeSats(input, INPUT_SATS, sats);
  scratchWrite(draft.scratch, draft.done * INPUT_BYTES, input);
  draft.marks[draft.done] = input[0] | (input[1] << 8);
  draft.sumSats += sats;
  draft.done++;
}

function update(pass: Pass, bytes: Uint8Array): void {
  sha256Update(pass.tx, bytes);
  if (pass.plain) sha256Update(pass.plain, bytes);
}

/** Begins hashing: at -1 for the unsigned id and BIP143's digests, else a p2pkh input's signature hash. */
export function startPass(draft: TxDraft, at: number, code: Uint8Array): Pass {
  const nInputs = draft.nInputs;
  const pass: Pass = { i: 0, at: at, code: code, tx: sha256For(18 + 41 * nInputs + draft.outputsBytes + code.length) };
  if (at >= 0 && !draft.scratch.ram) pass.plain = sha256Init();
  if (at < 0 && draft.script !== 'p2pkh')
    pass.shared = [sha256For(36 * nInputs), sha256For(4 * nInputs), sha256For(draft.outputsBytes)];
  update(pass, le4(draft.version));
  update(pass, varint(draft.nInputs));
  return pass;
}

function hashInput(draft: TxDraft, pass: Pass): void {
  const input = readInput(draft, pass.i);
  const outpoint = input.subarray(0, 36);
  const sequence = input.subarray(INPUT_SEQUENCE, INPUT_SEQUENCE + 4);
  const empty = new Uint8Array(1);
  if (pass.shared) {
    sha256Update(pass.shared[0], outpoint);
    sha256Update(pass.shared[1], sequence);
  }
  update(pass, outpoint);
  if (pass.i === pass.at) {
    sha256Update(pass.tx, varint(pass.code.length));
    sha256Update(pass.tx, pass.code);
    if (pass.plain) sha256Update(pass.plain, empty);
  } else update(pass, empty);
  update(pass, sequence);
}

function hashOutput(draft: TxDraft, pass: Pass): void {
  const n = pass.i - draft.nInputs;
  const slot = scratchRead(draft.scratch, draftBytes(draft.nInputs, n), OUTPUT_BYTES);
  const output = slot.subarray(0, 9 + slot[8]);
  if (!n) update(pass, varint(draft.nOutputs));
  if (pass.shared) sha256Update(pass.shared[2], output);
  update(pass, output);
}

/** Hashes the next SLICE_ITEMS; true while there are more. */
export function stepPass(draft: TxDraft, pass: Pass): boolean {
  const end = draft.nInputs + draft.nOutputs;
  for (let n = 0; n < SLICE_ITEMS && pass.i < end; n++) {
    if (pass.i < draft.nInputs) hashInput(draft, pass);
    else hashOutput(draft, pass);
    pass.i++;
  }
  return pass.i < end;
}

/**
 * The digest of a pass that is through. Throws `scratch-changed` when the transaction is not the one that was written
 * down.
 */
export function endPass(draft: TxDraft, pass: Pass): Uint8Array {
  update(pass, le4(draft.locktime));
  if (pass.plain && !constantTimeEqual(sha256(sha256Final(pass.plain)), draft.id as Uint8Array))
    throw fail('scratch-changed', 'not the transaction that was written down');
  if (pass.at >= 0) sha256Update(pass.tx, le4(SIGHASH_ALL));
  const digest = sha256(sha256Final(pass.tx));
  if (pass.at >= 0) return digest;
  draft.id = digest;
  if (pass.shared) {
    draft.digests = new Uint8Array(96);
    for (let i = 0; i < 3; i++) draft.digests.set(sha256(sha256Final(pass.shared[i])), 32 * i);
  }
  return digest;
}

/** BIP143's signature hash of a p2wpkh input for the key whose HASH160 is hash20. */
export function segwitHash(draft: TxDraft, input: Uint8Array, hash20: Uint8Array): Uint8Array {
  const sequence = input[36] + input[37] * 256 + input[38] * 65536 + input[39] * 16777216;
  return segwitSighashDigest(
    { version: draft.version, locktime: draft.locktime, digests: draft.digests } as any,
    input.subarray(0, 36),
    p2pkhScript(hash20),
    inputSats(input),
    sequence,
  );
}
