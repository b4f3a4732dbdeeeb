// Holds host/sim/clock/virtual-runtime.ts and event-queue.ts to host/kit/runtime.ts: order, standing still,
// repeatability.
import { expect } from 'chai';
import { createVirtualRuntime } from '../../../../host/sim/clock/virtual-runtime';
import { createEventQueue } from '../../../../host/sim/clock/event-queue';

const START_MS = Date.UTC(2026, 0, 1);

function fast(seed = 'seed') {
  return createVirtualRuntime({ seed, startMs: START_MS, pace: 'fast' });
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no error',
    (error: { code?: string }) => error.code ?? String(error),
  );
}

describe('event queue', () => {
  it('gives events in order of time, and in order of adding at the same time', () => {
    const queue = createEventQueue();
    const times = [5, 1, 3, 1, 9, 0, 3, 3, 7, 1];
    times.forEach((atMs) => queue.add(atMs, () => undefined));
    const seen: Array<[number, number]> = [];
    for (let event = queue.pop(); event; event = queue.pop()) seen.push([event.atMs, event.order]);
    const expected = times.map((atMs, order): [number, number] => [atMs, order]);
    expected.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    expect(seen).to.deep.equal(expected);
  });

  it('passes over cancelled events', () => {
    const queue = createEventQueue();
    queue.add(1, () => undefined).cancelled = true;
    queue.add(2, () => undefined);
    expect(queue.peek()?.atMs).to.equal(2);
  });
});

describe('virtual runtime', () => {
  it('jumps over a day in no time', async () => {
    const runtime = fast();
    let firedAt = 0;
    runtime.after(86_400_000, () => void (firedAt = runtime.nowMs()));
    await runtime.runFor(86_400_001);
    expect(firedAt).to.equal(START_MS + 86_400_000);
    expect(runtime.nowMs()).to.be.at.least(START_MS + 86_400_001);
  });

  it('stands still while tracked work is in flight', async () => {
    const runtime = fast();
    const seen: string[] = [];
    runtime.after(10, async () => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      seen.push(`slow ${runtime.nowMs() - START_MS}`);
    });
    runtime.after(11, () => void seen.push(`next ${runtime.nowMs() - START_MS}`));
    await runtime.runFor(100);
    expect(seen).to.deep.equal(['slow 10', 'next 11']);
  });

  it('runs promise continuations of an event before the next event', async () => {
    const runtime = fast();
    const seen: string[] = [];
    runtime.after(1, () => {
      void Promise.resolve()
        .then(() => Promise.resolve())
        .then(() => seen.push('continuation'));
    });
    runtime.after(1, () => void seen.push('event'));
    await runtime.runFor(5);
    expect(seen).to.deep.equal(['continuation', 'event']);
  });

  it('does not fire a cancelled timer', async () => {
    const runtime = fast();
    let fired = false;
    runtime.after(5, () => void (fired = true)).cancel();
    await runtime.runFor(50);
    expect(fired).to.equal(false);
  });

  it('names what did not happen in time', async () => {
    const runtime = fast();
    expect(await codeOf(runtime.runUntil(() => false, 'a miracle', 1000))).to.equal('sim-timeout');
  });

  it('hands on the error of an event', async () => {
    const runtime = fast();
    runtime.after(1, () => Promise.reject(Object.assign(new Error('x'), { code: 'planted' })));
    expect(await codeOf(runtime.runFor(10))).to.equal('planted');
  });

  it('refuses to run after close', async () => {
    const runtime = fast();
    runtime.close();
    expect(await codeOf(runtime.runFor(10))).to.equal('sim-closed');
  });

  it('gives the same bytes for the same seed and label, others for another', () => {
    const bytes = (seed: string, label: string) => Buffer.from(fast(seed).child(label).random(100)).toString('hex');
    expect(bytes('a', 'v')).to.equal(bytes('a', 'v'));
    expect(bytes('a', 'v')).to.not.equal(bytes('b', 'v'));
    expect(bytes('a', 'v')).to.not.equal(bytes('a', 'api'));
  });

  it('gives the same stream however it is cut', () => {
    const one = fast().child('x');
    const two = fast().child('x');
    const cut = Buffer.concat([one.random(1), one.random(40), one.random(23)]);
    expect(Buffer.from(two.random(64)).equals(cut)).to.equal(true);
  });

  it('keeps the wall clock at the real pace', async () => {
    const runtime = createVirtualRuntime({ seed: 's', startMs: START_MS, pace: 'real' });
    const before = Date.now();
    let fired = false;
    runtime.after(60, () => void (fired = true));
    await runtime.runUntil(() => fired, 'the timer', 5000);
    expect(Date.now() - before).to.be.at.least(55);
  });
});
