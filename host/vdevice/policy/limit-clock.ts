// The two clocks by which V's limits move: the machine's, which somebody may set, and one that is counted from V's own
// timers since its start. A window ends by the earlier of both, and what is paid carries the later, so that setting the
// machine's clock never empties a window. Leaves to others: stopping the loop when they part (timekeeper.ts).

import type { Runtime } from '../../kit/runtime';

/** How late a timer may be and still be counted whole. */
const LATE_MS = 1000;

export class LimitClock {
  private ranBeforeMs = 0;
  private armedAtMs = this.runtime.nowMs();
  private armedForMs = 0;
  /** What the machine's clock showed when the counted one began, or was set by an operator. */
  private originMs = this.runtime.nowMs();

  constructor(private readonly runtime: Pick<Runtime, 'nowMs'>) {}

  /** How long V has run by its timers, ms. A timer that is armed for a minute counts no more than that. */
  ranMs(): number {
    const sinceMs = this.runtime.nowMs() - this.armedAtMs;
    return this.ranBeforeMs + Math.min(Math.max(sinceMs, 0), this.armedForMs + LATE_MS);
  }

  /** V's timer is armed for so long, from now on. */
  arm(forMs: number): void {
    this.ranBeforeMs = this.ranMs();
    this.armedAtMs = this.runtime.nowMs();
    this.armedForMs = forMs;
  }

  private countedMs(): number {
    return this.originMs + this.ranMs();
  }

  /** Where windows end. */
  earlierMs(): number {
    return Math.min(this.runtime.nowMs(), this.countedMs());
  }

  /** What a payment carries. */
  laterMs(): number {
    return Math.max(this.runtime.nowMs(), this.countedMs());
  }

  /** By how much the machine's clock is ahead of the counted one. */
  aheadMs(): number {
    return this.runtime.nowMs() - this.countedMs();
  }

  /** An operator says that the machine's clock is right. */
  adopt(): void {
    this.originMs += this.aheadMs();
  }
}
