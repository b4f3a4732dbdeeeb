/**
 * One transaction on its way to being signed: what is kept of it while its inputs stream in, and the exact octets that are
 * hashed. Bounded: INPUT_BYTES an input and the outputs as they will stand in the transaction; signatures are made when asked.
 * What is signed is built from this record alone. Spec: BIP143 (p2wpkh), the original signature hash (p2pkh), BIP141 (txid).
 * Input: txid 32 | vout u32 little endian | sequence u32 little endian | sats 7 | chain u8 | index u32. Public data.
 */
import { concatBytes } from '../crypto/bytes';
import { addressToScript, sha256, sha256d } from '../crypto/index';
import { fail } from '../../protocol/errors';
import { parseOuts, type SignBegin } from '../../protocol/messages';
import { readSats, readU32, writeSats, writeU32 } from '../journal/records';

export const INPUT_BYTES = 52;
export const INPUT_SEQUENCE = 36;
export const INPUT_SATS = 40;
export const INPUT_CHAIN = 47;
export const INPUT_INDEX = 48;
export const SIGHASH_ALL = 1;
/** Smallest change that is made; below it the API must give it to the fee. */
export const CHANGE_MIN_SATS = 546;

export interface TxDraft {
  script: string;
  version: number;
  locktime: number;
  nInputs: number;
  /** nInputs * INPUT_BYTES. */
  inputs: Uint8Array;
  /** Inputs complete so far. */
  done: number;
  sumSats: number;
  /** Outputs as in the transaction, change included once it is known. */
  outputs: Uint8Array;
  nOutputs: number;
  amountSats: number;
  smallestSats: number;
  feeSats: number;
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

/** One output: value 8, script length, script pubkey. */
export function outputBytes(sats: number, script: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(9 + script.length);
  putLe(bytes, 0, sats, 8);
  bytes[8] = script.length;
  bytes.set(script, 9);
  return bytes;
}

export function p2wpkhScript(hash20: Uint8Array): Uint8Array {
  return concatBytes([new Uint8Array([0, 20]), hash20]);
}

export function p2pkhScript(hash20: Uint8Array): Uint8Array {
  return concatBytes([new Uint8Array([0x76, 0xa9, 20]), hash20, new Uint8Array([0x88, 0xac])]);
}

export function scriptOf(script: string, hash20: Uint8Array): Uint8Array {
  return script === 'p2pkh' ? p2pkhScript(hash20) : p2wpkhScript(hash20);
}

/** Is the text an address of the network that a payment may go to? */
export function isPayable(address: string, network: string): boolean {
  try {
    addressToScript(address, network as any);
    return true;
  } catch (error) {
    return false;
  }
}

/**
 * A draft with the outputs that the website asked for. isListed judges each script pubkey for the allow-list.
 * Throws `bad-outs`. Answers also whether all outputs are on the list.
 */
export function draftFrom(begin: SignBegin, network: string, script: string, isListed: (script: Uint8Array) => boolean): { draft: TxDraft; isAllListed: boolean } {
  const outs = parseOuts(begin.outs, network, isPayable);
  const parts: Uint8Array[] = [];
  let amountSats = 0;
  let smallestSats = outs[0].sats;
  let isAllListed = true;
  for (let i = 0; i < outs.length; i++) {
    const pubkeyScript = addressToScript(outs[i].address, network as any);
    if (!isListed(pubkeyScript)) isAllListed = false;
    amountSats += outs[i].sats;
    if (outs[i].sats < smallestSats) smallestSats = outs[i].sats;
    parts.push(outputBytes(outs[i].sats, pubkeyScript));
  }
  const draft = {
    script: script, version: begin.txVersion, locktime: begin.locktime, nInputs: begin.nInputs, inputs: new Uint8Array(begin.nInputs * INPUT_BYTES), done: 0, sumSats: 0,
    outputs: concatBytes(parts), nOutputs: outs.length, amountSats: amountSats, smallestSats: smallestSats, feeSats: begin.feeSats,
  };
  return { draft: draft, isAllListed: isAllListed };
}

/** Upper estimate of the signed transaction's virtual size. */
export function vbytesOf(draft: TxDraft, hasChange: boolean): number {
  const change = hasChange ? 34 : 0;
  return 11 + (draft.script === 'p2pkh' ? 148 : 68) * draft.nInputs + draft.outputs.length + change;
}

/** Writes down input draft.done without its amount. Throws `bad-input` when the outpoint is there already. */
export function putInput(draft: TxDraft, prevTxid: Uint8Array, vout: number, sequence: number, chain: number, index: number): void {
  const at = draft.done * INPUT_BYTES;
  const inputs = draft.inputs;
  inputs.set(prevTxid, at);
  putLe(inputs, at + 32, vout, 4);
  putLe(inputs, at + INPUT_SEQUENCE, sequence, 4);
  inputs[at + INPUT_CHAIN] = chain;
  writeU32(inputs, at + INPUT_INDEX, index);
  for (let i = 0; i < draft.done; i++) {
    let same = 0;
    while (same < 36 && inputs[i * INPUT_BYTES + same] === inputs[at + same]) same++;
    if (same === 36) throw fail('bad-input', 'the same coin twice');
  }
}

export function finishInput(draft: TxDraft, sats: number): void {
  writeSats(draft.inputs, draft.done * INPUT_BYTES + INPUT_SATS, sats);
  draft.sumSats += sats;
  draft.done++;
}

export function inputSats(draft: TxDraft, i: number): number {
  return readSats(draft.inputs, i * INPUT_BYTES + INPUT_SATS);
}

export function inputIndex(draft: TxDraft, i: number): number {
  return readU32(draft.inputs, i * INPUT_BYTES + INPUT_INDEX);
}

/** Does any input spend the outpoint (36 octets)? */
export function spends(draft: TxDraft, outpoint: Uint8Array): boolean {
  for (let i = 0; i < draft.done; i++) {
    let same = 0;
    while (same < 36 && draft.inputs[i * INPUT_BYTES + same] === outpoint[same]) same++;
    if (same === 36) return true;
  }
  return false;
}

/**
 * The transaction without witnesses; `at` is the input that carries scriptCode (-1: none does, the unsigned transaction).
 */
function serialise(draft: TxDraft, at: number, scriptCode: Uint8Array): Uint8Array {
  const size = 4 + 3 + draft.nInputs * 41 + scriptCode.length + 3 + draft.outputs.length + 4;
  const bytes = new Uint8Array(size);
  const nIn = varint(draft.nInputs);
  const nOut = varint(draft.nOutputs);
  putLe(bytes, 0, draft.version, 4);
  bytes.set(nIn, 4);
  let n = 4 + nIn.length;
  for (let i = 0; i < draft.nInputs; i++) {
    const from = i * INPUT_BYTES;
    bytes.set(draft.inputs.subarray(from, from + 36), n);
    n += 36;
    if (i === at) {
      bytes[n++] = scriptCode.length;
      bytes.set(scriptCode, n);
      n += scriptCode.length;
    } else bytes[n++] = 0;
    bytes.set(draft.inputs.subarray(from + INPUT_SEQUENCE, from + INPUT_SEQUENCE + 4), n);
    n += 4;
  }
  bytes.set(nOut, n);
  n += nOut.length;
  bytes.set(draft.outputs, n);
  n += draft.outputs.length;
  putLe(bytes, n, draft.locktime, 4);
  return bytes.subarray(0, n + 4);
}

/** Double SHA-256 of the transaction with empty input scripts: the txid (internal order) when it is p2wpkh. */
export function unsignedId(draft: TxDraft): Uint8Array {
  return sha256d(new Uint8Array(serialise(draft, -1, new Uint8Array(0))));
}

function column(draft: TxDraft, from: number, lenBytes: number): Uint8Array {
  const bytes = new Uint8Array(draft.nInputs * lenBytes);
  for (let i = 0; i < draft.nInputs; i++) bytes.set(draft.inputs.subarray(i * INPUT_BYTES + from, i * INPUT_BYTES + from + lenBytes), i * lenBytes);
  return bytes;
}

/** Signature hash of input i, SIGHASH_ALL, for the key whose HASH160 is hash20. */
export function sighash(draft: TxDraft, i: number, hash20: Uint8Array): Uint8Array {
  const scriptCode = p2pkhScript(hash20);
  if (draft.script === 'p2pkh') return sha256d(concatBytes([serialise(draft, i, scriptCode), le4(SIGHASH_ALL)]));
  const at = i * INPUT_BYTES;
  const sats = new Uint8Array(8);
  putLe(sats, 0, inputSats(draft, i), 8);
  return sha256d(
    concatBytes([
      le4(draft.version), sha256(sha256(column(draft, 0, 36))), sha256(sha256(column(draft, INPUT_SEQUENCE, 4))), draft.inputs.subarray(at, at + 36), new Uint8Array([25]), scriptCode,
      sats, draft.inputs.subarray(at + INPUT_SEQUENCE, at + INPUT_SEQUENCE + 4), sha256(sha256(draft.outputs)), le4(draft.locktime), le4(SIGHASH_ALL),
    ]),
  );
}
