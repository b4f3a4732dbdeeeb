/**
 * Notices a handler that began and did not end. Out of memory and stack overflow go past try, catch and finally in
 * Espruino: the handler is gone, half of its work done in memory, and timers go on. What is on flash is right even then
 * (journal.ts refuses to write after a write that did not end); what is in memory is not to be trusted. So the next
 * handler restarts the board. A serial line's listener that did not end is noticed too: Espruino takes it off, and the
 * line would stay deaf.
 */
import { fail } from '../protocol/errors';
import type { Hal } from './hal';

export interface Guarded {
  hal: Hal;
  /** A handler is running, or one did not end. Cleared in a `finally`. */
  isInside: boolean;
}

/**
 * Begins a handler; `isInside` is the caller's to clear. Throws `restarting`, where the board's restart returns at all.
 */
export function enter(it: Guarded): void {
  if (it.isInside || it.hal.isStuck()) {
    it.hal.power.restart();
    throw fail('restarting', 'a handler did not end');
  }
  it.isInside = true;
}
