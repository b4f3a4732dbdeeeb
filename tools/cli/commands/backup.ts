// `chaincloud backup`: saves HSM-Cold's state, sealed by its seed, with its public data; checks on demand that a paper
// with words belongs to the board.
import { writeFileSync } from 'node:fs';
import { fail } from '../../../protocol/errors';
import { checkWords, makeBackup } from '../../operator/backup';
import { askBackupWords } from '../../operator/ceremony-input';
import { atDesk, DESK_FLAGS } from '../../operator/desk';
import { pinOf, readStatus, unlockBoard } from '../../operator/board';
import { need, type Command } from '../command';

export const backupCommand: Command = {
  name: 'backup',
  summary: "saves HSM-Cold's state, sealed; checks that a paper with words belongs to it",
  flags: {
    ...DESK_FLAGS,
    out: { value: 'FILE', help: 'the backup file: public keys, audit log, and the state that only the words open' },
    'check-words': {
      help: "asks for the words on the paper and says whether they are this board's; only on a machine that you trust",
    },
  },
  async run(input) {
    const out = need(input, 'out');
    return atDesk(input, async (desk) => {
      const board = await readStatus(desk.client);
      if (board.state === 'factory')
        throw fail('not-provisioned', 'the board has no seed yet: there is nothing to back up');
      const pin = pinOf(desk.people);
      if (board.state === 'locked') await unlockBoard(desk, pin);
      const backup = await makeBackup(
        desk.client,
        { board: board.board, commit: board.commit, interpreter: board.interpreter },
        await pin.get(),
        desk.nowMs(),
      );
      writeFileSync(out, `${JSON.stringify(backup, null, 2)}\n`, { mode: 0o600 });
      desk.people.say(
        `${backup.accounts.length} account(s), ${backup.state.length} lines of state and ` +
          `${backup.audit.length - 1} audit entries are in ${out}; the log's chain of hashes holds.`,
      );
      desk.transcript.note('backup written', { accounts: backup.accounts.length });
      if (!input.switches['check-words']) return;
      const fingerprint = backup.accounts[0]?.fingerprint;
      if (fingerprint === undefined)
        throw fail('no-account', 'without an account the board does not show its fingerprint: add one first');
      if (!checkWords(await askBackupWords(desk.people), fingerprint))
        throw fail(
          'words-wrong',
          'these are valid words, but not those of this board: find the right paper, or move the coins to a new board',
        );
      desk.people.say('The words on the paper are those of this board.');
      desk.transcript.note('words checked', { fingerprint });
    });
  },
};
