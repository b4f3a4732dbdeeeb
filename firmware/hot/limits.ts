/**
 * What HSM-Hot lets through: so many requests of a kind in a minute, for an account and for all together. A flood from
 * a hacked API ends here and costs HSM-Cold nothing. An account has rates of its own once HSM-Cold has shown that it
 * knows it; whatever else is named shares one small rate, so that made-up numbers crowd out nobody.
 * A rate is the time at which all of its tokens are back (GCRA): one number each, so memory grows with the known
 * accounts alone. Times are the board's uptime; nothing is kept over a restart.
 */
import {
  MSG_ATTEST,
  MSG_COLD_STATUS,
  MSG_PING,
  MSG_SIGN_BEGIN,
  MSG_SIGN_FINISH,
  MSG_SIGN_RESULT,
} from '../../protocol/wire';

/** Requests of HSM-Cold's time that may be under way or waiting. */
export const RELAYED_MAX = 6;
/** Of one known account. */
export const SIGN_A_MINUTE = 20;
export const PING_A_MINUTE = 10;
export const ATTEST_A_MINUTE = 30;
/** All accounts together get so many times one's. */
export const ALL_TIMES = 2;
/** Of each kind, for all numbers together that HSM-Cold has shown no account for. */
export const UNKNOWN_A_MINUTE = 5;
/** Of all accounts together. A RESULT brings up to four signatures. */
export const RESULT_A_MINUTE = 120;
export const FINISH_A_MINUTE = 60;
export const STATUS_A_MINUTE = 60;
/** As many accounts as HSM-Cold holds (state/state.ts MAX_ACCOUNTS). */
export const KNOWN_MAX = 8;
const MINUTE_MS = 60000;
/** What sums of fractions of a minute may be out by. */
const ROUNDING_MS = 0.5;
/**
 * Places: the kinds without an account, then the three with one for all together, for unknown numbers, and for each
 * known account.
 */
const AT_ALL = 3;
const AT_UNKNOWN = 6;
const AT_KNOWN = 9;
const KINDS = 3;

export interface Limits {
  known: number[];
  /** Uptime in ms at which the tokens of each place are all back. */
  fullAtMs: Float64Array;
}

export function makeLimits(): Limits {
  return { known: [], fullAtMs: new Float64Array(AT_KNOWN) };
}

/** HSM-Cold knows this account: from now on it has rates of its own. */
export function learnAccount(limits: Limits, account: number): void {
  if (limits.known.indexOf(account) >= 0 || limits.known.length >= KNOWN_MAX) return;
  const grown = new Float64Array(limits.fullAtMs.length + KINDS);
  grown.set(limits.fullAtMs);
  limits.fullAtMs = grown;
  limits.known.push(account);
}

/** Takes a token at `place`, if there is one; isTried: only looks. */
function takeToken(limits: Limits, place: number, rate: number, nowMs: number, isTried: boolean): boolean {
  const fullAtMs = limits.fullAtMs[place] > nowMs ? limits.fullAtMs[place] : nowMs;
  const nextMs = fullAtMs + MINUTE_MS / rate;
  if (nextMs - nowMs > MINUTE_MS + ROUNDING_MS) return false;
  if (!isTried) limits.fullAtMs[place] = nextMs;
  return true;
}

/**
 * Takes a token for a request of `type` for `account` (undefined: it names none); false when there is none. Types
 * without a rate always pass.
 */
export function isWithinRate(limits: Limits, type: number, account: number | undefined, nowMs: number): boolean {
  if (type === MSG_SIGN_RESULT) return takeToken(limits, 0, RESULT_A_MINUTE, nowMs, false);
  if (type === MSG_SIGN_FINISH) return takeToken(limits, 1, FINISH_A_MINUTE, nowMs, false);
  if (type === MSG_COLD_STATUS) return takeToken(limits, 2, STATUS_A_MINUTE, nowMs, false);
  if (account === undefined) return true;
  const kind = type === MSG_SIGN_BEGIN ? 0 : type === MSG_PING ? 1 : type === MSG_ATTEST ? 2 : -1;
  if (kind < 0) return true;
  const rate = kind === 0 ? SIGN_A_MINUTE : kind === 1 ? PING_A_MINUTE : ATTEST_A_MINUTE;
  const n = limits.known.indexOf(account);
  const place = n < 0 ? AT_UNKNOWN + kind : AT_KNOWN + KINDS * n + kind;
  if (!takeToken(limits, AT_ALL + kind, ALL_TIMES * rate, nowMs, true)) return false;
  return (
    takeToken(limits, place, n < 0 ? UNKNOWN_A_MINUTE : rate, nowMs, false) &&
    takeToken(limits, AT_ALL + kind, ALL_TIMES * rate, nowMs, false)
  );
}
