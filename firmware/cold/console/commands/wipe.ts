/**
 * `wipe`: erases everything on the board. It takes the typed phrase, and the PIN, except on a board whose fault leaves
 * no PIN to check: it could not be used again.
 */
import { ask, printError, printOk } from '../../../console/terminal';
import type { CommandDeclaration } from '../../../console/command';
import type { Cold } from '../../cold';
import { canCheckPin, withSeed } from '../needs';
import { wipeBoard } from '../../secrets/wipe';

export const WIPE = {
  usage: 'wipe',
  order: 29,
  summary: 'erases everything on the board',
  needs: ['pin-if-any'],
  isForFaulty: true,
  asks: { 'type "erase everything"': 'these two words' },
  errors: { declined: 'anything else was typed', 'flash-failed': 'the flash does not erase' },
} satisfies CommandDeclaration;

export function runWipe(cold: Cold): void {
  function eraseAll(): void {
    wipeBoard(cold);
    printOk(cold.terminal);
  }
  ask(cold.terminal, 'type "erase everything"', function (answer) {
    if (answer !== 'erase everything') return printError(cold.terminal, 'declined', 'nothing was erased');
    if (canCheckPin(cold)) return withSeed(cold, eraseAll);
    eraseAll();
  });
}
