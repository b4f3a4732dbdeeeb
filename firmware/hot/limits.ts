/**
 * How many requests HSM-Hot lets through in a minute, of an account and of all together. A flood from a hacked API ends
 * here and costs HSM-Cold nothing. The rates are declared with the messages (relay-rule.ts). An account has rates of
 * its own once HSM-Cold has shown that it knows it; all other numbers share one small rate, so that made-up numbers
 * crowd out nobody.
 * A rate is the time at which all of its tokens are back (GCRA): one number each, so memory grows with the known
 * accounts alone. Times are the board's uptime; nothing is kept over a restart.
 */
import { MINUTE_MS } from '../../protocol/time';
import { RATES_OF_ACCOUNT, RATES_OF_ALL, rateAMinute, rateNo } from './relay-rule';

/** Requests to HSM-Cold that may be under way or waiting. */
export const RELAYED_MAX = 6;
/** All accounts together get so many times the rate of one. */
export const ALL_TIMES = 2;
/** Of each type, for all numbers together that HSM-Cold has shown no account for. */
export const UNKNOWN_A_MINUTE = 5;
/** As many accounts as HSM-Cold holds (state/state.ts MAX_ACCOUNTS). */
export const KNOWN_MAX = 8;
/** What sums of fractions of a minute may be out by. */
const ROUNDING_MS = 0.5;
/**
 * Places in Limits: the rates of all accounts together first. The rates of an account follow: once for all accounts
 * together, once for unknown numbers, and once for each known account.
 */
const AT_TOGETHER = RATES_OF_ALL;
const AT_UNKNOWN = RATES_OF_ALL + RATES_OF_ACCOUNT;
const AT_KNOWN = RATES_OF_ALL + 2 * RATES_OF_ACCOUNT;

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
  const grown = new Float64Array(limits.fullAtMs.length + RATES_OF_ACCOUNT);
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
  const no = rateNo(type);
  if (no < 0) return true;
  const rate = rateAMinute(type);
  if (no < RATES_OF_ALL || account === undefined) return takeToken(limits, no, rate, nowMs, false);
  const kind = no - RATES_OF_ALL;
  const n = limits.known.indexOf(account);
  const place = n < 0 ? AT_UNKNOWN + kind : AT_KNOWN + RATES_OF_ACCOUNT * n + kind;
  if (!takeToken(limits, AT_TOGETHER + kind, ALL_TIMES * rate, nowMs, true)) return false;
  return (
    takeToken(limits, place, n < 0 ? UNKNOWN_A_MINUTE : rate, nowMs, false) &&
    takeToken(limits, AT_TOGETHER + kind, ALL_TIMES * rate, nowMs, false)
  );
}
