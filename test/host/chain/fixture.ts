// A runtime whose clock moves by hand, for tests of host programs: timers fire in `advance`, chance comes from a
// counter.

import { createHash } from 'node:crypto';
import type { Runtime } from '../../../host/kit/runtime';

export interface ManualRuntime extends Runtime {
  /** Moves the clock and runs the timers that came due, each to its end. */
  advance(ms: number): Promise<void>;
}

export function manualRuntime(startMs = 1_800_000_000_000): ManualRuntime {
  let nowMs = startMs;
  let draws = 0;
  let timers: { at: number; fn: () => void | Promise<void> }[] = [];
  return {
    nowMs: () => nowMs,
    random(lenBytes) {
      const bytes = new Uint8Array(lenBytes);
      for (let i = 0; i < lenBytes; i += 32)
        bytes.set(
          createHash('sha256')
            .update(`chance ${draws++}`)
            .digest()
            .subarray(0, Math.min(32, lenBytes - i)),
          i,
        );
      return bytes;
    },
    after(delayMs, fn) {
      const timer = { at: nowMs + delayMs, fn };
      timers.push(timer);
      return {
        cancel: () => {
          timers = timers.filter((other) => other !== timer);
        },
      };
    },
    track: (work) => work,
    async advance(ms) {
      const end = nowMs + ms;
      for (;;) {
        const due = timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        timers = timers.filter((timer) => timer !== due);
        nowMs = Math.max(nowMs, due.at);
        await due.fn();
      }
      nowMs = end;
    },
  };
}
