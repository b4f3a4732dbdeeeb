// `chaincloud unlock`: opens HSM-Cold after a restart with its PIN and sets its clock; reopens closed accounts on
// demand.
import { fail, type ErrorCode } from '../../../protocol/errors';
import { reopen } from '../../../host/operator';
import { atDesk, DESK_FLAGS } from '../../operator/desk';
import { pinOf, readStatus, setClock, unlockBoard } from '../../operator/board';
import { anAccountNumber, type Command } from '../command';

export const unlockCommand: Command = {
  name: 'unlock',
  summary: 'unlocks HSM-Cold with its PIN and sets its clock',
  flags: { ...DESK_FLAGS, reopen: { value: 'N', help: 'also opens account N again, after its alarm was looked into' } },
  async run(input) {
    const account = input.values.reopen === undefined ? undefined : anAccountNumber('reopen', input.values.reopen);
    return atDesk(input, async (desk) => {
      const pin = pinOf(desk.people);
      const { state } = await readStatus(desk.client);
      if (state === 'factory') throw fail('not-provisioned', 'the board has no seed yet: run "chaincloud provision"');
      if (state === 'locked') await unlockBoard(desk, pin);
      else if (state !== 'unlocked')
        throw fail(state as ErrorCode, `the board reports a fault (${state}): run "chaincloud doctor"`);
      await setClock(desk, pin);
      if (account !== undefined) {
        const line = (await readStatus(desk.client)).lines.find((each) => each.startsWith(`account ${account} `));
        if (line === undefined) throw fail('no-account', `the board has no account ${account}`);
        desk.people.say(line);
        if (!(await desk.people.confirm(`Open account ${account} again?`)))
          throw fail('declined', `account ${account} stays closed`);
        await reopen(desk.client, account, await pin.get());
        desk.transcript.note('account reopened', { account });
      }
      const after = await readStatus(desk.client);
      desk.people.say(`HSM-Cold is ${after.state}; link ${after.link}.`);
    });
  },
};
