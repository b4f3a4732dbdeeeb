/**
 * The alarm SMS of an account that was closed. It goes to the account's admins once, and to the platform's admins again
 * every ALARM_EVERY_MS until one of them acknowledges it (reminders.ts) or ALARM_TIMES were sent. Spec: SPEC.md 10.
 */
import type { Account } from '../state/state';
import type { Cold } from '../cold';
import { notifyAdmins, post } from './notices';
import { saveCbor } from '../state/store';
import { R_ALARM } from '../../journal/records';
import { scheduleOnce } from '../scheduler';
import { requireAccount } from '../state/accounts';

export const ALARM_EVERY_MS = 600000;
export const ALARM_TIMES = 6;
/** No alarm is due. */
const NEVER_MS = 1e15;

function alarmText(account: Account): string {
  const what =
    account.alarm === 'forgery' ? 'A forged send request. Nothing was signed.' : 'Too many refused requests.';
  return 'CC:ALARM:' + account.alarm + ':' + account.n + ': ' + what + ' Account ' + account.name + ' is closed.';
}

/**
 * The first alarm goes to the account's admins too; the platform's are reminded. Counts as sent when an SMS is queued.
 */
function sendAlarm(cold: Cold, account: Account): void {
  cold.alarmDueMs[account.n] = cold.hal.clock.uptimeMs() + ALARM_EVERY_MS;
  const text = alarmText(account);
  let queued = notifyAdmins(cold, text + ' Answer CC:ACK:' + account.alarmAck);
  for (let i = 0; !account.alarmSent && i < account.adminPhones.length; i++)
    if (cold.state.phones.indexOf(account.adminPhones[i]) < 0 && post(cold, account.adminPhones[i], text, true))
      queued++;
  if (queued) saveCbor(cold, R_ALARM, [account.n, account.alarm, account.alarmAck, account.alarmSent + 1]);
}

/** Sends an account's alarm in a task of its own, if it is due then. */
export function sendWhenDue(cold: Cold, n: number): void {
  scheduleOnce(cold, function () {
    const account = requireAccount(cold, n);
    if (account.alarmSent >= ALARM_TIMES) cold.alarmDueMs[n] = NEVER_MS;
    else if (account.alarm && cold.hal.clock.uptimeMs() >= (cold.alarmDueMs[n] || 0)) sendAlarm(cold, account);
  });
}
