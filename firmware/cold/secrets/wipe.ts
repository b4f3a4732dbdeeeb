/**
 * Erasing a board: its flash, the device secret first, and the files that belong to its seed.
 */
import { wipe } from '../../crypto/index';
import type { Cold } from '../cold';
import { RESTART_DELAY_MS } from '../../hal';
import { startWipe, endWipe } from '../../journal/device';
import { clearGroups } from '../payments/groups';
import { lock } from './unlock';
import { makeState } from '../state/state';

/**
 * First letters of the files that belong to a seed: digests of batches (cache.ts).
 */
const ERASED_FILES = 'bm';

/**
 * Erases flash, archives and files, the device secret first. Ends what a power cut left half erased. Throws
 * `flash-failed`.
 */
export function eraseBoard(cold: Cold): void {
  startWipe(cold.hal.flash);
  cold.hal.files.eraseFiles(ERASED_FILES);
  clearGroups(cold.hal.flash);
  endWipe(cold.hal.flash);
}

/**
 * Erases everything on the board, whatever the state of its journal; when the reply has left, the board starts again
 * as new. From here on it writes nothing and does nothing (fault `wiped`). Throws `flash-failed`.
 */
export function wipeBoard(cold: Cold): void {
  cold.fault = 'wiped';
  if (cold.journal) cold.journal.isWriting = true;
  cold.tasks = [];
  cold.hal.clock.after(RESTART_DELAY_MS, cold.hal.power.restart);
  try {
    eraseBoard(cold);
  } finally {
    lock(cold);
    cold.state = makeState();
    if (cold.device) wipe(cold.device.secret);
  }
}
