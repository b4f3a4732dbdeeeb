/** `unlock`: opens the board with its PIN. */
import { fail } from '../../../../protocol/errors';
import { printOk } from '../../../console/terminal';
import type { CommandDeclaration } from '../../../console/command';
import type { Cold } from '../../cold';
import { withSeed } from '../needs';
import { unlockWith } from '../../secrets/unlock';

export const UNLOCK = {
  usage: 'unlock',
  order: 4,
  summary: 'opens the board with its PIN',
  needs: ['pin'],
  errors: { 'bad-state': 'the board is unlocked' },
} satisfies CommandDeclaration;

export function runUnlock(cold: Cold): void {
  if (cold.keys) throw fail('bad-state', 'the board is unlocked');
  withSeed(cold, function (seed) {
    unlockWith(cold, seed, new Uint8Array(0));
    cold.started(cold);
    printOk(cold.terminal);
  });
}
