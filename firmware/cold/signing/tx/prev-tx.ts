/**
 * A previous transaction read as it streams in, in bounded memory: its txid is computed and of its outputs one is kept.
 * Takes both serialisations; marker, flag and witnesses are left out of the hash. Spec: BIP141 (txid), BIP144 (form).
 * Throws code `bad-prev-tx` for anything that is not one whole well-formed transaction of the announced length.
 */
import { sha256, sha256Final, sha256Init, sha256Update } from '../../../crypto/index';
import { AMOUNT_MAX_SATS } from '../../../../protocol/wire';
import { fail } from '../../../../protocol/errors';
import type { Sha256 } from '../../../crypto/hash/sha256-running';

/** Longest script pubkey that can be one of the board's own. */
const SCRIPT_MAX = 34;

const AT_VERSION = 0;
const AT_INPUT_COUNT = 1;
const AT_FLAG = 2;
const AT_OUTPOINT = 3;
const AT_SCRIPT_SIG = 4;
const AT_OUTPUT_COUNT = 5;
const AT_VALUE = 6;
const AT_SCRIPT_LENGTH = 7;
const AT_SCRIPT = 8;
const AT_WITNESS_COUNT = 9;
const AT_WITNESS_ITEM = 10;
const AT_LOCKTIME = 11;
const AT_END = 12;

export interface PrevTxReader {
  leftBytes: number;
  vout: number;
  hash: Sha256;
  phase: number;
  /** Bytes of the token being collected; 0: a variable length number whose first byte is not there yet. */
  want: number;
  got: number;
  token: Uint8Array;
  skip: number;
  isSkipHashed: boolean;
  /** Inputs or outputs left; inputs in all, for the witnesses. */
  count: number;
  items: number;
  inputs: number;
  outputs: number;
  isSegwit: boolean;
  /** The output at vout: value in satoshi, -1 before it came; script pubkey, empty when too long to be the board's. */
  sats: number;
  script: Uint8Array;
}

export function readPrevTx(lenBytes: number, vout: number): PrevTxReader {
  return {
    leftBytes: lenBytes,
    vout: vout,
    hash: sha256Init(),
    phase: AT_VERSION,
    want: 4,
    got: 0,
    token: new Uint8Array(40),
    skip: 0,
    isSkipHashed: true,
    count: 0,
    items: 0,
    inputs: 0,
    outputs: 0,
    isSegwit: false,
    sats: -1,
    script: new Uint8Array(0),
  };
}

function malformed(what: string): Error {
  return fail('bad-prev-tx', what);
}

function littleEndian(token: Uint8Array, from: number, lenBytes: number): number {
  let value = 0;
  for (let i = lenBytes - 1; i >= 0; i--) value = value * 256 + token[from + i];
  return value;
}

function next(reader: PrevTxReader, phase: number, want: number): void {
  reader.phase = phase;
  reader.want = want;
  reader.got = 0;
}

/** Value of the variable length number in the token. Shortest form only; bounded by what can follow. */
function count(reader: PrevTxReader): number {
  const token = reader.token;
  const size = reader.want;
  const value = size === 1 ? token[0] : littleEndian(token, 1, size - 1);
  if ((size === 3 && value < 253) || (size === 5 && value < 65536) || size === 9)
    throw malformed('a count is not in its shortest form');
  if (value > reader.leftBytes) throw malformed('a length is beyond the end');
  return value;
}

function afterOutput(reader: PrevTxReader): void {
  reader.outputs++;
  if (--reader.count > 0) next(reader, AT_VALUE, 8);
  else if (reader.isSegwit) {
    reader.count = reader.inputs;
    next(reader, AT_WITNESS_COUNT, 0);
  } else next(reader, AT_LOCKTIME, 4);
}

function afterWitnessItem(reader: PrevTxReader): void {
  if (reader.items > 0) return next(reader, AT_WITNESS_ITEM, 0);
  if (--reader.count > 0) next(reader, AT_WITNESS_COUNT, 0);
  else next(reader, AT_LOCKTIME, 4);
}

/** Acts on a complete token of the version or the inputs. */
function endInputToken(reader: PrevTxReader): void {
  const phase = reader.phase;
  if (phase === AT_VERSION) return next(reader, AT_INPUT_COUNT, 0);
  if (phase === AT_INPUT_COUNT) {
    reader.count = reader.inputs = count(reader);
    if (reader.inputs) return next(reader, AT_OUTPOINT, 36);
    if (reader.isSegwit) throw malformed('no inputs');
    return next(reader, AT_FLAG, 1);
  }
  if (phase === AT_FLAG) {
    if (reader.token[0] !== 1) throw malformed('no inputs');
    reader.isSegwit = true;
    return next(reader, AT_INPUT_COUNT, 0);
  }
  if (phase === AT_OUTPOINT) return next(reader, AT_SCRIPT_SIG, 0);
  reader.skip = count(reader) + 4;
  if (--reader.count > 0) next(reader, AT_OUTPOINT, 36);
  else next(reader, AT_OUTPUT_COUNT, 0);
}

/** Acts on a complete token of the outputs. */
function endOutputToken(reader: PrevTxReader): void {
  const phase = reader.phase;
  if (phase === AT_OUTPUT_COUNT) {
    reader.count = count(reader);
    if (reader.count <= reader.vout) throw malformed('there is no such output');
    return next(reader, AT_VALUE, 8);
  }
  if (phase === AT_VALUE) {
    const sats = littleEndian(reader.token, 0, 8);
    if (sats > AMOUNT_MAX_SATS) throw malformed('an amount is above all bitcoin');
    if (reader.outputs === reader.vout) reader.sats = sats;
    return next(reader, AT_SCRIPT_LENGTH, 0);
  }
  if (phase === AT_SCRIPT_LENGTH) {
    const size = count(reader);
    if (size > 0 && size <= SCRIPT_MAX && reader.outputs === reader.vout) return next(reader, AT_SCRIPT, size);
    reader.skip = size;
    return afterOutput(reader);
  }
  reader.script = new Uint8Array(reader.want);
  for (let i = 0; i < reader.want; i++) reader.script[i] = reader.token[i];
  afterOutput(reader);
}

/** Acts on a complete token of the witnesses, or on the locktime. */
function endWitnessToken(reader: PrevTxReader): void {
  if (reader.phase === AT_LOCKTIME) return next(reader, AT_END, 1);
  if (reader.phase === AT_WITNESS_COUNT) reader.items = count(reader);
  else {
    reader.skip = count(reader);
    reader.isSkipHashed = false;
    reader.items--;
  }
  afterWitnessItem(reader);
}

/** Is the complete token part of what the txid covers? Marker, flag and witnesses are not. */
function isHashed(reader: PrevTxReader): boolean {
  const phase = reader.phase;
  if (phase === AT_INPUT_COUNT) return reader.token[0] !== 0;
  return phase !== AT_FLAG && phase !== AT_WITNESS_COUNT && phase !== AT_WITNESS_ITEM;
}

/** Takes the next bytes, in order. */
export function feedPrevTx(reader: PrevTxReader, bytes: Uint8Array): void {
  if (bytes.length > reader.leftBytes) throw malformed('longer than announced');
  for (let at = 0; at < bytes.length;) {
    const left = bytes.length - at;
    if (reader.skip) {
      const n = reader.skip < left ? reader.skip : left;
      if (reader.isSkipHashed) sha256Update(reader.hash, bytes.subarray(at, at + n));
      reader.skip -= n;
      reader.leftBytes -= n;
      at += n;
    } else {
      const byte = bytes[at++];
      reader.leftBytes--;
      if (reader.phase === AT_END) throw malformed('octets after the end');
      if (!reader.want) reader.want = byte < 253 ? 1 : byte === 253 ? 3 : byte === 254 ? 5 : 9;
      reader.token[reader.got++] = byte;
      if (reader.got === reader.want) {
        if (isHashed(reader)) sha256Update(reader.hash, reader.token.subarray(0, reader.want));
        if (reader.phase <= AT_SCRIPT_SIG) endInputToken(reader);
        else if (reader.phase <= AT_SCRIPT) endOutputToken(reader);
        else endWitnessToken(reader);
      }
    }
  }
}

/**
 * The txid in internal order, once all bytes were fed; throws `bad-prev-tx` when they do not make a whole transaction.
 */
export function prevTxId(reader: PrevTxReader): Uint8Array {
  if (reader.leftBytes || reader.phase !== AT_END || reader.sats < 0) throw malformed('it ends too early');
  return sha256(sha256Final(reader.hash));
}
