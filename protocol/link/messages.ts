/**
 * The messages of the serial links: positional fields after [type, request_id]. Each `a*` takes the fields, checks
 * every one and throws code `bad-request` naming the first that is wrong; each `*Fields` makes them. Spec: SPEC.md 5.2.
 * Leaves state, policy and authority to the firmware; the outs grammar is outs.ts.
 */
import { CborValue } from '../cbor/types';
import { fail } from '../errors';
import {
  ACCOUNT_MAX,
  AMOUNT_MAX_SATS,
  AUTHORITY_V1_BYTES,
  AUTHORITY_V2_BYTES,
  BATCH_NO_MAX,
  CHAIN_CHANGE,
  CHANNEL_ID_MAX,
  DIGEST_BYTES,
  INDEX_MAX,
  INPUTS_MAX,
  OUTS_CHUNK_MAX,
  OUTS_INLINE_MAX,
  OUTS_MAX,
  PREV_TX_CHUNK_MAX,
  PREV_TX_MAX,
  PREV_TX_MIN,
  PROTO_V1,
  PROTO_V2,
  RESULT_SIGS_MAX,
  SIDE_COLD,
  SIDE_HOT,
  SIG_BYTES,
  TX_VERSION_MAX,
  TX_VERSION_MIN,
  U32_MAX,
  USER_TX_NO_MAX,
} from '../wire';

/** The outs text of a PING. */
export const PING_OUTS = 'PING';
const TXID_BYTES = 32;

export interface SignBegin {
  account: number;
  /** PROTO_V1 or PROTO_V2. */
  proto: number;
  channelId: number;
  userTxNo: string;
  /**
   * As the website gave it: `address,sats;address,sats`. Taken from the fields of a longer one: empty, it follows in
   * SIGN_OUTS.
   */
  outs: string;
  /** Characters of the whole text. */
  outsLen: number;
  /** 0 or 1. */
  dynamic: number;
  /** 65 bytes under PROTO_V1, 32 under PROTO_V2. */
  authority: Uint8Array;
  txVersion: number;
  locktime: number;
  nInputs: number;
  feeSats: number;
  /** Index on hot chain 1, or null: no change output. */
  changeIndex: number | null;
}

export interface SignInput {
  i: number;
  /** 32 bytes, internal order. */
  prevTxid: Uint8Array;
  vout: number;
  sequence: number;
  chain: number;
  index: number;
  /** Octets of the previous transaction without its witnesses. */
  prevTxLen: number;
}

export interface SignOuts {
  offset: number;
  text: string;
}

export interface PrevTx {
  i: number;
  offset: number;
  bytes: Uint8Array;
}

export interface Ping {
  account: number;
  proto: number;
  channelId: number;
  userTxNo: string;
  dynamic: number;
  authority: Uint8Array;
}

export interface Attest {
  account: number;
  side: number;
  batchNo: number;
}

export interface SignFinishReply {
  nInputs: number;
  /** SHA-256d of the unsigned transaction: the txid of a segwit one, 32 bytes, internal order. */
  digest: Uint8Array;
}

function bad(field: string, expected: string): Error {
  return fail('bad-request', '"' + field + '" expected ' + expected);
}

/** Throws `bad-request` unless there are exactly `count` fields. */
export function aCount(fields: CborValue[], count: number): void {
  if (fields.length !== count) throw bad('fields', count + ' of them');
}

/** A whole number from `least` to `most`. */
export function aWhole(field: string, value: CborValue, least: number, most: number): number {
  if (typeof value !== 'number' || !(value >= least) || value > most || Math.floor(value) !== value)
    throw bad(field, least + '..' + most);
  return value;
}

/** Bytes, `least` to `most` of them. */
export function aBytes(field: string, value: CborValue, least: number, most: number): Uint8Array {
  if (!(value instanceof Uint8Array) || value.length < least || value.length > most)
    throw bad(field, least + '..' + most + ' bytes');
  return value;
}

/** Printable ASCII without `"` and `\`, 1 to `most` characters: what can be signed as text without being mistaken. */
export function aText(field: string, value: CborValue, most: number): string {
  if (typeof value !== 'string' || !value.length || value.length > most || /[^ -~]/.test(value) || /["\\]/.test(value))
    throw bad(field, 'text of 1..' + most);
  return value;
}

function anAuthority(proto: number, value: CborValue): Uint8Array {
  const count = proto === PROTO_V1 ? AUTHORITY_V1_BYTES : AUTHORITY_V2_BYTES;
  return aBytes('authority', value, count, count);
}

/** INFO, STATUS, COLD_STATUS and SIGN_FINISH carry no fields. */
export function aNoFields(fields: CborValue[]): void {
  aCount(fields, 0);
}

/**
 * SIGN_BEGIN [account, proto, channel_id, user_tx_no, outs, dynamic, authority, tx_version, locktime, n_inputs,
 * fee_sats, change_index].
 */
export function aSignBegin(fields: CborValue[]): SignBegin {
  aCount(fields, 12);
  const proto = aWhole('proto', fields[1], PROTO_V1, PROTO_V2);
  const isFollowing = typeof fields[4] === 'number';
  const outs = isFollowing ? '' : aText('outs', fields[4], OUTS_INLINE_MAX);
  return {
    account: aWhole('account', fields[0], 0, ACCOUNT_MAX),
    proto: proto,
    channelId: aWhole('channel_id', fields[2], 1, CHANNEL_ID_MAX),
    userTxNo: aText('user_tx_no', fields[3], USER_TX_NO_MAX),
    outs: outs,
    outsLen: isFollowing ? aWhole('outs', fields[4], OUTS_INLINE_MAX + 1, OUTS_MAX) : outs.length,
    dynamic: aWhole('dynamic', fields[5], 0, 1),
    authority: anAuthority(proto, fields[6]),
    txVersion: aWhole('tx_version', fields[7], TX_VERSION_MIN, TX_VERSION_MAX),
    locktime: aWhole('locktime', fields[8], 0, U32_MAX),
    nInputs: aWhole('n_inputs', fields[9], 1, INPUTS_MAX),
    feeSats: aWhole('fee_sats', fields[10], 0, AMOUNT_MAX_SATS),
    changeIndex: fields[11] === null ? null : aWhole('change_index', fields[11], 0, INDEX_MAX),
  };
}

/** `m.outs` is the whole text; when it is longer than OUTS_INLINE_MAX its length goes in its place. */
export function signBeginFields(m: Omit<SignBegin, 'outsLen'>): CborValue[] {
  return [
    m.account,
    m.proto,
    m.channelId,
    m.userTxNo,
    m.outs.length > OUTS_INLINE_MAX ? m.outs.length : m.outs,
    m.dynamic,
    m.authority,
    m.txVersion,
    m.locktime,
    m.nInputs,
    m.feeSats,
    m.changeIndex,
  ];
}

/** SIGN_OUTS [offset, text]: a piece of the outs that SIGN_BEGIN announced. */
export function aSignOuts(fields: CborValue[]): SignOuts {
  aCount(fields, 2);
  return { offset: aWhole('offset', fields[0], 0, OUTS_MAX - 1), text: aText('text', fields[1], OUTS_CHUNK_MAX) };
}

export function signOutsFields(m: SignOuts): CborValue[] {
  return [m.offset, m.text];
}

/** SIGN_INPUT [i, prev_txid, vout, sequence, chain, index, prev_tx_len]. */
export function aSignInput(fields: CborValue[]): SignInput {
  aCount(fields, 7);
  return {
    i: aWhole('i', fields[0], 0, INPUTS_MAX - 1),
    prevTxid: aBytes('prev_txid', fields[1], TXID_BYTES, TXID_BYTES),
    vout: aWhole('vout', fields[2], 0, U32_MAX),
    sequence: aWhole('sequence', fields[3], 0, U32_MAX),
    chain: aWhole('chain', fields[4], 0, CHAIN_CHANGE),
    index: aWhole('index', fields[5], 0, INDEX_MAX),
    prevTxLen: aWhole('prev_tx_len', fields[6], PREV_TX_MIN, PREV_TX_MAX),
  };
}

export function signInputFields(m: SignInput): CborValue[] {
  return [m.i, m.prevTxid, m.vout, m.sequence, m.chain, m.index, m.prevTxLen];
}

/** PREV_TX [i, offset, bytes]: a piece of input i's previous transaction without its witnesses. */
export function aPrevTx(fields: CborValue[]): PrevTx {
  aCount(fields, 3);
  const bytes = aBytes('bytes', fields[2], 1, PREV_TX_CHUNK_MAX);
  return {
    i: aWhole('i', fields[0], 0, INPUTS_MAX - 1),
    offset: aWhole('offset', fields[1], 0, PREV_TX_MAX - bytes.length),
    bytes: bytes,
  };
}

export function prevTxFields(m: PrevTx): CborValue[] {
  return [m.i, m.offset, m.bytes];
}

/** SIGN_FINISH's reply [n_inputs, digest]. */
export function aSignFinishReply(fields: CborValue[]): SignFinishReply {
  aCount(fields, 2);
  return {
    nInputs: aWhole('n_inputs', fields[0], 1, INPUTS_MAX),
    digest: aBytes('digest', fields[1], DIGEST_BYTES, DIGEST_BYTES),
  };
}

/** SIGN_RESULT [first]: asks for the signatures of inputs first, first+1, … */
export function aSignResult(fields: CborValue[]): { first: number } {
  aCount(fields, 1);
  return { first: aWhole('first', fields[0], 0, INPUTS_MAX - 1) };
}

/** SIGN_RESULT's reply [[sig64, …]], 1..RESULT_SIGS_MAX of them. */
export function aSignResultReply(fields: CborValue[]): Uint8Array[] {
  aCount(fields, 1);
  const sigs = fields[0];
  if (!Array.isArray(sigs) || !sigs.length || sigs.length > RESULT_SIGS_MAX)
    throw bad('sigs', '1..' + RESULT_SIGS_MAX + ' of them');
  for (let i = 0; i < sigs.length; i++) aBytes('sig', sigs[i], SIG_BYTES, SIG_BYTES);
  return sigs as Uint8Array[];
}

/** PING [account, proto, channel_id, user_tx_no, "PING", dynamic, authority]. */
export function aPing(fields: CborValue[]): Ping {
  aCount(fields, 7);
  const proto = aWhole('proto', fields[1], PROTO_V1, PROTO_V2);
  if (fields[4] !== PING_OUTS) throw bad('outs', PING_OUTS);
  return {
    account: aWhole('account', fields[0], 0, ACCOUNT_MAX),
    proto: proto,
    channelId: aWhole('channel_id', fields[2], 1, CHANNEL_ID_MAX),
    userTxNo: aText('user_tx_no', fields[3], USER_TX_NO_MAX),
    dynamic: aWhole('dynamic', fields[5], 0, 1),
    authority: anAuthority(proto, fields[6]),
  };
}

export function pingFields(m: Ping): CborValue[] {
  return [m.account, m.proto, m.channelId, m.userTxNo, PING_OUTS, m.dynamic, m.authority];
}

/** ATTEST [account, side, batch_no]. */
export function aAttest(fields: CborValue[]): Attest {
  aCount(fields, 3);
  return {
    account: aWhole('account', fields[0], 0, ACCOUNT_MAX),
    side: aWhole('side', fields[1], SIDE_HOT, SIDE_COLD),
    batchNo: aWhole('batch_no', fields[2], 0, BATCH_NO_MAX),
  };
}

export function attestFields(m: Attest): CborValue[] {
  return [m.account, m.side, m.batchNo];
}

/** ATTEST's reply [digest, sig64]. */
export function aAttestReply(fields: CborValue[]): { digest: Uint8Array; sig: Uint8Array } {
  aCount(fields, 2);
  return {
    digest: aBytes('digest', fields[0], DIGEST_BYTES, DIGEST_BYTES),
    sig: aBytes('sig', fields[1], SIG_BYTES, SIG_BYTES),
  };
}
