// The platform's admin phones: where HSM-Cold sends its alarms and heartbeats. A board without them works and warns
// nobody, so every flow ends with a look. The board shows how many it has, not which.
import { fail } from '../../protocol/errors';
import { readStatus } from './board';
import type { Desk } from './desk';

/** Numbers from `--phones`; undefined when it was not given. Throws `usage`. */
export function readPhones(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  const phones = text.split(',').map((each) => each.trim());
  for (const phone of phones)
    if (!/^\+\d{3,16}$/.test(phone))
      throw fail('usage', `"--phones" expected numbers like +8613800000000, separated by commas, got "${phone}"`);
  return phones;
}

/** Warns when the board has no admin phones. isStrict: throws code `no-phones` then, with everything else done. */
export async function warnOfNoPhones(desk: Desk, options: { isStrict?: boolean }): Promise<void> {
  if ((await readStatus(desk.client)).phones > 0) return;
  desk.people.say(
    '!! The board has no admin phones: its alarms (a forged request, a closed account) and its daily ' +
      'heartbeat reach nobody.',
  );
  desk.people.say(
    '!! Run this again with --phones +NUMBER,... or type "phones +NUMBER ..." at the console, then ' +
      'try them with "sms +NUMBER".',
  );
  desk.transcript.note('no alarm phones', {});
  if (options.isStrict)
    throw fail('no-phones', 'everything else is done, but the board has no admin phone: give --phones');
}
