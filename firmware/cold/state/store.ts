/**
 * Writing HSM-Cold's durable state: records, the audit chain, the clock that only goes forward, the standing of
 * accounts. Every function returns after the flash holds what it wrote; what the board says to anybody is said after
 * that. Audit entry (R_AUDIT): number u32 | seconds u32 | head 32 | code u8 | account u8 (255: none) | detail; head =
 * SHA256(previous head | number | seconds | code | account | detail), 32 zeros before the first.
 */
import { concatBytes } from '../../crypto/bytes';
import { sha256 } from '../../crypto/index';
import { cborEncode } from '../../../protocol/cbor';
import { append } from '../../journal/journal';
import {
  AUDIT_CODE,
  AUDIT_DETAIL,
  AUDIT_HEAD,
  AUDIT_NUMBER,
  AUDIT_SECONDS,
  R_AUDIT,
  R_STANDING,
  R_TIME,
  writeU32,
} from '../../journal/records';
import type { Cold } from '../cold';
import type { CborValue } from '../../../protocol/cbor/types';

// Audit codes, never reused.
export const AUDIT_PROVISIONED = 1;
export const AUDIT_RESTORED = 2;
export const AUDIT_BOOT = 3;
export const AUDIT_UNLOCKED = 4;
export const AUDIT_PIN_WRONG = 5;
export const AUDIT_LOCKED = 6;
export const AUDIT_ACCOUNT_ADDED = 7;
export const AUDIT_ACCOUNT_CHANGED = 8;
export const AUDIT_CHANNEL = 9;
export const AUDIT_SIGNED = 10;
export const AUDIT_REFUSED = 11;
export const AUDIT_CLOSED = 12;
export const AUDIT_REOPENED = 13;
export const AUDIT_SWEPT = 14;
export const AUDIT_TIME_SET = 15;
export const AUDIT_EXPORTED = 16;
export const AUDIT_LINK_KEY = 17;
export const AUDIT_SETTINGS = 18;
export const AUDIT_STATE_RESTORED = 19;
/** Detail: 1 by SMS, 0 at the console. */
export const AUDIT_ACKNOWLEDGED = 20;
export const NO_ACCOUNT = 255;
const TIME_RECORD_EVERY_S = 3600;

export function save(cold: Cold, type: number, payload: Uint8Array): void {
  append(cold.journal!, type, payload);
}

export function saveCbor(cold: Cold, type: number, fields: CborValue[]): void {
  save(cold, type, cborEncode(fields));
}

/**
 * Seconds since 1970 that limits are counted by: never below what the journal has seen. Stands still until the clock is
 * set.
 */
export function nowSeconds(cold: Cold): number {
  const seconds = cold.hal.clock.wallSeconds();
  return seconds > cold.state.floorSeconds ? seconds : cold.state.floorSeconds;
}

export function isClockSet(cold: Cold): boolean {
  return cold.hal.clock.wallSeconds() > 0;
}

/** Writes the time down once an hour, so that a restart does not take it back further. */
export function keepTime(cold: Cold): void {
  const seconds = cold.hal.clock.wallSeconds();
  if (!cold.journal || !seconds || seconds < cold.state.floorSeconds + TIME_RECORD_EVERY_S) return;
  const payload = new Uint8Array(4);
  writeU32(payload, 0, seconds);
  save(cold, R_TIME, payload);
}

/**
 * Appends an audit entry. detail: at most 200 octets, no secrets. Comes before the record of what it reports: nothing
 * is done that is not in the log, and a power cut between the two leaves an entry for what was not done.
 */
export function audit(cold: Cold, code: number, account: number, detail: Uint8Array): void {
  const state = cold.state;
  const body = new Uint8Array(10 + detail.length);
  writeU32(body, AUDIT_NUMBER, state.auditCount + 1);
  writeU32(body, AUDIT_SECONDS, nowSeconds(cold));
  body[8] = code;
  body[9] = account;
  body.set(detail, 10);
  const payload = new Uint8Array(AUDIT_DETAIL + detail.length);
  payload.set(sha256(concatBytes([state.auditHead, body])), AUDIT_HEAD);
  for (let i = 0; i < AUDIT_HEAD; i++) payload[i] = body[i];
  for (let i = AUDIT_HEAD; i < body.length; i++) payload[AUDIT_CODE - AUDIT_HEAD + i] = body[i];
  save(cold, R_AUDIT, payload);
}

/** Writes whether an account is open (empty reason) and when its last refusals were. */
export function saveStanding(cold: Cold, n: number, closed: string, refusalTimes: Uint8Array): void {
  saveCbor(cold, R_STANDING, [n, closed, refusalTimes]);
}
