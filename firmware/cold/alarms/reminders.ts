/**
 * Alarms that nobody has acknowledged: they go out again when they are due. The SMS `CC:ACK:<number>` from the
 * registered phone of a platform's admin, or `ack` at the console, ends the reminders and nothing else: an attacker who
 * spoofs that SMS opens no account.
 */
import type { Cold } from '../cold';
import { isAlarmed } from '../state/state';
import { completeClosing } from './closing';
import { sendWhenDue } from './alarm';
import { requireAccount } from '../state/accounts';
import { AUDIT_ACKNOWLEDGED } from '../../journal/audit-codes';
import { audit, saveCbor } from '../state/store';
import { R_ALARM } from '../../journal/records';

/** Repeats alarms that are due, and completes a closing that the power cut. Called every now and then. */
export function repeatAlarms(cold: Cold): void {
  for (let n = 0; n < cold.state.accountCount; n++) {
    if (!isAlarmed(cold.state, n)) continue;
    completeClosing(cold, n);
    if (cold.hal.clock.uptimeMs() >= (cold.alarmDueMs[n] || 0)) sendWhenDue(cold, n);
  }
}

/** Ends an alarm's repetition: `number` from a platform admin's phone, or from the console (from undefined). */
export function acknowledge(cold: Cold, from: string | undefined, number: number): boolean {
  if (from !== undefined && cold.state.phones.indexOf(from) < 0) return false;
  for (let n = 0; n < cold.state.accountCount; n++) {
    if (!isAlarmed(cold.state, n)) continue;
    const account = requireAccount(cold, n);
    if (account.alarmAck !== number) continue;
    // The alarm may be all that holds the account closed.
    completeClosing(cold, n);
    audit(cold, AUDIT_ACKNOWLEDGED, n, new Uint8Array([from === undefined ? 0 : 1]));
    saveCbor(cold, R_ALARM, [n, '', 0, 0]);
    return true;
  }
  return false;
}
