// A loop on the runtime's clock: work, pause, work … It re-arms itself when its work has ended, so work never overlaps
// itself.

import type { Runtime, Timer } from './runtime';

export interface Repeater {
  /** Works as soon as it can instead of at the end of the pause. */
  poke(): void;
  /** Runs `fn` (absent: one round) between two rounds, now or after the one under way. Its error is thrown. */
  run(fn?: () => Promise<void>): Promise<void>;
  /** No more work; resolves when what was under way has ended. */
  close(): Promise<void>;
}

/**
 * Repeats `work`; the first round comes after one pause. `pauseMs` is asked after every round; Infinity waits for a
 * poke. `work` must not throw unless `onError` takes its errors.
 */
export function repeat(
  runtime: Runtime,
  pauseMs: () => number,
  work: () => Promise<void>,
  onError?: (error: unknown) => void,
): Repeater {
  let timer: Timer | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  let isRunning = false;
  let isPoked = false;
  let isClosed = false;

  function arm(delayMs: number): void {
    timer?.cancel();
    timer = isClosed || delayMs === Infinity ? undefined : runtime.after(delayMs, round);
  }

  function inTurn(fn: () => Promise<void>): Promise<void> {
    const done = turn.then(() => (isClosed ? undefined : fn()));
    turn = done.catch(() => undefined);
    return done;
  }

  async function round(): Promise<void> {
    isRunning = true;
    isPoked = false;
    const done = inTurn(work);
    await (onError ? done.catch(onError) : done);
    isRunning = false;
    arm(isPoked ? 0 : pauseMs());
  }

  arm(pauseMs());
  return {
    poke() {
      if (!isRunning && !isPoked) arm(0);
      isPoked = true;
    },
    run: (fn = work) => inTurn(fn),
    async close() {
      isClosed = true;
      timer?.cancel();
      await turn;
    },
  };
}
