/** `sms`: sends a text to a person's phone, to try the way that alarms take. */
import { fail } from '../../../../protocol/errors';
import { printLine, printOk, printThrown } from '../../../console/terminal';
import type { CommandDeclaration } from '../../../console/command';
import { sendText } from '../../../modem/outbox';
import type { Cold } from '../../cold';
import { arePhones } from '../accounts';
import { withSeed } from '../needs';

export const SMS = {
  usage: 'sms <+number>',
  order: 27,
  summary: 'sends a test message and says when the network took it',
  words: { '+number': 'a + and 3 to 16 digits' },
  needs: ['pin'],
  lines: { sent: ['sms sent', 'the network took it'] },
  errors: {
    'phone-form': 'no such number',
    'no-modem': 'no modem was started',
  },
} satisfies CommandDeclaration;

export function runSms(cold: Cold, words: string[]): void {
  const to = words[1] || '';
  const modem = cold.modem;
  if (!arePhones([to])) throw fail('phone-form', 'a + and 3 to 16 digits are expected');
  if (!modem) throw fail('no-modem', 'no modem was started');
  withSeed(cold, function () {
    sendText(
      modem,
      to,
      'ChainCloud HSM-Cold: test',
      function (error: unknown) {
        if (error) return printThrown(cold.terminal, error);
        printLine(cold.terminal, 'sms sent');
        printOk(cold.terminal);
      },
      false,
    );
  });
}
