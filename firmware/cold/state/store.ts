/**
 * Writing HSM-Cold's durable state: records, the audit chain, the clock that only goes forward, the standing of
 * accounts. Every function returns after the flash holds what it wrote; what the board says to anybody is said after
 * that. Audit entry (R_AUDIT): number u32 | seconds u32 | head 32 | code u8 | account u8 (255: none) | detail; head =
 * SHA256(previous head | number | seconds | code | account | detail), 32 zeros before the first.
 */
import { sha256Parts } from '../../crypto/index';
import { u32Bytes } from '../../../protocol/bytes';
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
import type { Account } from './state';
import type { CborValue } from '../../../protocol/cbor/types';

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
  save(cold, R_TIME, u32Bytes(seconds));
}

/**
 * Appends an audit entry. detail: at most 200 bytes, no secrets. Comes before the record of what it reports: nothing
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
  payload.set(sha256Parts([state.auditHead, body]), AUDIT_HEAD);
  payload.set(body.subarray(0, AUDIT_HEAD));
  payload.set(body.subarray(AUDIT_HEAD), AUDIT_CODE);
  save(cold, R_AUDIT, payload);
}

/** Writes whether an account is open (empty reason), when its last refusals were, and when its admins had its sum. */
export function saveStanding(cold: Cold, account: Account, closed: string, refusalTimes: Uint8Array): void {
  saveCbor(cold, R_STANDING, [account.n, closed, refusalTimes, account.toldSeconds]);
}
