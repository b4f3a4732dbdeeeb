// One duty of the API: repeated for ever, fails alone, backs off alone, is visible alone. What the duties are stands in
// declared.ts; what each of them does, in start.ts.

import { repeat } from '../../kit/repeat';
import type { Log } from '../../kit/log';
import type { Runtime } from '../../kit/runtime';
import type { DutyName } from './declared';

/** A duty that fails is tried again after this long at first, and after twice as long each time ... */
const FIRST_BACKOFF_MS = 1000;
/** ... up to this. */
const LAST_BACKOFF_MS = 15_000;
/** A pause is longer or shorter by up to this part of it, so that many processes do not try at once. */
const JITTER = 0.2;

/** How a duty stands. Times are milliseconds since 1970, by the runtime's clock. */
export interface DutyState {
  name: DutyName;
  /** Another process of the same database does it: this one only takes over. */
  isStandby: boolean;
  startedAtMs: number;
  lastSuccessAtMs: number | null;
  lastFailureAtMs: number | null;
  /** Code of the last failure, kept after the next success. */
  lastFailureCode: string | null;
  /** Since when every try has failed; null while the last one succeeded. */
  failingSinceMs: number | null;
  /** Failures since the last success. */
  failures: number;
  /** Failures since its start. */
  failuresTotal: number;
  nextTryAtMs: number | null;
  runningSinceMs: number | null;
}

export interface DutyOptions {
  name: DutyName;
  runtime: Runtime;
  log: Log;
  /** The pause after a success. */
  pauseMs(): number;
  /** Resolves to false when another process does it. */
  work(): Promise<boolean | void>;
}

export interface Duty {
  state(): DutyState;
  /** Works as soon as it can, unless it backs off after a failure. */
  poke(): void;
  /** Works now, whether or not it backs off; its error is thrown. */
  run(): Promise<void>;
  /** Counts work of the same kind that was done elsewhere: `error` absent, a success. */
  note(error?: unknown): void;
  stop(): Promise<void>;
}

class RepeatedDuty implements Duty {
  private readonly runtime = this.options.runtime;
  private reported = '';
  private readonly now: DutyState = {
    name: this.options.name,
    isStandby: false,
    startedAtMs: this.runtime.nowMs(),
    lastSuccessAtMs: null,
    lastFailureAtMs: null,
    lastFailureCode: null,
    failingSinceMs: null,
    failures: 0,
    failuresTotal: 0,
    nextTryAtMs: null,
    runningSinceMs: null,
  };
  private readonly turn = async (): Promise<void> => {
    this.now.runningSinceMs = this.runtime.nowMs();
    try {
      this.now.isStandby = (await this.options.work()) === false;
      this.succeeded();
    } catch (error) {
      this.failed(error);
      throw error;
    } finally {
      this.now.runningSinceMs = null;
    }
  };
  private readonly loop = repeat(
    this.runtime,
    () => this.nextPauseMs(),
    this.turn,
    () => undefined,
  );

  constructor(private readonly options: DutyOptions) {}

  private succeeded(): void {
    if (this.reported !== '') this.options.log.info(`duty ${this.now.name} works again`);
    this.reported = '';
    Object.assign(this.now, { lastSuccessAtMs: this.runtime.nowMs(), failingSinceMs: null, failures: 0 });
  }

  private failed(error: unknown): void {
    const { code = 'internal', message } = error as { code?: string; message: string };
    if (code !== this.reported) this.options.log.warn(`duty ${this.now.name} fails (${code}): ${message}`);
    this.reported = code;
    this.now.lastFailureAtMs = this.runtime.nowMs();
    this.now.lastFailureCode = code;
    this.now.failingSinceMs ??= this.now.lastFailureAtMs;
    this.now.failures++;
    this.now.failuresTotal++;
  }

  private nextPauseMs(): number {
    const usualMs = this.options.pauseMs();
    const pauseMs = this.now.failingSinceMs === null ? usualMs : backOffMs(this.runtime, this.now.failures, usualMs);
    this.now.nextTryAtMs = pauseMs === Infinity ? null : this.runtime.nowMs() + pauseMs;
    return pauseMs;
  }

  readonly state = (): DutyState => ({ ...this.now });
  readonly run = (): Promise<void> => this.loop.run(this.turn);
  readonly note = (error?: unknown): void => (error === undefined ? this.succeeded() : this.failed(error));
  readonly stop = (): Promise<void> => this.loop.close();

  readonly poke = (): void => {
    if (this.now.failingSinceMs !== null) return;
    this.now.nextTryAtMs = this.runtime.nowMs();
    this.loop.poke();
  };
}

/** Starts a duty; its first turn comes after a pause. */
export function startDuty(options: DutyOptions): Duty {
  return new RepeatedDuty(options);
}

/** Twice as long after each failure, within bounds, and never quite the same. A short usual pause is the first one. */
function backOffMs(runtime: Runtime, failures: number, usualMs: number): number {
  const first = Math.min(FIRST_BACKOFF_MS, usualMs);
  const pause = Math.min(LAST_BACKOFF_MS, first * 2 ** Math.min(failures - 1, 20));
  const chance = runtime.random(1)[0] / 255;
  return Math.round(pause * (1 - JITTER + 2 * JITTER * chance));
}
