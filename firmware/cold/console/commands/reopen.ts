/** `reopen`: opens a closed account again and acknowledges its alarm. */
import { fail } from '../../../../protocol/errors';
import { ALARM_REOPENED } from '../../../../protocol/wire';
import { printLine } from '../../../console/terminal';
import type { CommandDeclaration } from '../../../console/command';
import type { Cold } from '../../cold';
import { scheduleOnce } from '../../scheduler';
import { isClosed } from '../../state/state';
import { AUDIT_REOPENED } from '../../../journal/audit-codes';
import { audit, saveStanding } from '../../state/store';
import { accountNamed } from '../accounts';
import { withPin } from '../needs';
import { acknowledge } from '../../alarms/reminders';
import { notifyV } from '../../alarms/notices';
import { requireAccount } from '../../state/accounts';
import { NO_BYTES } from '../../../crypto/bytes';

export const REOPEN = {
  usage: 'reopen <n>',
  order: 11,
  summary: 'opens a closed account again',
  words: { n: 'number of the account' },
  needs: ['pin'],
  lines: { closed: ['closed <reason:word>', 'why it is closed'] },
  errors: { 'no-account': 'no account has that number', 'bad-state': 'the account is open' },
} satisfies CommandDeclaration;

export function runReopen(cold: Cold, words: string[]): void {
  const n = accountNamed(cold, words[1]).n;
  if (!isClosed(cold.state, n)) throw fail('bad-state', 'the account is open');
  printLine(cold.terminal, 'closed ' + (requireAccount(cold, n).closed || requireAccount(cold, n).alarm));
  withPin(cold, function () {
    const account = requireAccount(cold, n);
    if (account.alarm) acknowledge(cold, undefined, account.alarmAck);
    audit(cold, AUDIT_REOPENED, n, NO_BYTES);
    saveStanding(cold, account, '', NO_BYTES);
    scheduleOnce(cold, function () {
      notifyV(cold, n, ALARM_REOPENED);
    });
  });
}
