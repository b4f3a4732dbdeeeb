/** `account list`: numbers and names. */
import { printLine, printOk } from '../../../console/terminal';
import type { CommandDeclaration } from '../../../console/command';
import type { Cold } from '../../cold';
import { requireAccount } from '../../state/accounts';

export const ACCOUNT_LIST = {
  usage: 'account list',
  order: 10,
  summary: 'lists the accounts on the board',
  lines: { account: ['account <account:whole> <name:rest>', 'an account'] },
} satisfies CommandDeclaration;

export function runAccountList(cold: Cold): void {
  for (let n = 0; n < cold.state.accountCount; n++)
    printLine(cold.terminal, 'account ' + n + ' ' + requireAccount(cold, n).name);
  printOk(cold.terminal);
}
