// V's clock: the daily key exchange, and an eye on the clock itself. A clock that jumps could empty a velocity limit or
// open the policy's hours, so a jump stops the send loop until the admin starts it again.

import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../protocol/time';
import type { VContext } from '../context';
import type { HsmLink } from '../link/hsm-link';
import type { SendLoop } from './send-loop';

const TICK_MS = MINUTE_MS;
/** After a start something may be overdue. */
const FIRST_TICK_MS = 1000;
/**
 * A jump of the clock between two ticks, in either direction, beyond what a busy machine explains; back, also over a
 * restart.
 */
const JUMP_MS = 600000;
/** The clock may be moved in steps that are no jump: as far as this from V's own count of time. */
const PART_MS = HOUR_MS;
/** A withdrawal under way keeps its channel this long: its authority would die with it. */
const DEFER_MS = 6 * HOUR_MS;
/** A channel older than this is worth an SMS to the admin, once. */
const STALE_MS = 2 * DAY_MS;

export interface Timekeeper {
  tick(): void;
  /** Until the next tick: a minute, or less when something is due (`dues`: ms of VContext.steadyMs()). */
  pauseMs(dues: (number | null)[]): number;
}

class DailyTimekeeper implements Timekeeper {
  private readonly state = this.context.state;
  private readonly runtime = this.context.runtime;
  private readonly time = this.context.time;
  private armedAtMs = this.runtime.nowMs();
  private armedForMs = FIRST_TICK_MS;
  private hasTicked = false;

  constructor(
    private readonly context: VContext,
    private readonly link: HsmLink,
    private readonly loop: SendLoop,
    private readonly rekeyMinute: number,
  ) {}

  private dueMs(): number {
    const nowMs = this.runtime.nowMs();
    const due = this.state.getNumber('rekey-due', 0);
    if (due > 0 && due - nowMs <= DAY_MS + JUMP_MS) return due;
    return this.setDue(this.time.nextAt(this.rekeyMinute, nowMs));
  }

  private setDue(ms: number): number {
    this.state.setNumber('rekey-due', ms);
    return ms;
  }

  private watchClock(): void {
    const nowMs = this.runtime.nowMs();
    const seenMs = this.state.getNumber('clock-seen', 0);
    const backMs = Math.min(nowMs - seenMs, 0);
    if (nowMs - seenMs >= JUMP_MS || backMs <= -JUMP_MS) this.state.setNumber('clock-seen', nowMs);
    const aheadMs = this.context.clock.aheadMs();
    const sinceMs = backMs <= -JUMP_MS ? backMs : nowMs - this.armedAtMs - this.armedForMs;
    const jumpMs = this.loop.isRunning() && Math.abs(aheadMs) >= PART_MS ? aheadMs : sinceMs;
    if (Math.abs(jumpMs) < JUMP_MS) return;
    this.context.log.warn(`the clock jumped by ${Math.round(jumpMs / MINUTE_MS)} minutes`);
    if (!this.loop.isRunning()) return;
    this.loop.stop('clock');
    this.context.tellAdmins(`clock of V jumped by ${Math.round(jumpMs / MINUTE_MS)} min and loop is stop`);
  }

  private rekey(): void {
    const nowMs = this.runtime.nowMs();
    const due = this.dueMs();
    if (nowMs < due) return;
    const underWay = this.state.openWithdrawal()?.state;
    if ((underWay === 'authorised' || underWay === 'posted') && nowMs < due + DEFER_MS) return;
    this.setDue(this.time.nextAt(this.rekeyMinute, nowMs));
    this.link.open();
  }

  private watchChannel(): void {
    const channel = this.link.current();
    const isStale = channel !== null && this.runtime.nowMs() - channel.openedAtMs > STALE_MS;
    if (isStale && this.state.getNumber('stale-told', 0) !== channel.id) {
      this.state.setNumber('stale-told', channel.id);
      this.context.tellAdmins('SMS channel could not be renewed for two days');
    }
  }

  tick() {
    this.hasTicked = true;
    this.context.policies.tick();
    this.watchClock();
    this.rekey();
    this.watchChannel();
  }

  pauseMs(dues: (number | null)[]) {
    this.armedAtMs = this.runtime.nowMs();
    const steadyMs = this.context.steadyMs();
    const waits = [this.dueMs() - this.armedAtMs, ...dues.map((ms) => (ms ?? Infinity) - steadyMs)].filter(
      (ms) => ms > 0,
    );
    this.armedForMs = this.hasTicked ? Math.min(TICK_MS, ...waits) : FIRST_TICK_MS;
    this.context.clock.arm(this.armedForMs);
    return this.armedForMs;
  }
}

export function timekeeper(context: VContext, link: HsmLink, loop: SendLoop, rekeyMinute: number): Timekeeper {
  return new DailyTimekeeper(context, link, loop, rekeyMinute);
}
