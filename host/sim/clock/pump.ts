// Lets simulated time flow beside the wall clock for people who look on, while jumps (`advance`) and scripted waits
// still run as fast as they can: every use of time goes through one queue, so none overlaps another.
import type { VirtualRuntime } from './virtual-runtime';

/** Wall time between two turns of the pump. */
const TURN_MS = 50;

export interface Pump {
  /** Runs `work` alone, with time standing still unless `work` itself runs it. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  /** Time flows from now on, `speed` simulated seconds a second. */
  start(speed: number): void;
  stop(): Promise<void>;
}

export function createPump(runtime: VirtualRuntime, onError: (error: unknown) => void): Pump {
  let tail: Promise<unknown> = Promise.resolve();
  let isRunning = false;
  let handle: NodeJS.Timeout | undefined;

  function exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = tail.then(work);
    tail = done.catch(() => undefined);
    return done;
  }

  function turn(speed: number, sinceMs: number): void {
    handle = setTimeout(() => {
      const nowMs = Date.now();
      exclusively(() => runtime.runFor((nowMs - sinceMs) * speed))
        .catch(onError)
        .finally(() => void (isRunning && turn(speed, nowMs)));
    }, TURN_MS);
  }

  return {
    exclusively,
    start(speed) {
      isRunning = true;
      turn(speed, Date.now());
    },
    async stop() {
      isRunning = false;
      clearTimeout(handle);
      await tail;
    },
  };
}
