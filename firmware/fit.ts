/** What a board must have before it does anything: silent radios and memory enough. */
import { fail } from '../protocol/errors';
import { LEAST_VARIABLES, type Hal } from './hal';

/**
 * Throws `radio-on`: whoever is in range has the interpreter's prompt at the next start that runs no image; and
 * `memory-small`: an operation would end in the middle.
 */
export function requireFit(hal: Hal): void {
  if (hal.radios()) throw fail('radio-on', 'a radio of the board is on');
  if (hal.memoryUse().total < LEAST_VARIABLES) throw fail('memory-small', 'too few variables');
}
