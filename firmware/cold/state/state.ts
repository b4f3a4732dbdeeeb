/**
 * HSM-Cold's durable state as it is held in memory, rebuilt from the journal at boot. One function applies a record, at
 * boot and after each append alike, so that memory and flash cannot part. Accounts stay on flash: of each, memory holds
 * where its records are and two bits; the one that is at work is read when it is asked for (account-store.ts). So eight
 * cost what one does. Leaves to others: writing (store.ts), reading an account (account-store.ts), opening what is
 * sealed (secrets.ts).
 */
import { cborDecode } from '../../../protocol/cbor';
import { policyFrom, type Policy } from '../signing/policy';
import {
  PAYMENT_SERIAL,
  R_ACCOUNT,
  R_ALARM,
  R_ARCHIVE,
  R_AUDIT,
  R_BOOT,
  R_HEARTBEAT,
  R_LINK,
  R_PAYMENT,
  R_PIN,
  R_RESTORE,
  R_ROOT,
  R_SECRETS,
  R_SEND,
  R_SETTINGS,
  R_STANDING,
  R_TIME,
  readU32,
} from '../../journal/records';

export const MAX_ACCOUNTS = 8;
/** Types of records that an account has: R_ACCOUNT to R_ALARM, R_SECRETS. */
const PLACE_TYPES = 7;
/** Audit entries kept on the board at compaction; older ones must have been exported. */
export const AUDIT_KEPT = 48;
export const AUDIT_HEAD_AT = 8;
export const AUDIT_CODE_AT = 40;
/** Protocol versions an account may use, as bits. */
export const PROTO_BIT_V1 = 1;
export const PROTO_BIT_V2 = 2;

/** An account as it is while it is at work. */
export interface Account {
  n: number;
  name: string;
  network: string;
  script: string;
  vIdentity: Uint8Array;
  identity: Uint8Array;
  vPhones: string[];
  adminPhones: string[];
  payout: string;
  policy: Policy;
  protos: number;
  /** Empty while open, else why it was closed. */
  closed: string;
  /** When the last refusals were, oldest first: seconds since 1970, four octets each (closing.ts). */
  refusalTimes: Uint8Array;
  /** Unread alarm: what, the code that acknowledges it, times sent. */
  alarm: string;
  alarmAck: number;
  alarmSent: number;
  /** Its channels, once asked for: account-store.ts. Secret. */
  open?: any;
}

export interface ColdState {
  isProvisioned: boolean;
  fingerprint: Uint8Array;
  bootCount: number;
  /** Seconds since 1970 below which the clock never goes. */
  floorSeconds: number;
  pinFailures: number;
  /** Link key as stored, undefined before pairing with HSM-Hot. */
  linkKey?: Uint8Array;
  /** Phones of the platform's admins. */
  phones: string[];
  isUnattended: boolean;
  /** Accounts are numbered from 0 in the order in which they came. */
  accountCount: number;
  /** Bits by account: closed; with an alarm that nobody acknowledged. An account is closed by either. */
  closedBits: number;
  alarmBits: number;
  /** The account at work. */
  account?: Account;
  /** A fourth of the offset of an account's latest record of a type, 0: none. PLACE_TYPES for each account. */
  places: Uint16Array;
  /** Offsets of the latest record by type and key, of the others. */
  at: { [key: string]: number };
  paymentSerial: number;
  /** Payments up to this serial are in an archive file. */
  archivedSerial: number;
  archiveCount: number;
  auditCount: number;
  auditHead: Uint8Array;
  /** Seconds since 1970 of the last heartbeat. */
  heartbeatSeconds: number;
  /** A state backup was being read in and was not finished. */
  isRestoring: boolean;
}

export function makeState(): ColdState {
  return {
    isProvisioned: false,
    fingerprint: new Uint8Array(4),
    bootCount: 0,
    floorSeconds: 0,
    pinFailures: 0,
    phones: [],
    isUnattended: false,
    accountCount: 0,
    closedBits: 0,
    alarmBits: 0,
    account: undefined,
    places: new Uint16Array(MAX_ACCOUNTS * PLACE_TYPES),
    at: {},
    paymentSerial: 0,
    archivedSerial: 0,
    archiveCount: 0,
    auditCount: 0,
    auditHead: new Uint8Array(32),
    heartbeatSeconds: 0,
    isRestoring: false,
  };
}

/**
 * Place of a record in `places`, -1 when its type is none of an account's. Types R_ACCOUNT to R_ALARM, and R_SECRETS.
 */
function placeIndex(type: number, n: number): number {
  if (n >= MAX_ACCOUNTS) return -1;
  if (type === R_SECRETS) return n * PLACE_TYPES + PLACE_TYPES - 1;
  return type >= R_ACCOUNT && type <= R_ALARM ? n * PLACE_TYPES + type - R_ACCOUNT : -1;
}

/** Offset of an account's latest record of a type; 0: there is none. */
export function accountRecordAt(state: ColdState, type: number, n: number): number {
  return state.places[placeIndex(type, n)] * 4;
}

/** Closed, or about to be: an alarm is durable before the account's standing is. */
export function isClosed(state: ColdState, n: number): boolean {
  return (((state.closedBits | state.alarmBits) >> n) & 1) === 1;
}

export function isAlarmed(state: ColdState, n: number): boolean {
  return ((state.alarmBits >> n) & 1) === 1;
}

/** Takes the fields of one of an account's records: R_ACCOUNT, R_STANDING, R_ALARM. */
export function applyFields(account: Account, type: number, fields: any): void {
  if (type === R_STANDING) {
    account.closed = fields[1];
    account.refusalTimes = fields[2];
  } else if (type === R_ALARM) {
    account.alarm = fields[1];
    account.alarmAck = fields[2];
    account.alarmSent = fields[3];
  } else {
    account.name = fields[1];
    account.network = fields[2];
    account.script = fields[3];
    account.vIdentity = fields[4];
    account.identity = fields[5];
    account.vPhones = fields[6];
    account.adminPhones = fields[7];
    account.payout = fields[8];
    account.policy = policyFrom(fields[9]) as Policy;
    account.protos = fields[10];
  }
}

/**
 * Key in `at` under which the record supersedes an earlier one; empty for the members of lists and for an account's.
 */
function keyOf(type: number, payload: Uint8Array): string {
  if (type >= R_AUDIT || placeIndex(type, 0) >= 0) return '';
  return type === R_SEND ? type + ':' + payload[1] : '' + type;
}

/**
 * Applies one record. Account records are CBOR arrays whose second octet is the account's number (0..23 in one octet).
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
    state.auditCount = readU32(payload, 0);
    state.auditHead = new Uint8Array(32);
    for (let i = 0; i < 32; i++) state.auditHead[i] = payload[AUDIT_HEAD_AT + i];
    raiseFloor(state, readU32(payload, 4));
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
    state.archiveCount = readU32(payload, 0);
    state.archivedSerial = readU32(payload, 4);
  } else {
    applyCbor(state, type, payload);
  }
}

function applyCbor(state: ColdState, type: number, payload: Uint8Array): void {
  if (type !== R_ROOT && type !== R_SETTINGS) return;
  const fields = cborDecode(payload) as any;
  if (type === R_ROOT) {
    state.isProvisioned = true;
    state.fingerprint = fields[3];
  } else {
    state.phones = fields[0];
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
  const fields = cborDecode(payload) as any;
  if (isLoaded) applyFields(state.account as Account, type, fields);
  if (type === R_STANDING) state.closedBits = fields[1] ? state.closedBits | (1 << n) : state.closedBits & ~(1 << n);
  else if (type === R_ALARM) state.alarmBits = fields[1] ? state.alarmBits | (1 << n) : state.alarmBits & ~(1 << n);
}

function raiseFloor(state: ColdState, seconds: number): void {
  if (seconds > state.floorSeconds) state.floorSeconds = seconds;
}

/** Does the record still matter? Asked at compaction. */
export function keepRecord(state: ColdState, type: number, payload: Uint8Array, offset: number): boolean {
  if (type === R_PAYMENT) return readU32(payload, PAYMENT_SERIAL) > state.archivedSerial;
  if (type === R_AUDIT) return readU32(payload, 0) > state.auditCount - AUDIT_KEPT;
  const place = placeIndex(type, payload[1]);
  return place < 0 ? state.at[keyOf(type, payload)] === offset : state.places[place] * 4 === offset;
}
