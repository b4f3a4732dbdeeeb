/**
 * HSM-Cold's durable state as it is held in memory, rebuilt from the journal at boot. One function applies a record, at
 * boot and after each append alike, so that memory and flash cannot part. Large and rarely used records (account keys,
 * allow-lists, sealed channels) stay on flash; only their offsets are held.
 * Leaves to others: writing (cold/store.ts), opening what is sealed (cold/unlock.ts).
 */
import { cborDecode } from '../../protocol/cbor';
import { policyFrom, type Policy } from '../policy/policy';
import {
  PAID_SERIAL, R_ACCOUNT, R_ALARM, R_ARCHIVE, R_AUDIT, R_BOOT, R_HEARTBEAT, R_LINK, R_PAID, R_PIN, R_RESTORE, R_ROOT, R_SEND, R_SETTINGS, R_STANDING, R_TIME, readU32,
} from '../journal/records';

export const MAX_ACCOUNTS = 8;
/** Audit entries kept on the board at compaction; older ones must have been exported. */
export const AUDIT_KEPT = 48;
export const AUDIT_HEAD_AT = 8;
export const AUDIT_CODE_AT = 40;
/** Protocol versions an account may use, as bits. */
export const PROTO_V1 = 1;
export const PROTO_V2 = 2;

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
  refusals: number;
  refusalsFrom: number;
  /** Unread alarm: what, the code that acknowledges it, times sent, when next (uptime ms). */
  alarm: string;
  alarmAck: number;
  alarmSent: number;
  alarmDueMs: number;
  /** Secrets and channels while unlocked; undefined while locked. */
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
  accounts: Account[];
  /** Offsets of the latest record by type and key. */
  at: { [key: string]: number };
  paidSerial: number;
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
    isProvisioned: false, fingerprint: new Uint8Array(4), bootCount: 0, floorSeconds: 0, pinFailures: 0, phones: [], isUnattended: false,
    accounts: [], at: {}, paidSerial: 0, archivedSerial: 0, archiveCount: 0, auditCount: 0, auditHead: new Uint8Array(32), heartbeatSeconds: 0, isRestoring: false,
  };
}

/** The account, or undefined. */
export function accountOf(state: ColdState, n: number): Account | undefined {
  for (let i = 0; i < state.accounts.length; i++) if (state.accounts[i].n === n) return state.accounts[i];
  return undefined;
}

/** The account, made when it is not there: a compacted journal may hold its standing before its latest data. In order of their numbers. */
function anAccount(state: ColdState, n: number): Account {
  const known = accountOf(state, n);
  if (known) return known;
  const account = { n: n, closed: '', refusals: 0, refusalsFrom: 0, alarm: '', alarmAck: 0, alarmSent: 0, alarmDueMs: 0 } as any as Account;
  let at = state.accounts.length;
  while (at > 0 && state.accounts[at - 1].n > n) at--;
  state.accounts.splice(at, 0, account);
  return account;
}

function applyAccount(state: ColdState, fields: any): void {
  const account = anAccount(state, fields[0]);
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

/** Key under which the record supersedes an earlier one; empty for the members of lists. */
function keyOf(type: number, payload: Uint8Array): string {
  if (type >= R_PAID) return '';
  if (type !== R_SEND && (type < R_ACCOUNT || type >= R_ARCHIVE)) return '' + type;
  return type + ':' + payload[1];
}

/** Applies one record. Account records are CBOR arrays whose second octet is the account's number (0..23 in one octet). */
export function applyRecord(state: ColdState, type: number, payload: Uint8Array, offset: number): void {
  const key = keyOf(type, payload);
  if (key) state.at[key] = offset;
  if (type === R_PAID) {
    const serial = readU32(payload, PAID_SERIAL);
    if (serial > state.paidSerial) state.paidSerial = serial;
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
  if (type !== R_ROOT && type !== R_SETTINGS && type !== R_ACCOUNT && type !== R_STANDING && type !== R_ALARM) return;
  const fields = cborDecode(payload) as any;
  if (type === R_ROOT) {
    state.isProvisioned = true;
    state.fingerprint = fields[3];
  } else if (type === R_SETTINGS) {
    state.phones = fields[0];
    state.isUnattended = fields[1] !== null;
  } else if (type === R_ACCOUNT) {
    applyAccount(state, fields);
  } else {
    const account = anAccount(state, fields[0]);
    if (type === R_STANDING) {
      account.closed = fields[1];
      account.refusals = fields[2];
      account.refusalsFrom = fields[3];
    } else {
      account.alarm = fields[1];
      account.alarmAck = fields[2];
      account.alarmSent = fields[3];
    }
  }
}

function raiseFloor(state: ColdState, seconds: number): void {
  if (seconds > state.floorSeconds) state.floorSeconds = seconds;
}

/** Does the record still matter? Asked at compaction. */
export function keepRecord(state: ColdState, type: number, payload: Uint8Array, offset: number): boolean {
  if (type === R_PAID) return readU32(payload, PAID_SERIAL) > state.archivedSerial;
  if (type === R_AUDIT) return readU32(payload, 0) > state.auditCount - AUDIT_KEPT;
  return state.at[keyOf(type, payload)] === offset;
}
