// A clock for dialogues in which nothing waits for anything but time: events run in order, one call after the other,
// without a turn of Node's event loop between them. Leaves work in flight to host/sim/clock/virtual-runtime.ts.
import type { Runtime } from '../../../host/kit/runtime';
import { createEventQueue } from '../../../host/sim/clock/event-queue';
import { seededRandom } from '../../../host/sim/clock/seeded-random';

export interface PlainClock extends Runtime {
  /** Lets `ms` of simulated time pass. */
  runFor(ms: number): void;
}

export function createPlainClock(seed: string, startMs: number): PlainClock {
  const queue = createEventQueue();
  let nowMs = startMs;
  return {
    nowMs: () => nowMs,
    random: seededRandom(seed, 'root'),
    track: (work) => work,
    after(delayMs, fn) {
      const event = queue.add(nowMs + Math.max(0, delayMs), fn);
      return { cancel: () => void (event.cancelled = true) };
    },
    runFor(ms) {
      const endMs = nowMs + ms;
      for (let next = queue.peek(); next && next.atMs <= endMs; next = queue.peek()) {
        queue.pop();
        nowMs = next.atMs;
        void next.fn();
      }
      nowMs = endMs;
    },
  };
}
