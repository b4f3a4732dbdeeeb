/**
 * Long work in slices, so that the serial lines and the modem stay served: one step at a time through the clock, work
 * that somebody waits for before idle work. On an ESP32 a slice is at most one multiplication of the base point
 * (seconds).
 */
import { enter } from '../guard';
import { letGoAccount } from './state/account-store';
import type { Cold, Task } from './cold';

/** Pause between two idle slices, ms. */
export const IDLE_PAUSE_MS = 1;

function isIdleOnly(cold: Cold): boolean {
  for (let i = 0; i < cold.tasks.length; i++) if (!cold.tasks[i].isIdle) return false;
  return true;
}

function parkIdle(cold: Cold): void {
  for (let i = 0; i < cold.tasks.length; i++) {
    const job = cold.tasks[i];
    if (job.isIdle && job.park) job.park(cold);
  }
}

function tick(cold: Cold): void {
  cold.isTicking = false;
  let chosen = 0;
  while (chosen < cold.tasks.length - 1 && cold.tasks[chosen].isIdle) chosen++;
  const job = cold.tasks[chosen];
  if (!job) return;
  let more: boolean | void = false;
  enter(cold);
  try {
    if (!job.isIdle) parkIdle(cold);
    cold.hal.tidy();
    more = job.step(cold);
  } catch (error) {
    if (job.failed) job.failed(error, cold);
    else throw error;
  } finally {
    letGoAccount(cold);
    cold.isInside = false;
    if (!more) unschedule(cold, job);
    wake(cold);
  }
}

function wake(cold: Cold): void {
  if (cold.isTicking || !cold.tasks.length) return;
  cold.isTicking = true;
  cold.hal.clock.after(isIdleOnly(cold) ? IDLE_PAUSE_MS : 0, function () {
    tick(cold);
  });
}

/** Takes a job off the list; its steps are not called again. */
export function unschedule(cold: Cold, job: Task): void {
  const at = cold.tasks.indexOf(job);
  if (at >= 0) cold.tasks.splice(at, 1);
}

/** Queues a job; its first step runs in a later event. */
export function schedule(cold: Cold, job: Task): void {
  cold.tasks.push(job);
  wake(cold);
}

/** Queues work of one slice that comes before everything that waits. */
export function scheduleFirst(cold: Cold, run: () => void): void {
  cold.tasks.splice(0, 0, { isIdle: false, step: run });
  wake(cold);
}

/** Queues work of one slice that somebody waits for. */
export function scheduleOnce(cold: Cold, run: () => void): void {
  schedule(cold, { isIdle: false, step: run });
}
