/**
 * What HSM-Hot lets through: so many requests of a kind for an account in a minute, so many at once in all. A flood from a hacked API
 * ends here and costs HSM-Cold nothing. Buckets fill with the board's uptime; nothing is kept over a restart.
 */
import { MSG_ATTEST, MSG_COLD_STATUS, MSG_PING, MSG_SIGN_BEGIN, MSG_SIGN_FINISH, MSG_SIGN_RESULT } from '../../protocol/wire';

/** Requests of HSM-Cold's time that may be under way or waiting. */
export const RELAYED_MAX = 6;
export const SIGN_A_MINUTE = 20;
export const PING_A_MINUTE = 10;
export const ATTEST_A_MINUTE = 30;
/** Of all accounts together. A RESULT brings up to four signatures. */
export const RESULT_A_MINUTE = 120;
export const FINISH_A_MINUTE = 60;
export const STATUS_A_MINUTE = 60;
/** Buckets at once; one that is full again makes room for another. */
const BUCKETS_MAX = 16;
const FULL_AFTER_MS = 60000;

interface Bucket {
  account: number;
  type: number;
  tokens: number;
  atMs: number;
}

export interface Limits {
  buckets: Bucket[];
}

function rateOf(type: number): number {
  if (type === MSG_SIGN_BEGIN) return SIGN_A_MINUTE;
  if (type === MSG_PING) return PING_A_MINUTE;
  if (type === MSG_SIGN_RESULT) return RESULT_A_MINUTE;
  if (type === MSG_SIGN_FINISH) return FINISH_A_MINUTE;
  if (type === MSG_COLD_STATUS) return STATUS_A_MINUTE;
  return type === MSG_ATTEST ? ATTEST_A_MINUTE : 0;
}

/** Takes a token for a request of `type` for `account`; false when there is none. Types without a rate always pass. account -1: of all accounts. */
export function isWithinRate(limits: Limits, type: number, account: number, nowMs: number): boolean {
  const rate = rateOf(type);
  if (!rate) return true;
  let bucket: Bucket | undefined;
  for (let i = 0; i < limits.buckets.length; i++) if (limits.buckets[i].account === account && limits.buckets[i].type === type) bucket = limits.buckets[i];
  if (!bucket) {
    for (let i = limits.buckets.length - 1; i >= 0; i--) if (nowMs - limits.buckets[i].atMs >= FULL_AFTER_MS) limits.buckets.splice(i, 1);
    if (limits.buckets.length >= BUCKETS_MAX) return false;
    bucket = { account: account, type: type, tokens: rate, atMs: nowMs };
    limits.buckets.push(bucket);
  }
  const filled = bucket.tokens + ((nowMs - bucket.atMs) * rate) / 60000;
  bucket.tokens = filled > rate ? rate : filled;
  bucket.atMs = nowMs;
  if (bucket.tokens < 1) return false;
  bucket.tokens--;
  return true;
}
