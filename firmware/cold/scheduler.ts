/**
 * Long work in slices, so that the serial lines and the modem stay served: one step at a time through the clock, work
 * that somebody waits for before idle work. On an ESP32 a slice is at most one multiplication of the base point
 * (seconds).
 */
import { enter } from '../guard';
import { letGoAccount } from './state/account-store';
import type { Cold, Job } from './cold';

/** Pause between two idle slices, ms. */
export const IDLE_PAUSE_MS = 1;

function isIdleOnly(cold: Cold): boolean {
  for (let i = 0; i < cold.jobs.length; i++) if (!cold.jobs[i].isIdle) return false;
  return true;
}

function parkIdle(cold: Cold): void {
  for (let i = 0; i < cold.jobs.length; i++) {
    const job = cold.jobs[i];
    if (job.isIdle && job.park) job.park(cold);
  }
}

function tick(cold: Cold): void {
  cold.isTicking = false;
  let chosen = 0;
  while (chosen < cold.jobs.length - 1 && cold.jobs[chosen].isIdle) chosen++;
  const job = cold.jobs[chosen];
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
    if (!more) removeJob(cold, job);
    wake(cold);
  }
}

function wake(cold: Cold): void {
  if (cold.isTicking || !cold.jobs.length) return;
  cold.isTicking = true;
  cold.hal.clock.after(isIdleOnly(cold) ? IDLE_PAUSE_MS : 0, function () {
    tick(cold);
  });
}

/** Takes a job off the list; its steps are not called again. */
export function removeJob(cold: Cold, job: Job): void {
  const at = cold.jobs.indexOf(job);
  if (at >= 0) cold.jobs.splice(at, 1);
}

/** Queues a job; its first step runs in a later event. */
export function addJob(cold: Cold, job: Job): void {
  cold.jobs.push(job);
  wake(cold);
}

/** Queues work of one slice that comes before everything that waits. */
export function addFirst(cold: Cold, run: () => void): void {
  cold.jobs.splice(0, 0, { isIdle: false, step: run });
  wake(cold);
}

/** Queues work of one slice that somebody waits for. */
export function addTask(cold: Cold, run: () => void): void {
  addJob(cold, { isIdle: false, step: run });
}
