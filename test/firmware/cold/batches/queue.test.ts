// Holds firmware/cold/batches/queue.ts: how long HSM-Cold says that a batch will take.
import { expect } from 'chai';
import type { Cold } from '../../../../firmware/cold/cold';
import { BATCH_SIZE, SIDE_COLD, SIDE_HOT } from '../../../../protocol/wire';
import { batchKey, makeBatches } from '../../../../firmware/cold/batches/batch';
import { secondsToBatch } from '../../../../firmware/cold/batches/queue';

/** As much of a board as an estimate needs. */
function coldWith(childMs?: number): Cold {
  const batches = makeBatches();
  if (childMs !== undefined) batches.childMs = childMs;
  return { batches, hal: { clock: { uptimeMs: () => 0 } } } as unknown as Cold;
}

describe('cold/batches/queue estimates', () => {
  it('supposes an ESP32 before a child was derived', () => {
    expect(secondsToBatch(coldWith(), 0, SIDE_HOT, 0)).to.equal(3 * BATCH_SIZE + 1);
  });

  it('goes by the pace last seen, also for a batch that has just been begun', () => {
    expect(secondsToBatch(coldWith(100), 0, SIDE_HOT, 1)).to.equal(BATCH_SIZE / 10 + 1);
  });

  it('counts what is left of the batch under way, and whole batches before the one asked for', () => {
    const cold = coldWith(100);
    cold.batches.done = BATCH_SIZE / 2;
    cold.batches.wanted = [batchKey(0, SIDE_HOT, 1), batchKey(0, SIDE_COLD, 1)];
    expect(secondsToBatch(cold, 0, SIDE_HOT, 1)).to.equal(BATCH_SIZE / 20 + 1);
    expect(secondsToBatch(cold, 0, SIDE_COLD, 1)).to.equal(BATCH_SIZE / 20 + BATCH_SIZE / 10 + 1);
  });
});
