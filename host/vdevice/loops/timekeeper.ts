// V's clock: the daily key exchange, and an eye on the clock itself. A clock that jumps could empty a velocity limit or
// open the policy's hours, so a jump stops the send loop until the admin starts it again.

import type { VContext } from '../context';
import type { HsmLink } from '../link/hsm-link';
import type { SendLoop } from './send-loop';

const TICK_MS = 60000;
/** After a start something may be overdue. */
const FIRST_TICK_MS = 1000;
const DAY_MS = 86400000;
/**
 * A jump of the clock between two ticks, in either direction, beyond what a busy machine explains; back, also over a
 * restart.
 */
const JUMP_MS = 600000;
/** A withdrawal under way keeps its channel this long: its authority would die with it. */
const DEFER_MS = 6 * 3600000;
/** A channel older than this is worth an SMS to the admin, once. */
const STALE_MS = 2 * DAY_MS;

export interface Timekeeper {
  tick(): void;
  /** Until the next tick: a minute, or less when something is due (`dues`: ms since 1970). */
  pauseMs(dues: (number | null)[]): number;
}

export function timekeeper(context: VContext, link: HsmLink, loop: SendLoop, rekeyMinute: number): Timekeeper {
  const { state, runtime, time } = context;
  let armedAtMs = runtime.nowMs();
  let armedForMs = FIRST_TICK_MS;
  let hasTicked = false;

  function dueMs(): number {
    const nowMs = runtime.nowMs();
    const due = state.getNumber('rekey-due', 0);
    if (due > 0 && due - nowMs <= DAY_MS + JUMP_MS) return due;
    return setDue(time.nextAt(rekeyMinute, nowMs));
  }

  function setDue(ms: number): number {
    state.setNumber('rekey-due', ms);
    return ms;
  }

  function watchClock(): void {
    const nowMs = runtime.nowMs();
    const seenMs = state.getNumber('clock-seen', 0);
    const backMs = Math.min(nowMs - seenMs, 0);
    if (nowMs - seenMs >= JUMP_MS || backMs <= -JUMP_MS) state.setNumber('clock-seen', nowMs);
    const jumpMs = backMs <= -JUMP_MS ? backMs : nowMs - armedAtMs - armedForMs;
    if (Math.abs(jumpMs) < JUMP_MS) return;
    context.tell(`the clock jumped by ${Math.round(jumpMs / 60000)} minutes`);
    if (!loop.isRunning()) return;
    loop.stop('clock');
    context.tellAdmins(`clock of V jumped by ${Math.round(jumpMs / 60000)} min and loop is stop`);
  }

  function rekey(): void {
    const nowMs = runtime.nowMs();
    const due = dueMs();
    if (nowMs < due) return;
    const underWay = state.openWithdrawal()?.state;
    if ((underWay === 'authorised' || underWay === 'posted') && nowMs < due + DEFER_MS) return;
    setDue(time.nextAt(rekeyMinute, nowMs));
    link.open();
  }

  function watchChannel(): void {
    const channel = link.current();
    const isStale = channel !== null && runtime.nowMs() - channel.openedAtMs > STALE_MS;
    if (isStale && state.getNumber('stale-told', 0) !== channel.id) {
      state.setNumber('stale-told', channel.id);
      context.tellAdmins('SMS channel could not be renewed for two days');
    }
  }

  return {
    tick() {
      hasTicked = true;
      watchClock();
      rekey();
      watchChannel();
    },
    pauseMs(dues) {
      armedAtMs = runtime.nowMs();
      const waits = [dueMs(), ...dues].map((ms) => (ms ?? Infinity) - armedAtMs).filter((ms) => ms > 0);
      armedForMs = hasTicked ? Math.min(TICK_MS, ...waits) : FIRST_TICK_MS;
      return armedForMs;
    },
  };
}
