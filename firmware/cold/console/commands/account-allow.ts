/** `account allow`: adds addresses to an account's allow-list: a line does not hold a long one. */
import { fail } from '../../../../protocol/errors';
import type { CommandDeclaration } from '../../../console/command';
import type { Cold } from '../../cold';
import { accountNamed, allowMore } from '../accounts';
import { withPin } from '../needs';
import { requireAccount } from '../../state/accounts';

export const ACCOUNT_ALLOW = {
  usage: 'account allow <n> <address> ...',
  order: 8,
  summary: "adds addresses to an account's allow-list",
  words: { n: 'number of the account', address: "of the account's network; 20 in the list at most" },
  needs: ['unlocked', 'pin'],
  errors: {
    usage: 'no address is given',
    'no-account': 'no account has that number',
    'account-form': 'more than 20 addresses',
  },
} satisfies CommandDeclaration;

export function runAccountAllow(cold: Cold, words: string[]): void {
  if (words.length < 4) throw fail('usage', 'account add|change|allow|show|list');
  const n = accountNamed(cold, words[2]).n;
  withPin(cold, function () {
    allowMore(cold, requireAccount(cold, n), words.slice(3));
  });
}
