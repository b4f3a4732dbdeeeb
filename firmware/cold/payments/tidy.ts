/**
 * When payments move from the journal to the ring of archives (archive.ts) and out of it (retire.ts), and how many
 * still find room.
 */
import type { Cold } from '../cold';
import { scheduleOnce } from '../scheduler';
import { compact } from '../../journal/journal';
import { notifyAdmins } from '../alarms/notices';
import type { Thrown } from '../link/refusal';
import { archiveOldest, freeGroups } from './archive';
import { GROUP_ENTRIES } from './groups';
import { isRetiringDue, retireOldest, waitingAccounts } from './retire';

/**
 * Payments in the journal above which the oldest are archived in a task of their own, while nothing else needs the
 * memory.
 */
export const PAYMENTS_TIDY_MAX = GROUP_ENTRIES;
/**
 * Payments in the journal above which they are before another is written down: beside eight accounts of the largest
 * kind they fit a half, with room for what is to come (room.test.ts).
 */
export const PAYMENTS_KEPT_MAX = GROUP_ENTRIES + 2;

/** Payments that the journal holds. */
function keptPayments(cold: Cold): number {
  return cold.state.paymentSerial - cold.state.archivedSerial;
}

/** Must payments be archived before another one finds room? */
export function isArchiveDue(cold: Cold): boolean {
  return keptPayments(cold) > PAYMENTS_KEPT_MAX;
}

/** Payments that can be signed before any of the archived ones must have retired. */
export function roomPayments(cold: Cold): number {
  return PAYMENTS_KEPT_MAX + 1 - keptPayments(cold) + GROUP_ENTRIES * freeGroups(cold);
}

/** Runs a step of tidying in a task of its own. What the ring refuses waits, and status shows it. */
function scheduleStep(cold: Cold, step: () => void): void {
  scheduleOnce(cold, function () {
    try {
      step();
    } catch (error) {
      if ((error as Thrown).refusal === undefined) throw error;
    }
  });
}

/** Notifies the admins of accounts whose payments wait for room, once until they wait no more. */
function notifyWaiting(cold: Cold): void {
  const waiting = waitingAccounts(cold, isArchiveDue(cold));
  const fresh = waiting & ~cold.waiting;
  cold.waiting = waiting;
  let list = '';
  for (let n = 0; n < cold.state.accountCount; n++) if (fresh & (1 << n)) list += ' ' + n;
  if (list) notifyAdmins(cold, 'ChainCloud HSM-Cold: payments wait for room in its archives. Accounts:' + list);
}

/**
 * Archives in a task of its own, for which idle tasks let go of their memory, and compacts the journal in another; lets
 * the oldest archives retire where that is due.
 */
export function tidyPayments(cold: Cold): void {
  notifyWaiting(cold);
  if (isRetiringDue(cold))
    scheduleStep(cold, function () {
      retireOldest(cold);
    });
  if (keptPayments(cold) <= PAYMENTS_TIDY_MAX || !freeGroups(cold)) return;
  scheduleStep(cold, function () {
    if (keptPayments(cold) <= PAYMENTS_TIDY_MAX) return;
    archiveOldest(cold);
    scheduleOnce(cold, function () {
      compact(cold.journal!);
    });
  });
}
