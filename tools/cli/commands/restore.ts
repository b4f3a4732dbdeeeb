// `chaincloud restore`: makes a new or wiped HSM-Cold hold the keys of the words on paper, and gives it its accounts back.
import { readAccounts } from '../../operator/account-file';
import { readBackup } from '../../operator/backup';
import { atDesk, DESK_FLAGS, openHot } from '../../operator/desk';
import { restoreBoard } from '../../operator/flows';
import { need, type Command } from '../command';

export const restoreCommand: Command = {
  name: 'restore',
  summary: 'restores a new HSM-Cold from the words on paper',
  flags: {
    ...DESK_FLAGS,
    backup: { value: 'FILE', help: 'file of "chaincloud backup": the keys must come out the same' },
    accounts: { value: 'FILE', help: 'JSON: the reviewed accounts, in the order they had on the board' },
    out: { value: 'DIR', help: "where the accounts' public files go", default: '.' },
    phones: { value: 'LIST', help: 'numbers that get alarms, separated by commas' },
    'hot-port': { value: 'PORT', help: "HSM-Hot's console: gives both boards a new link key" },
  },
  async run(input) {
    const accounts = readAccounts(need(input, 'accounts'));
    const known = input.values.backup === undefined ? [] : readBackup(input.values.backup).accounts;
    const hot = await openHot(input.values['hot-port']);
    try {
      return await atDesk(input, async (desk) => {
        await restoreBoard(desk, { accounts, known, outDir: input.values.out!, ...(input.values.phones ? { phones: input.values.phones.split(',') } : {}), ...(hot ? { hot } : {}) });
        desk.people.say('Done. Send requests already paid are known only to the old board\'s log: look at the audit log of the backup before sending again.');
      });
    } finally {
      hot?.close();
    }
  },
};
