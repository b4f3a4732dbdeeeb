/** `account change`: replaces what may change of an account (accounts.ts). */
import type { CommandDeclaration } from '../../../console/command';
import type { Cold } from '../../cold';
import { accountNamed, changeAccount } from '../accounts';
import { withPin } from '../needs';
import { requireAccount } from '../../state/accounts';

export const ACCOUNT_CHANGE = {
  usage: 'account change <n> <base64>',
  order: 7,
  summary: "replaces an account's name, phones, limits, protocols and allow-list",
  words: { n: 'number of the account', base64: 'account data (accounts.ts)' },
  needs: ['unlocked', 'pin'],
  errors: {
    'no-account': 'no account has that number',
    'account-form': 'a field of the data is wrong',
    'account-fixed': 'network, script, V identity or payout address is another',
  },
} satisfies CommandDeclaration;

export function runAccountChange(cold: Cold, words: string[]): void {
  const n = accountNamed(cold, words[2]).n;
  withPin(cold, function () {
    changeAccount(cold, requireAccount(cold, n), words[3]);
  });
}
