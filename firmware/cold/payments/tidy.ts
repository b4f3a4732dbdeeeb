/**
 * When payments move from the journal to an archive (archive.ts), and how many still find room.
 */
import { FILE_HEADER_BYTES } from '../../hal';
import type { Cold } from '../cold';
import { ARCHIVE_ENTRIES, ARCHIVE_BYTES, hasFileRoom, archiveOldest } from './archive';
import { scheduleOnce } from '../scheduler';
import { compact } from '../../journal/journal';
import type { Thrown } from '../link/refusal';

/**
 * Payments in the journal above which the oldest are archived in a task of their own, while nothing else needs the
 * memory.
 */
export const PAYMENTS_TIDY_MAX = 20;
/**
 * Payments in the journal above which they are before another is written down: beside eight accounts of the largest
 * kind they fit a half (room.test.ts).
 */
export const PAYMENTS_KEPT_MAX = 24;

/** Payments that the journal holds. */
function keptPayments(cold: Cold): number {
  return cold.state.paymentSerial - cold.state.archivedSerial;
}

/** Must payments be archived before another one finds room? */
export function isArchiveDue(cold: Cold): boolean {
  return keptPayments(cold) > PAYMENTS_KEPT_MAX;
}

/** Payments that can still be signed before Storage is full. */
export function roomPayments(cold: Cold): number {
  return (
    PAYMENTS_KEPT_MAX +
    1 -
    keptPayments(cold) +
    ARCHIVE_ENTRIES * Math.floor(cold.hal.files.freeBytes() / (ARCHIVE_BYTES + FILE_HEADER_BYTES))
  );
}

/**
 * Archives in a task of its own, for which idle tasks let go of their memory, and compacts the journal in another. What
 * Storage does not take waits in the journal, and status shows it.
 */
export function tidyPayments(cold: Cold): void {
  if (keptPayments(cold) <= PAYMENTS_TIDY_MAX || !hasFileRoom(cold)) return;
  scheduleOnce(cold, function () {
    try {
      if (keptPayments(cold) <= PAYMENTS_TIDY_MAX) return;
      archiveOldest(cold);
      scheduleOnce(cold, function () {
        compact(cold.journal!);
      });
    } catch (error) {
      if ((error as Thrown).refusal === undefined) throw error;
    }
  });
}
