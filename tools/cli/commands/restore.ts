// `chaincloud restore`: makes a new or wiped HSM-Cold hold the keys of the words on paper, and gives it its accounts
// back.
import { fail } from '../../../protocol/errors';
import { readAccounts } from '../../operator/account-file';
import { readBackup } from '../../operator/backup';
import { readPhones } from '../../operator/alarm-phones';
import { atDesk, DESK_FLAGS, openHot } from '../../operator/desk';
import { restoreBoard } from '../../operator/restore';
import type { Command } from '../command';

export const restoreCommand: Command = {
  name: 'restore',
  summary: 'restores a new HSM-Cold from the words on paper',
  flags: {
    ...DESK_FLAGS,
    backup: {
      value: 'FILE',
      help: 'file of "chaincloud backup": gives accounts, limits and payments back; the keys must come out the same',
    },
    accounts: { value: 'FILE', help: 'JSON: the reviewed accounts, in their order; needed without a backup' },
    out: { value: 'DIR', help: "where the accounts' public files go", default: '.' },
    phones: {
      value: 'LIST',
      help: 'admin phones: numbers that get alarms and heartbeats, separated by commas; a backup does not hold them',
    },
    strict: { help: 'exit code 1 when the board is left without admin phones' },
    'hot-port': { value: 'PORT', help: "HSM-Hot's console: gives both boards a new link key" },
  },
  async run(input) {
    const backup = input.values.backup === undefined ? undefined : readBackup(input.values.backup);
    if (!backup && input.values.accounts === undefined)
      throw fail('usage', 'give --backup FILE (best), or --accounts FILE when there is no backup');
    const accounts = input.values.accounts === undefined ? [] : readAccounts(input.values.accounts);
    const phones = readPhones(input.values.phones);
    const hot = await openHot(input.values['hot-port']);
    try {
      return await atDesk(input, async (desk) => {
        await restoreBoard(desk, {
          accounts,
          known: backup?.accounts ?? [],
          ...(backup ? { state: backup.state } : {}),
          outDir: input.values.out!,
          ...(phones ? { phones } : {}),
          isStrict: input.switches.strict,
          ...(hot ? { hot } : {}),
        });
        desk.people.say(
          backup
            ? 'Done.'
            : 'Done. Without a backup the board does not know what was paid before: look every open request up ' +
                'before sending again.',
        );
      });
    } finally {
      hot?.close();
    }
  },
};
