/**
 * One transaction on its way to being signed. Bounded memory: inputs and outputs lie in the scratch (scratch.ts) and
 * are read one by one; what stays in memory is two bytes an input and three digests.
 * Input: txid 32 | vout u32 little endian | sequence u32 little endian | sats 7 | chain u8 | index u32. Output: value 8
 * | length of script | script | zeros. Public data. Leaves to others: hashing it (hash.ts), previous transactions
 * (prev-tx.ts).
 */
import { p2pkhScript } from '../../../crypto/index';
import { scratchWrite, scratchRead, type Scratch } from './scratch';
import { concatBytes } from '../../../crypto/bytes';
import { readSats, readU32, writeU32, writeSats } from '../../../journal/records';
import { fail } from '../../../../protocol/errors';
import type { ScriptType } from '../../state/state';

export const INPUT_BYTES = 52;
export const INPUT_SEQUENCE = 36;
export const INPUT_SATS = 40;
export const INPUT_CHAIN = 47;
export const INPUT_INDEX = 48;
/** Room of an output: value, length, a script of at most 34 bytes. */
export const OUTPUT_BYTES = 44;
/** Smallest change that is made; below it the API must give it to the fee. */
export const CHANGE_MIN_SATS = 546;
export interface TxDraft {
  script: ScriptType;
  version: number;
  locktime: number;
  nInputs: number;
  /** nInputs * INPUT_BYTES, then OUTPUT_BYTES each output. */
  scratch: Scratch;
  /** Inputs complete so far. */
  done: number;
  sumSats: number;
  /** Two bytes of each outpoint: finds a coin that is there already without reading all of them. */
  marks: Uint16Array;
  /** Outputs, change included once it is known, and their bytes in the transaction. */
  nOutputs: number;
  outputsBytes: number;
  /** 1 once the change is among them. */
  nChange: number;
  amountSats: number;
  smallestSats: number;
  /** No output pays an address that is off the account's allow-list; true where there is no list. */
  isAllListed: boolean;
  feeSats: number;
  /** Double SHA-256 of the transaction with empty input scripts, once it is complete: the txid of p2wpkh. */
  id?: Uint8Array;
  /** hashPrevouts | hashSequence | hashOutputs of BIP143. */
  digests?: Uint8Array;
}

/** Writes `value` little endian. */
export function putLe(bytes: Uint8Array, at: number, value: number, lenBytes: number): void {
  for (let i = 0; i < lenBytes; i++) {
    bytes[at + i] = value % 256;
    value = Math.floor(value / 256);
  }
}

/** Script pubkey of an own key. hash20: its HASH160. */
export function scriptOf(script: ScriptType, hash20: Uint8Array): Uint8Array {
  return script === 'p2pkh' ? p2pkhScript(hash20) : concatBytes([new Uint8Array([0, 20]), hash20]);
}

/** Bytes of scratch that a draft needs for so many outputs, change included. */
export function draftBytes(nInputs: number, nOutputs: number): number {
  return nInputs * INPUT_BYTES + nOutputs * OUTPUT_BYTES;
}

/** What a draft begins with: fields of SIGN_BEGIN. */
export interface TxHead {
  txVersion: number;
  locktime: number;
  nInputs: number;
  feeSats: number;
}

/** Begins a transaction. script: of its inputs and its change. */
export function makeDraft(scratch: Scratch, script: ScriptType, head: TxHead): TxDraft {
  return {
    script: script,
    version: head.txVersion,
    locktime: head.locktime,
    nInputs: head.nInputs,
    scratch: scratch,
    done: 0,
    sumSats: 0,
    marks: new Uint16Array(head.nInputs),
    nOutputs: 0,
    outputsBytes: 0,
    nChange: 0,
    amountSats: 0,
    smallestSats: 0,
    isAllListed: true,
    feeSats: head.feeSats,
  };
}

/** Adds an output; script: at most 34 bytes. */
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

/** Input `i`, to be read only. */
export function readInput(draft: TxDraft, i: number): Uint8Array {
  return scratchRead(draft.scratch, i * INPUT_BYTES, INPUT_BYTES);
}

/** The coin's amount. */
export function inputSats(input: Uint8Array): number {
  return readSats(input, INPUT_SATS);
}

/** Index of the coin's key. */
export function inputIndex(input: Uint8Array): number {
  return readU32(input, INPUT_INDEX);
}

/** Does any complete input spend the outpoint, the first 36 bytes? */
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

/** A coin and the key that spends it: fields of SIGN_INPUT. */
export interface TxInput {
  /** 32 bytes, internal order. */
  prevTxid: Uint8Array;
  vout: number;
  sequence: number;
  chain: number;
  index: number;
}

/** The next input without its amount, for finishInput. Throws `bad-input` when the coin is there already. */
export function makeInput(draft: TxDraft, from: TxInput): Uint8Array {
  const input = new Uint8Array(INPUT_BYTES);
  input.set(from.prevTxid);
  putLe(input, 32, from.vout, 4);
  putLe(input, INPUT_SEQUENCE, from.sequence, 4);
  input[INPUT_CHAIN] = from.chain;
  writeU32(input, INPUT_INDEX, from.index);
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
