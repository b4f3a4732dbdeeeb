/** `help`: the usage of every command. */
import { printLine, printOk } from '../../../console/terminal';
import type { CommandDeclaration } from '../../../console/command';
import type { Cold } from '../../cold';
import { helpLines } from '../help-lines';

export const HELP = {
  usage: 'help',
  summary: 'lists the commands',
  isForFaulty: true,
  lines: { usage: ['<usage:rest>', 'the usage of a command'] },
} satisfies CommandDeclaration;

export function runHelp(cold: Cold): void {
  const lines = helpLines();
  for (let i = 0; i < lines.length; i++) printLine(cold.terminal, lines[i]);
  printOk(cold.terminal);
}
