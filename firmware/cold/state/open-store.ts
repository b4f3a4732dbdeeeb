/** Opening the journal: MAC key from the device secret, replay into a fresh state, archives checked. */
import { textBytes } from '../../crypto/bytes';
import { hmacSha256 } from '../../crypto/index';
import { u32Bytes } from '../../../protocol/bytes';
import { fail } from '../../../protocol/errors';
import { openJournal } from '../../journal/journal';
import { R_BOOT } from '../../journal/records';
import { checkArchives } from '../payments/archive';
import type { Cold } from '../cold';
import { makeState } from './state';
import { save } from './store';
import { applyRecord, keepRecord } from './records';

function replayRecord(type: number, payload: Uint8Array, offset: number, cold: Cold): void {
  applyRecord(cold.state, type, payload, offset);
}

function isKept(type: number, payload: Uint8Array, offset: number, cold: Cold): boolean {
  return keepRecord(cold.state, type, payload, offset);
}

/**
 * Throws `journal-corrupt`, `archive-lost`. isFresh: an empty journal, whatever was there. Counts this start of the
 * board.
 */
export function openStore(cold: Cold, isFresh: boolean): void {
  const key = hmacSha256(cold.device!.secret, textBytes('chaincloud journal'));
  cold.state = makeState();
  cold.journal = openJournal(cold.hal.flash, key, isFresh, { take: replayRecord, keep: isKept }, cold);
  checkArchives(cold);
  if (cold.state.isRestoring)
    throw fail('restore-unfinished', 'a state backup was not read to its end: wipe the board and restore again');
  save(cold, R_BOOT, u32Bytes(cold.state.bootCount + 1));
}
