// Holds host/kit/repeat.ts: the loop of programs on the runtime's clock.

import { expect } from 'chai';
import { repeat } from '../../../host/kit/repeat';
import { createVirtualRuntime } from '../../../host/sim/clock/virtual-runtime';

const NOON = Date.UTC(2026, 0, 5, 12, 0, 0);

describe('host/kit/repeat', () => {
  it('never overlaps itself, works at once when poked, ends with close', async () => {
    const runtime = createVirtualRuntime({ seed: 'r', startMs: NOON, pace: 'fast' });
    const at: number[] = [];
    const loop = repeat(
      runtime,
      () => 1000,
      async () => void at.push(runtime.nowMs() - NOON),
    );
    await runtime.runFor(2500);
    loop.poke();
    loop.poke();
    await runtime.runFor(1100);
    await loop.close();
    await runtime.runFor(5000);
    expect(at).to.deep.equal([1000, 2000, 2500, 3500]);
    runtime.close();
  });

  it('runs work between two rounds, hands its error to the caller, waits for a poke after Infinity', async () => {
    const runtime = createVirtualRuntime({ seed: 'r', startMs: NOON, pace: 'fast' });
    const done: string[] = [];
    const problems: unknown[] = [];
    const loop = repeat(
      runtime,
      () => (done.length === 0 ? 1000 : Infinity),
      async () => {
        done.push('round');
        throw new Error('round failed');
      },
      (error) => problems.push((error as Error).message),
    );
    await runtime.runFor(5000);
    await loop.run(async () => void done.push('between'));
    const error = await loop.run().catch((caught: Error) => caught.message);
    loop.poke();
    await runtime.runFor(5000);
    expect(done).to.deep.equal(['round', 'between', 'round', 'round']);
    expect([problems, error]).to.deep.equal([['round failed', 'round failed'], 'round failed']);
    await loop.close();
    await loop.run();
    expect(done).to.have.length(4);
    runtime.close();
  });
});
