// The simulator's clock. Fast pace: time jumps from event to event and stands still while anything that was tracked is
// in flight, so one event with all its consequences (HTTP answers, database writes) ends before the next one starts and
// a run is repeatable to the byte. Real pace: the same events, due by the wall clock, for people and for boards that
// are real processes; there nothing waits for anything.
import type { Runtime, Timer } from '../../kit/runtime';
import { fail } from '../../../protocol/errors';
import { createEventQueue } from './event-queue';
import { seededRandom } from './seeded-random';

/** In-flight work that has not ended after this much wall time is reported as a stall instead of hanging for ever. */
const STALL_MS = 60_000;

export interface VirtualRuntime extends Runtime {
  /** The same clock with a random stream of its own, so that one part's use of chance never shifts another's. */
  child(label: string): Runtime;
  /** Lets `ms` of simulated time pass. */
  runFor(ms: number): Promise<void>;
  /**
   * Lets time pass until `isDone()` holds; it is asked after every event. Throws code `sim-timeout` when it does not
   * hold within `limitMs` of simulated time; `what` names it in the message.
   */
  runUntil(isDone: () => boolean, what: string, limitMs?: number): Promise<void>;
  /** Runs time while `work` is pending and answers its result; for code that itself waits for the simulated world. */
  runWhile<T>(work: Promise<T>, what: string, limitMs?: number): Promise<T>;
  /** Ends for good: pending events are dropped, running waits throw code `sim-closed`. */
  close(): void;
}

export interface VirtualRuntimeOptions {
  seed: string;
  /** Simulated time at the start, milliseconds since 1970. */
  startMs: number;
  pace: 'fast' | 'real';
}

export function createVirtualRuntime(options: VirtualRuntimeOptions): VirtualRuntime {
  const queue = createEventQueue();
  const realStartMs = Date.now();
  const isReal = options.pace === 'real';
  const random = seededRandom(options.seed, 'root');
  let virtualMs = options.startMs;
  let inFlight = 0;
  let isClosed = false;
  let wake: (() => void) | undefined;
  /** A tracked piece of work that failed and that nobody waited for: thrown by the run that was under way. */
  let failure: unknown;

  function nowMs(): number {
    return isReal ? options.startMs + (Date.now() - realStartMs) : virtualMs;
  }

  function poke(): void {
    const resume = wake;
    wake = undefined;
    if (resume) resume();
  }

  function track<T>(work: Promise<T>): Promise<T> {
    inFlight++;
    const done = (): void => {
      inFlight--;
      poke();
    };
    work.then(done, done);
    return work;
  }

  function after(delayMs: number, fn: () => void | Promise<void>): Timer {
    const event = queue.add(nowMs() + Math.max(0, delayMs), fn);
    poke();
    return { cancel: () => void (event.cancelled = true) };
  }

  /** Waits for the next poke, or for `ms` of wall time. */
  function nap(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const handle = setTimeout(() => (wake === resolve ? poke() : resolve()), ms);
      wake = () => {
        clearTimeout(handle);
        resolve();
      };
    });
  }

  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  /** Lets promise continuations run and, at the fast pace, waits until nothing is in flight. */
  async function settle(): Promise<void> {
    await turn();
    const sinceMs = Date.now();
    while (!isReal && inFlight > 0) {
      await nap(1000);
      if (inFlight === 0) await turn();
      else if (Date.now() - sinceMs > STALL_MS) throw fail('sim-stalled', `${inFlight} pieces of work never ended`);
    }
  }

  function fire(fn: () => void | Promise<void>): void {
    const result = fn();
    if (result) track(result).catch((error: unknown) => void (failure ??= error));
  }

  /** Runs the next event if it is due by `limitMs`; false when there is none. */
  async function step(limitMs: number): Promise<boolean> {
    if (isClosed) throw fail('sim-closed', 'the simulation has ended');
    const next = queue.peek();
    if (isReal) {
      const waitMs = Math.min(next ? next.atMs : Infinity, limitMs) - nowMs();
      if (waitMs > 0) {
        await nap(Math.min(waitMs, 1000));
        return nowMs() < limitMs;
      }
    }
    if (!next || next.atMs > limitMs) {
      virtualMs = Math.max(virtualMs, limitMs);
      return false;
    }
    queue.pop();
    virtualMs = Math.max(virtualMs, next.atMs);
    fire(next.fn);
    return true;
  }

  async function runUntil(isDone: () => boolean, what: string, limitMs = 3_600_000): Promise<void> {
    const endMs = nowMs() + limitMs;
    for (;;) {
      await settle();
      if (failure !== undefined) {
        const error = failure;
        failure = undefined;
        throw error;
      }
      if (isDone()) return;
      if (!(await step(endMs)) && !isDone()) {
        await settle();
        if (isDone()) return;
        throw fail('sim-timeout', `${what} did not happen within ${Math.round(limitMs / 1000)} s of simulated time`);
      }
    }
  }

  const runtime: VirtualRuntime = {
    nowMs,
    random,
    after,
    track,
    child: (label) => ({ nowMs, after, track, random: seededRandom(options.seed, label) }),
    async runFor(ms) {
      const endMs = nowMs() + ms;
      let isOver = false;
      const timer = after(ms, () => void (isOver = true));
      await runUntil(() => isOver || nowMs() >= endMs, 'the end of the wait', ms + 1000);
      timer.cancel();
    },
    runUntil,
    async runWhile(work, what, limitMs) {
      let isSettled = false;
      const settled = (): void => {
        isSettled = true;
        poke();
      };
      work.then(settled, settled);
      await runUntil(() => isSettled, what, limitMs);
      return work;
    },
    close() {
      isClosed = true;
      queue.clear();
      poke();
    },
  };
  return runtime;
}
