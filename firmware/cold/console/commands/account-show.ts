/** `account show`: what the people of an account need. Nothing secret. */
import { printOk } from '../../../console/terminal';
import type { CommandDeclaration } from '../../../console/command';
import type { Cold } from '../../cold';
import { accountNamed, printAccount, ACCOUNT_LINES } from '../accounts';

export const ACCOUNT_SHOW = {
  usage: 'account show <n>',
  order: 9,
  summary: 'shows an account: keys, descriptors, phones, pairing code',
  words: { n: 'number of the account' },
  lines: ACCOUNT_LINES,
  errors: { 'no-account': 'no account has that number' },
} satisfies CommandDeclaration;

export function runAccountShow(cold: Cold, words: string[]): void {
  printAccount(cold, accountNamed(cold, words[2]));
  printOk(cold.terminal);
}
