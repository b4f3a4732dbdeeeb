/**
 * What a record of the journal does to the state. One function applies it, at boot and after each append alike, so that
 * memory and flash cannot part; one says at compaction whether it still matters. Leaves to others: the layouts of
 * records (journal/records.ts), opening what is sealed (secrets/seal.ts).
 */
import { placeIndex, type Account, type ColdState, type ScriptType } from './state';
import type { CborValue } from '../../../protocol/cbor/types';
import {
  ARCHIVES_FIRST,
  ARCHIVES_LAST_SERIAL,
  ARCHIVES_NEXT,
  AUDIT_HEAD,
  AUDIT_HEAD_BYTES,
  AUDIT_NUMBER,
  AUDIT_SECONDS,
  FIRST_LIST_TYPE,
  R_STANDING,
  R_ALARM,
  R_AUDIT,
  R_SEND,
  SEND_PLACE,
  R_PAYMENT,
  readU32,
  PAYMENT_SERIAL,
  R_BOOT,
  R_TIME,
  R_PIN,
  R_HEARTBEAT,
  R_RESTORE,
  R_LINK,
  R_ARCHIVE,
  R_ROOT,
  R_SETTINGS,
  R_ACCOUNT,
} from '../../journal/records';
import { copyBytes } from '../../crypto/bytes';
import type { Network } from '../../crypto/wallet/address';
import { policyFrom, type Policy } from '../signing/policy';
import { cborDecode } from '../../../protocol/cbor';

/** Audit entries kept on the board at compaction; older ones must have been exported. */
export const AUDIT_KEPT = 48;

/** Copies the fields of one of an account's records into it: R_ACCOUNT, R_STANDING, R_ALARM. */
export function applyFields(account: Account, type: number, fields: CborValue[]): void {
  if (type === R_STANDING) {
    account.closed = fields[1] as string;
    account.refusalTimes = fields[2] as Uint8Array;
    account.toldSeconds = fields[3] as number;
  } else if (type === R_ALARM) {
    account.alarm = fields[1] as string;
    account.alarmAck = fields[2] as number;
    account.alarmSent = fields[3] as number;
  } else {
    account.name = fields[1] as string;
    account.network = fields[2] as Network;
    account.script = fields[3] as ScriptType;
    account.vIdentity = fields[4] as Uint8Array;
    account.identity = fields[5] as Uint8Array;
    account.vPhones = fields[6] as string[];
    account.adminPhones = fields[7] as string[];
    account.payout = fields[8] as string;
    account.policy = policyFrom(fields[9]) as Policy;
    account.protos = fields[10] as number;
  }
}

/**
 * Key in `at` under which the record supersedes an earlier one; empty for the members of lists and for an account's.
 */
function keyOf(type: number, payload: Uint8Array): string {
  if (type >= FIRST_LIST_TYPE || placeIndex(type, 0) >= 0) return '';
  return type === R_SEND ? type + ':' + payload[SEND_PLACE] : '' + type;
}

/**
 * Applies one record. Account records are CBOR arrays whose second byte is the account's number (0..23 in one byte).
 */
export function applyRecord(state: ColdState, type: number, payload: Uint8Array, offset: number): void {
  const place = placeIndex(type, payload[1]);
  const key = keyOf(type, payload);
  if (key) state.at[key] = offset;
  if (place >= 0) return applyToAccount(state, type, payload, offset, place);
  if (type === R_PAYMENT) {
    const serial = readU32(payload, PAYMENT_SERIAL);
    if (serial > state.paymentSerial) state.paymentSerial = serial;
  } else if (type === R_AUDIT) {
    state.auditCount = readU32(payload, AUDIT_NUMBER);
    state.auditHead = copyBytes(payload, AUDIT_HEAD, AUDIT_HEAD + AUDIT_HEAD_BYTES);
    raiseFloor(state, readU32(payload, AUDIT_SECONDS));
  } else if (type === R_BOOT) {
    state.bootCount = readU32(payload, 0);
  } else if (type === R_TIME) {
    raiseFloor(state, readU32(payload, 0));
  } else if (type === R_PIN) {
    state.pinFailures = payload[0];
  } else if (type === R_HEARTBEAT) {
    state.heartbeatSeconds = readU32(payload, 0);
  } else if (type === R_RESTORE) {
    state.isRestoring = payload[0] === 1;
  } else if (type === R_LINK) {
    state.linkKey = payload;
  } else if (type === R_ARCHIVE) {
    state.archiveFirst = readU32(payload, ARCHIVES_FIRST);
    state.archiveCount = readU32(payload, ARCHIVES_NEXT);
    state.archivedSerial = readU32(payload, ARCHIVES_LAST_SERIAL);
  } else {
    applyCbor(state, type, payload);
  }
}

function applyCbor(state: ColdState, type: number, payload: Uint8Array): void {
  if (type !== R_ROOT && type !== R_SETTINGS) return;
  const fields = cborDecode(payload) as CborValue[];
  if (type === R_ROOT) {
    state.isProvisioned = true;
    state.fingerprint = fields[3] as Uint8Array;
  } else {
    state.phones = fields[0] as string[];
    state.isUnattended = fields[1] !== null;
  }
}

function applyToAccount(state: ColdState, type: number, payload: Uint8Array, offset: number, place: number): void {
  const n = payload[1];
  state.places[place] = offset / 4;
  if (type === R_ACCOUNT && n >= state.accountCount) state.accountCount = n + 1;
  if (type !== R_ACCOUNT && type !== R_STANDING && type !== R_ALARM) return;
  const isLoaded = state.account && state.account.n === n;
  if (type === R_ACCOUNT && !isLoaded) return;
  const fields = cborDecode(payload) as CborValue[];
  if (isLoaded) applyFields(state.account!, type, fields);
  if (type === R_STANDING) state.closedBits = fields[1] ? state.closedBits | (1 << n) : state.closedBits & ~(1 << n);
  else if (type === R_ALARM) state.alarmBits = fields[1] ? state.alarmBits | (1 << n) : state.alarmBits & ~(1 << n);
}

function raiseFloor(state: ColdState, seconds: number): void {
  if (seconds > state.floorSeconds) state.floorSeconds = seconds;
}

/** Does the record still matter? Asked at compaction. */
export function keepRecord(state: ColdState, type: number, payload: Uint8Array, offset: number): boolean {
  if (type === R_PAYMENT) return readU32(payload, PAYMENT_SERIAL) > state.archivedSerial;
  if (type === R_AUDIT) return readU32(payload, AUDIT_NUMBER) > state.auditCount - AUDIT_KEPT;
  const place = placeIndex(type, payload[1]);
  return place < 0 ? state.at[keyOf(type, payload)] === offset : state.places[place] * 4 === offset;
}
