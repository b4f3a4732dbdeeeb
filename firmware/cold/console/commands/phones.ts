/** `phones`: the platform's phones, which alarms and heartbeats go to. */
import { fail } from '../../../../protocol/errors';
import type { CommandDeclaration } from '../../../console/command';
import type { Cold } from '../../cold';
import { savePhones } from '../../secrets/unattended';
import { AUDIT_SETTINGS, NO_ACCOUNT } from '../../../journal/audit-codes';
import { audit } from '../../state/store';
import { arePhones, PHONES_MAX } from '../accounts';
import { withPin } from '../needs';

export const PHONES = {
  usage: 'phones <+number> ...',
  order: 14,
  summary: "sets the platform's phones, which alarms go to",
  words: { '+number': 'a + and 3 to 16 digits; at most 4 of them, none: no phones' },
  needs: ['pin'],
  errors: { 'phone-form': 'not such numbers, or more than 4' },
} satisfies CommandDeclaration;

export function runPhones(cold: Cold, words: string[]): void {
  const phones = words.slice(1);
  if (!arePhones(phones)) throw fail('phone-form', 'at most ' + PHONES_MAX + ' numbers, each a + and 3 to 16 digits');
  withPin(cold, function () {
    savePhones(cold, phones);
    audit(cold, AUDIT_SETTINGS, NO_ACCOUNT, new Uint8Array(0));
  });
}
