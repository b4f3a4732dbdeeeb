// `chaincloud provision`: the ceremony at a new HSM-Cold, its settings and its accounts. May be stopped and run again.
import { readAccounts } from '../../operator/account-file';
import { readPhones } from '../../operator/alarm-phones';
import { atDesk, DESK_FLAGS, openHot } from '../../operator/desk';
import { provisionBoard } from '../../operator/provision';
import type { Command } from '../command';

export const provisionCommand: Command = {
  name: 'provision',
  summary: 'leads an operator through the ceremony at a new HSM-Cold',
  flags: {
    ...DESK_FLAGS,
    accounts: { value: 'FILE', help: 'JSON: the reviewed accounts, in the order they are to have on the board' },
    out: { value: 'DIR', help: "where the accounts' public files go", default: '.' },
    phones: { value: 'LIST', help: 'admin phones: numbers that get alarms and heartbeats, separated by commas' },
    strict: { help: 'exit code 1 when the board is left without admin phones' },
    'hot-port': { value: 'PORT', help: "HSM-Hot's console: gives both boards a new link key" },
  },
  async run(input) {
    const accounts = input.values.accounts === undefined ? [] : readAccounts(input.values.accounts);
    const phones = readPhones(input.values.phones);
    const hot = await openHot(input.values['hot-port']);
    try {
      return await atDesk(input, async (desk) => {
        await provisionBoard(desk, {
          accounts,
          outDir: input.values.out!,
          ...(phones ? { phones } : {}),
          isStrict: input.switches.strict,
          ...(hot ? { hot } : {}),
        });
        desk.people.say('Done. Keep the paper and the PIN apart from the board and from each other.');
      });
    } finally {
      hot?.close();
    }
  },
};
