/** `wipe` of HSM-Hot: erases everything on the board, the link key first. */
import { ask, printError, printOk } from '../../console/terminal';
import type { CommandDeclaration } from '../../console/command';
import { wipeFlash } from '../../journal/device';
import type { Hot } from '../context';

export const WIPE = {
  usage: 'wipe',
  order: 5,
  summary: 'erases everything on the board',
  asks: { 'type "erase everything"': 'these two words' },
  errors: { declined: 'anything else was typed', 'flash-failed': 'the flash does not erase' },
} satisfies CommandDeclaration;

export function runWipe(hot: Hot): void {
  const terminal = hot.terminal;
  ask(terminal, 'type "erase everything"', function (answer) {
    if (answer !== 'erase everything') return printError(terminal, 'declined', 'nothing was erased');
    printOk(terminal);
    wipeFlash(hot.hal.flash);
    hot.hal.power.restart();
  });
}
