// The simulator's clock. Fast pace: time jumps from event to event and stands still while anything that was tracked is
// in flight, so one event with all its consequences (HTTP answers, database writes) ends before the next one starts and
// a run is repeatable to the byte. Real pace: the same events, due by the wall clock, for people and for boards that
// are real processes; there nothing waits for anything.
import type { Runtime, Timer } from '../../kit/runtime';
import { HOUR_MS, MINUTE_MS } from '../../../protocol/time';
import { fail } from '../../../protocol/errors';
import { createEventQueue } from './event-queue';
import { seededRandom } from './seeded-random';

/** In-flight work that has not ended after this much wall time is reported as a stall instead of hanging for ever. */
const STALL_MS = MINUTE_MS;

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

class VirtualClock implements VirtualRuntime {
  private readonly queue = createEventQueue();
  private readonly realStartMs = Date.now();
  private readonly isReal = this.options.pace === 'real';
  readonly random = seededRandom(this.options.seed, 'root');
  private virtualMs = this.options.startMs;
  private inFlight = 0;
  private isClosed = false;
  private wake: (() => void) | undefined;
  /** A tracked piece of work that failed and that nobody waited for: thrown by the run that was under way. */
  private failure: unknown;

  constructor(private readonly options: VirtualRuntimeOptions) {}

  readonly nowMs = (): number => {
    return this.isReal ? this.options.startMs + (Date.now() - this.realStartMs) : this.virtualMs;
  };

  private poke(): void {
    const resume = this.wake;
    this.wake = undefined;
    if (resume) resume();
  }

  readonly track = <T>(work: Promise<T>): Promise<T> => {
    this.inFlight++;
    const done = (): void => {
      this.inFlight--;
      this.poke();
    };
    work.then(done, done);
    return work;
  };

  readonly after = (delayMs: number, fn: () => void | Promise<void>): Timer => {
    const event = this.queue.add(this.nowMs() + Math.max(0, delayMs), fn);
    this.poke();
    return { cancel: () => void (event.cancelled = true) };
  };

  /** Waits for the next poke, or for `ms` of wall time. */
  private nap(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const handle = setTimeout(() => (this.wake === resolve ? this.poke() : resolve()), ms);
      this.wake = () => {
        clearTimeout(handle);
        resolve();
      };
    });
  }

  private turn(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** Lets promise continuations run and, at the fast pace, waits until nothing is in flight. */
  private async settle(): Promise<void> {
    await this.turn();
    const sinceMs = Date.now();
    while (!this.isReal && this.inFlight > 0) {
      await this.nap(1000);
      if (this.inFlight === 0) await this.turn();
      else if (Date.now() - sinceMs > STALL_MS)
        throw fail('sim-stalled', `${this.inFlight} pieces of work never ended`);
    }
  }

  private fire(fn: () => void | Promise<void>): void {
    const result = fn();
    if (result) this.track(result).catch((error: unknown) => void (this.failure ??= error));
  }

  /** Runs the next event if it is due by `limitMs`; false when there is none. */
  private async step(limitMs: number): Promise<boolean> {
    if (this.isClosed) throw fail('sim-closed', 'the simulation has ended');
    const next = this.queue.peek();
    if (this.isReal) {
      const waitMs = Math.min(next ? next.atMs : Infinity, limitMs) - this.nowMs();
      if (waitMs > 0) {
        await this.nap(Math.min(waitMs, 1000));
        return this.nowMs() < limitMs;
      }
    }
    if (!next || next.atMs > limitMs) {
      this.virtualMs = Math.max(this.virtualMs, limitMs);
      return false;
    }
    this.queue.pop();
    this.virtualMs = Math.max(this.virtualMs, next.atMs);
    this.fire(next.fn);
    return true;
  }

  readonly runUntil = async (isDone: () => boolean, what: string, limitMs = HOUR_MS): Promise<void> => {
    const endMs = this.nowMs() + limitMs;
    for (;;) {
      await this.settle();
      if (this.failure !== undefined) {
        const error = this.failure;
        this.failure = undefined;
        throw error;
      }
      if (isDone()) return;
      if (!(await this.step(endMs)) && !isDone()) {
        await this.settle();
        if (isDone()) return;
        throw fail('sim-timeout', `${what} did not happen within ${Math.round(limitMs / 1000)} s of simulated time`);
      }
    }
  };

  readonly child = (label: string) => {
    return { nowMs: this.nowMs, after: this.after, track: this.track, random: seededRandom(this.options.seed, label) };
  };

  readonly runFor = async (ms: number) => {
    const endMs = this.nowMs() + ms;
    let isOver = false;
    const timer = this.after(ms, () => void (isOver = true));
    await this.runUntil(() => isOver || this.nowMs() >= endMs, 'the end of the wait', ms + 1000);
    timer.cancel();
  };

  readonly runWhile = async <T>(work: Promise<T>, what: string, limitMs: number | undefined) => {
    let isSettled = false;
    const settled = (): void => {
      isSettled = true;
      this.poke();
    };
    work.then(settled, settled);
    await this.runUntil(() => isSettled, what, limitMs);
    return work;
  };

  readonly close = () => {
    this.isClosed = true;
    this.queue.clear();
    this.poke();
  };
}

export function createVirtualRuntime(options: VirtualRuntimeOptions): VirtualRuntime {
  return new VirtualClock(options);
}
