// The platform's admin phones: where HSM-Cold sends its alarms and heartbeats. A board without them works and warns nobody, so every
// flow ends with a look. The board does not show its phones; its audit log shows that they were entered. They are in no backup.
import { fail } from '../../protocol/errors';
import { AUDIT_SETTINGS } from '../../firmware/cold/store';
import { parseLog, readLog } from '../../host/operator';
import type { Desk } from './flows';

/** Numbers from `--phones`; undefined when it was not given. Throws `usage`. */
export function readPhones(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  const phones = text.split(',').map((each) => each.trim());
  for (const phone of phones) if (!/^\+\d{3,16}$/.test(phone)) throw fail('usage', `"--phones" expected numbers like +8613800000000, separated by commas, got "${phone}"`);
  return phones;
}

/** `unknown`: the board keeps its last entries only, and none of them is about phones. */
async function phonesOf(desk: Desk): Promise<'set' | 'none' | 'unknown'> {
  const entries = parseLog(await readLog(desk.client));
  if (entries.some((entry) => entry.code === AUDIT_SETTINGS && entry.detail.length === 0)) return 'set';
  return entries[0]?.n === 1 ? 'none' : 'unknown';
}

/**
 * Warns when the board has no admin phones. isRestore: the seed was given back to it, so that the phones of before are gone.
 * isStrict: throws code `no-phones` then, with everything else done.
 */
export async function warnOfNoPhones(desk: Desk, options: { isRestore: boolean; isStrict?: boolean }): Promise<void> {
  const found = await phonesOf(desk);
  if (found === 'set') return;
  const what = found === 'none' ? 'The board has no admin phones' : "The board's log no longer shows that admin phones were entered; without them";
  desk.people.say(`!! ${what}${found === 'none' ? ':' : ''} its alarms (a forged request, a closed account) and its daily heartbeat reach nobody.`);
  if (options.isRestore) desk.people.say('!! A backup does not hold the phones: those of the old board have to be entered again.');
  desk.people.say('!! Run this again with --phones +NUMBER,... or type "phones +NUMBER ..." at the console, then try them with "sms +NUMBER".');
  desk.transcript.note('no alarm phones', { phones: found });
  if (options.isStrict) throw fail('no-phones', 'everything else is done, but no admin phone is known to be set: give --phones');
}
