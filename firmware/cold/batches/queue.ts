/**
 * Which batches are derived, and in what order: V's requests first, then the link's, then the first ones of each
 * account.
 */
import type { Cold } from '../cold';
import { dropWaiting, startNext } from './derive';
import { SIDE_HOT, SIDE_COLD, BATCH_SIZE } from '../../../protocol/wire';
import { isDerived } from './cache';
import { batchKey } from './batch';

/**
 * Batches wanted at once. The link's take no more than WANTED_LINK_MAX of the places, and only within BATCHES_AHEAD of
 * what is derived.
 */
export const WANTED_MAX = 8;

/**
 * Queues a batch for derivation; does nothing if it is queued. Urgent batches (asked for by V) go next and, if the
 * queue is full, replace the last entry. Returns false if a batch that is not urgent finds the queue full. key: of
 * batchKey. ready: called once, when the batch is derived.
 */
export function wantBatch(cold: Cold, key: number, isUrgent: boolean, ready?: () => void): boolean {
  const batches = cold.batches;
  const wanted = batches.wanted;
  if (wanted.indexOf(key) < 0) {
    if (wanted.length >= WANTED_MAX && !isUrgent) return false;
    if (wanted.length >= WANTED_MAX) dropWaiting(batches, wanted.splice(WANTED_MAX - 1, 1)[0]);
    wanted.splice(isUrgent && wanted.length ? 1 : wanted.length, 0, key);
  }
  if (ready) {
    dropWaiting(batches, key);
    batches.waiting.push({ key: key, ready: ready });
  }
  startNext(cold);
  return true;
}

/** Queues the first batches of every account. At boot and when an account is made. */
export function wantFirstBatches(cold: Cold): void {
  for (let n = 0; n < cold.state.accountCount; n++) {
    for (let side = SIDE_HOT; side <= SIDE_COLD; side++)
      if (!isDerived(cold, n, side, 0)) wantBatch(cold, batchKey(n, side, 0), false);
  }
}

/** Seconds until a batch is derived, estimated. */
export function secondsToBatch(cold: Cold, account: number, side: number, batchNo: number): number {
  const batches = cold.batches;
  let children = BATCH_SIZE - batches.done;
  const key = batchKey(account, side, batchNo);
  for (let i = 0; i < batches.wanted.length && batches.wanted[i] !== key; i++) children += BATCH_SIZE;
  return Math.floor((children * batches.childMs) / 1000) + 1;
}
