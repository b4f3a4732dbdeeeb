// A loop on the runtime's clock: work, pause, work … It re-arms itself when its work has ended, so work never overlaps
// itself.

import type { Runtime, Timer } from './runtime';

export interface Repeater {
  /** Works as soon as it can instead of at the end of the pause. */
  poke(): void;
  /** No more work; resolves when what was under way has ended. */
  close(): Promise<void>;
}

/** `work` must not throw. `pauseMs` is asked after every round. The first round comes after one pause. */
export function repeat(runtime: Runtime, pauseMs: () => number, work: () => Promise<void>): Repeater {
  let timer: Timer | undefined;
  let running: Promise<void> | undefined;
  let isPoked = false;
  let isClosed = false;

  function arm(delayMs: number): void {
    if (!isClosed) timer = runtime.after(delayMs, round);
  }

  async function round(): Promise<void> {
    isPoked = false;
    running = work();
    await running;
    running = undefined;
    arm(isPoked ? 0 : pauseMs());
  }

  arm(pauseMs());
  return {
    poke() {
      isPoked = true;
      if (running || isClosed) return;
      timer?.cancel();
      arm(0);
    },
    async close() {
      isClosed = true;
      timer?.cancel();
      await running;
    },
  };
}
