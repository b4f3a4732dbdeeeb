/**
 * Every request, SMS and console line is a task that runs in timer events of its own, step by step, so that the serial
 * lines and the modem stay served: urgent tasks in the order of arrival, idle ones when no other is left. A step finds
 * nothing of its caller on the stack, and no account in memory. On an ESP32 a step is at most one multiplication of the
 * base point (seconds).
 */
import type { Cold, Task } from './cold';
import { enter } from '../guard';
import type { Thrown } from './link/refusal';
import { letGoAccount } from './state/accounts';

/** Pause between two idle steps, ms. */
export const IDLE_PAUSE_MS = 1;

function isIdleOnly(cold: Cold): boolean {
  for (let i = 0; i < cold.tasks.length; i++) if (!cold.tasks[i].isIdle) return false;
  return true;
}

function parkIdle(cold: Cold): void {
  for (let i = 0; i < cold.tasks.length; i++) {
    const task = cold.tasks[i];
    if (task.isIdle && task.park) task.park(cold);
  }
}

function tick(cold: Cold): void {
  cold.isTicking = false;
  let chosen = 0;
  while (chosen < cold.tasks.length - 1 && cold.tasks[chosen].isIdle) chosen++;
  const task = cold.tasks[chosen];
  if (!task) return;
  let more: boolean | void = false;
  enter(cold);
  try {
    if (!task.isIdle) parkIdle(cold);
    cold.hal.tidy();
    more = task.step(cold);
  } catch (error) {
    if (task.failed) task.failed(error as Thrown, cold);
    else throw error;
  } finally {
    letGoAccount(cold);
    cold.isInside = false;
    if (!more) unschedule(cold, task);
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

/** Removes a task; its steps are not called again. */
export function unschedule(cold: Cold, task: Task): void {
  const at = cold.tasks.indexOf(task);
  if (at >= 0) cold.tasks.splice(at, 1);
}

/** Queues a task; its first step runs in a later event. */
export function schedule(cold: Cold, task: Task): void {
  cold.tasks.push(task);
  wake(cold);
}

/** Queues an urgent task of one step, before all others. */
export function scheduleFirst(cold: Cold, run: () => void): void {
  cold.tasks.splice(0, 0, { isIdle: false, step: run });
  wake(cold);
}

/** Queues an urgent task of one step. */
export function scheduleOnce(cold: Cold, run: () => void): void {
  schedule(cold, { isIdle: false, step: run });
}
