/** `ack`: ends the repetition of an alarm. */
import { decimalOf } from '../../../../protocol/bytes';
import { fail } from '../../../../protocol/errors';
import { U32_MAX } from '../../../../protocol/wire';
import { printOk } from '../../../console/terminal';
import type { CommandDeclaration } from '../../../console/command';
import type { Cold } from '../../cold';
import { acknowledge } from '../../alarms/reminders';

export const ACK = {
  usage: 'ack <number>',
  order: 12,
  summary: 'acknowledges an alarm: it is no longer sent again',
  words: { number: 'of the alarm, as its SMS and `status` show it' },
  errors: { 'no-alarm': 'no alarm has that number' },
} satisfies CommandDeclaration;

export function runAck(cold: Cold, words: string[]): void {
  if (!acknowledge(cold, undefined, decimalOf(words[1], 0, U32_MAX)))
    throw fail('no-alarm', 'no alarm has that number');
  printOk(cold.terminal);
}
