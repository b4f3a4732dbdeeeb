// Restoring HSM-Cold with a person at the keyboard: the words on paper, then its state from the backup or its accounts
// anew, compared with the public files of the backup. It can be stopped anywhere and run again.
import {
  COLD_COMMANDS,
  endRestoring,
  linesOf,
  restoreState,
  showAccount,
  valueOf,
  type ConsoleClient,
} from '../../host/operator';
import type { AccountFile } from '../../host/api/types';
import { decimalOf } from '../../protocol/bytes';
import { fail } from '../../protocol/errors';
import { U32_MAX } from '../../protocol/wire';
import { addAccounts, writePublicFile } from './accounts';
import { warnOfNoPhones } from './alarm-phones';
import { askBackupWords } from './backup-words';
import { pinOf, readStatus, requireHealthy, unlockBoard, type Pin } from './board';
import { askNewPin } from './ceremony-input';
import type { Desk } from './desk';
import { askEntropy, finishBoard, type ProvisionOptions } from './provision';

export interface RestoreOptions extends ProvisionOptions {
  /** Public files of the backup: the keys must come out the same. */
  known: AccountFile[];
  /** Sealed state of the backup, or undefined. */
  state?: string[];
}

/**
 * Gives the state back: accounts, limits used, everything ever paid. Asks for what tells a stale backup: each V's
 * channel number, and the payments made.
 */
async function restoreStateOf(desk: Desk, pin: Pin, state: string[], known: AccountFile[]): Promise<void> {
  const { client, people, transcript } = desk;
  if ((await countAccounts(client)) > 0) {
    people.say('The board has accounts already: its state is left as it is.');
    return;
  }
  const askCount = async (question: string): Promise<number> => {
    const count = decimalOf((await people.ask(question)).trim(), 0, U32_MAX);
    if (count < 0) throw fail('channel-form', 'a whole number was expected: look it up and run this again');
    return count;
  };
  const channelIds: number[] = [];
  for (const { account } of known)
    channelIds.push(
      await askCount(`The highest channel number that the V-Device of account ${account} shows (0 if none):`),
    );
  const payments = await askCount(
    'How many payments the chain shows from hot addresses, of all accounts (0 if nobody counted):',
  );
  const options = { pin: await pin.get(), channelIds, payments };
  try {
    await restoreState(client, state.join('\n'), options);
  } catch (error) {
    if ((error as { code?: string }).code !== 'backup-old') throw error;
    people.say(
      'This backup is older than the last channel: payments made after it are not in it, and a request ' +
        'could be paid twice.',
    );
    if (!(await people.confirm('Is there no newer backup, and was every payment since looked up?')))
      throw fail('declined', 'nothing was restored: find the newest backup');
    await endRestoring(client, { ...options, isForced: true });
  }
  transcript.note('state restored', { lines: state.length, channels: channelIds.join(' '), payments });
}

async function countAccounts(client: ConsoleClient): Promise<number> {
  return linesOf(COLD_COMMANDS['account list'].lines.account, await client.run('account list')).length;
}

/** Gives a new board the seed of the words on paper, and its PIN. */
async function restoreSeed(desk: Desk, pin: Pin): Promise<void> {
  const { client, people, transcript } = desk;
  const words = await askBackupWords(people);
  const { answerEntropy } = await askEntropy(desk);
  const chosen = await askNewPin(people);
  const done = await client.run('restore', (question) => {
    if (question.startsWith('words')) return words.join(' ');
    return question.startsWith('PIN') ? chosen : answerEntropy(question);
  });
  words.fill('');
  pin.set(chosen);
  transcript.note('seed restored', { fingerprint: valueOf(done, 'fingerprint') });
  people.say(`The board has its seed again: fingerprint ${valueOf(done, 'fingerprint')}.`);
}

/** The keys must come out as the backup has them. Throws `backup-differs`. */
function compareWithBackup(files: AccountFile[], known: AccountFile[]): void {
  for (const each of known) {
    const made = files.find((file) => file.account === each.account);
    if (!made)
      throw fail(
        'backup-differs',
        `account ${each.account} of the backup is not in the accounts file: add it and run this again`,
      );
    if (made.cold.xpub !== each.cold.xpub || made.hot.xpub !== each.hot.xpub || made.identity !== each.identity)
      throw fail(
        'backup-differs',
        `account ${each.account} came out with other keys than the backup has: these are the words of another board`,
      );
  }
}

/** Restores a board from the words on paper, then its state or its accounts. */
export async function restoreBoard(desk: Desk, options: RestoreOptions): Promise<AccountFile[]> {
  const { client, people, transcript } = desk;
  const pin = pinOf(people);
  const board = await readStatus(client);
  requireHealthy(board);
  transcript.note('restore started', { board: board.board, commit: board.commit, state: board.state });
  if (board.state === 'factory') await restoreSeed(desk, pin);
  else if (board.state === 'locked') await unlockBoard(desk, pin);
  await finishBoard(desk, pin, options);
  if (options.state) await restoreStateOf(desk, pin, options.state, options.known);
  const count = await countAccounts(client);
  const files = options.accounts.length > 0 ? await addAccounts(desk, pin, options.accounts, options.outDir) : [];
  for (let n = files.length; n < count; n++) {
    const phones = options.known.find((each) => each.account === n)?.hsm_phones ?? [];
    const file = { ...(await showAccount(client, n)), hsm_phones: phones };
    writePublicFile(people, options.outDir, file);
    files.push(file);
  }
  compareWithBackup(files, options.known);
  if (options.known.length) people.say(`The keys of ${options.known.length} account(s) are those of the backup.`);
  await warnOfNoPhones(desk, { isStrict: options.isStrict });
  return files;
}
