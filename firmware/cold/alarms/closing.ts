/**
 * Closing an account. A request whose authority does not hold closes its account: durably, before anything is replied.
 * So do REFUSALS_MAX refusals within REFUSALS_WINDOW_S. Nothing on a wire or by SMS opens it again; only the console
 * with the PIN does. Leaves to others: the alarm SMS (alarm.ts), which refusals count (link/refusal.ts). Spec: SPEC.md
 * 5.3.
 */
import { drbgGenerate } from '../../crypto/index';
import type { Cold } from '../cold';
import { requireAccount } from '../state/accounts';
import { AUDIT_CLOSED, AUDIT_REFUSED } from '../../journal/audit-codes';
import { audit, saveStanding, saveCbor, nowSeconds } from '../state/store';
import { textBytes } from '../../crypto/bytes';
import { isClosed } from '../state/state';
import { R_ALARM, readU32, writeU32 } from '../../journal/records';
import { sendWhenDue } from './alarm';
import { scheduleOnce } from '../scheduler';
import { notifyV } from './notices';
import { ALARM_FORGERY, ALARM_CLOSED, ALARM_CONFLICT, ALARM_POLICY } from '../../../protocol/wire';

export const REFUSALS_MAX = 20;
export const REFUSALS_WINDOW_S = 3600;

/**
 * Makes the closing durable that an account's alarm stands for, unless it is. Should the power go between the two,
 * repeatAlarms() completes it.
 */
export function completeClosing(cold: Cold, n: number): void {
  if ((cold.state.closedBits >> n) & 1) return;
  const account = requireAccount(cold, n);
  audit(cold, AUDIT_CLOSED, n, textBytes(account.alarm));
  saveStanding(cold, account, account.alarm, account.refusalTimes);
}

/**
 * Closes the account of this number for good reason, durably on return. reason: `forgery` or `refusals`. The alarm goes
 * out in tasks of its own; should the board go off before, repeatAlarms() sends it.
 */
export function closeAccount(cold: Cold, n: number, reason: string): void {
  if (isClosed(cold.state, n)) return;
  const number = drbgGenerate(cold.drbg!, 2);
  saveCbor(cold, R_ALARM, [n, reason, 1000 + (((number[0] << 8) | number[1]) % 9000), 0]);
  completeClosing(cold, n);
  cold.alarmDueMs[n] = 0;
  sendWhenDue(cold, n);
  scheduleOnce(cold, function () {
    notifyV(cold, n, reason === 'forgery' ? ALARM_FORGERY : ALARM_CLOSED);
  });
}

/** The times of the refusals within the window that ends now, this one with them. */
function refusalsNow(times: Uint8Array, now: number): Uint8Array {
  let from = 0;
  while (from < times.length && now - readU32(times, from) > REFUSALS_WINDOW_S) from += 4;
  const recent = new Uint8Array(times.length - from + 4);
  recent.set(times.subarray(from));
  writeU32(recent, recent.length - 4, now);
  return recent;
}

/**
 * Counts a refusal that a good V would not cause; the account is closed by REFUSALS_MAX of them in any
 * REFUSALS_WINDOW_S.
 */
export function countRefusal(cold: Cold, n: number, what: string): void {
  cold.counters.refusals++;
  if (isClosed(cold.state, n)) return;
  const account = requireAccount(cold, n);
  const times = refusalsNow(account.refusalTimes, nowSeconds(cold));
  audit(cold, AUDIT_REFUSED, n, textBytes(what));
  saveStanding(cold, account, '', times);
  if (times.length >= 4 * REFUSALS_MAX) return closeAccount(cold, n, 'refusals');
  const code = what === 'user-tx-conflict' ? ALARM_CONFLICT : what.substr(0, 7) === 'policy-' ? ALARM_POLICY : 0;
  if (!code) return;
  scheduleOnce(cold, function () {
    notifyV(cold, n, code);
  });
}
