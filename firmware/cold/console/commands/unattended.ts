/** `unattended`: lets the board unlock itself at its start, or no longer (secrets/unattended.ts). */
import { fail } from '../../../../protocol/errors';
import { printLine, printOk } from '../../../console/terminal';
import type { CommandDeclaration } from '../../../console/command';
import type { Cold } from '../../cold';
import { switchUnattendedOff, switchUnattendedOn } from '../../secrets/unattended';
import { AUDIT_SETTINGS, NO_ACCOUNT } from '../../../journal/audit-codes';
import { audit } from '../../state/store';
import { withSeed } from '../needs';

export const UNATTENDED = {
  usage: 'unattended on|off',
  order: 16,
  summary: 'lets the board unlock itself at its start, or no longer',
  words: { 'on|off': 'on: whoever takes the board away holds its keys' },
  needs: ['pin'],
  lines: { warning: ['warning: <text:rest>', 'before it is switched on'] },
  errors: { usage: 'neither on nor off' },
} satisfies CommandDeclaration;

export function runUnattended(cold: Cold, words: string[]): void {
  const text = words[1];
  if (text !== 'on' && text !== 'off') throw fail('usage', 'unattended on|off');
  if (text === 'on') printLine(cold.terminal, 'warning: whoever takes this board away then holds its keys');
  withSeed(cold, function (seed) {
    if (text === 'on') switchUnattendedOn(cold, seed);
    else switchUnattendedOff(cold);
    audit(cold, AUDIT_SETTINGS, NO_ACCOUNT, new Uint8Array([text === 'on' ? 1 : 0]));
    printOk(cold.terminal);
  });
}
