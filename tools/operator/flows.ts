// What an operator does at HSM-Cold, step by step with a person at the keyboard: the ceremony, restoring, settings and
// accounts, unlocking, sweeping. Each flow can be stopped anywhere and run again: it looks at the board and goes on
// from there. Leaves to others: the console's protocol (host/operator) and how people are asked (console/people.ts).
import { decimalOf } from '../../protocol/decimal';
import { fail } from '../../protocol/errors';
import { U32_MAX } from '../../protocol/wire';
import type { AccountFile } from '../../host/api/types';
import {
  endRestoring,
  pairHot,
  restoreState,
  setPhones,
  setTime,
  showAccount,
  status,
  unlock,
  valueOf,
  type AccountData,
  type ConsoleClient,
} from '../../host/operator';
import type { People } from '../console/people';
import { addAccounts, writePublicFile } from './accounts';
import { warnOfNoPhones } from './alarm-phones';
import { askBackupWords, askDice, askNewPin, askWordsBack } from './ceremony-input';
import type { Transcript } from './transcript';

const CLOCK_SLACK_S = 5;
const PIN_TRIES = 3;

/** What all flows work with. */
export interface Desk {
  client: ConsoleClient;
  people: People;
  transcript: Transcript;
  nowMs(): number;
  random(lenBytes: number): Uint8Array;
  /** True when what `people` says goes to a terminal that knows colours. */
  hasColour?: boolean;
}

/** The board's PIN, asked once and kept while a flow runs. */
export interface Pin {
  get(): Promise<string>;
  set(pin: string): void;
}

export function pinOf(people: People): Pin {
  let known: string | undefined;
  return {
    async get() {
      return (known ??= await people.askSecret('PIN:'));
    },
    set: (pin) => void (known = pin),
  };
}

export interface BoardStatus {
  state: string;
  board: string;
  commit: string;
  interpreter: string;
  time: number | undefined;
  link: string;
  lines: string[];
}

export async function readStatus(client: ConsoleClient): Promise<BoardStatus> {
  const lines = await status(client);
  const about = /^board (\S+) commit (\S+) interpreter (\S+)/.exec(
    lines.find((line) => line.startsWith('board ')) ?? '',
  );
  if (!about) throw fail('not-hsm-cold', 'what answers is no HSM-Cold console: check the port');
  const time = valueOf(lines, 'time');
  return {
    state: valueOf(lines, 'state'),
    board: about[1]!,
    commit: about[2]!,
    interpreter: about[3]!,
    time: time === 'unset' || time === '' ? undefined : Number(time),
    link: valueOf(lines, 'link'),
    lines,
  };
}

/** Refuses a board that is not in a state that the flow can work with. */
function aHealthyBoard(board: BoardStatus): void {
  if (!['factory', 'locked', 'unlocked'].includes(board.state)) {
    throw fail(
      board.state,
      `the board reports a fault (${board.state}): run "chaincloud doctor", and restore it from the backup`,
    );
  }
}

/** Makes the seed with the person: dice, words to paper and back, PIN. */
async function makeSeed(desk: Desk, pin: Pin): Promise<void> {
  const { client, people, transcript } = desk;
  const rolls = await askDice(people);
  const lines = [...(rolls.match(/.{1,50}/g) ?? []), ''];
  const hostEntropy = Buffer.from(desk.random(32)).toString('hex');
  const words: string[] = [];
  let isCopied = false;
  let chosen = '';
  const answer = async (question: string): Promise<string | undefined> => {
    if (question.startsWith('dice')) return lines.shift() ?? '';
    if (question.startsWith('host entropy')) return hostEntropy;
    const check = /^check word (\d+)$/.exec(question);
    if (check) {
      if (!isCopied) {
        people.say('These words are the keys. Write them on paper, in this order; nobody will show them again:');
        for (let n = 0; n < words.length; n += 4)
          people.say(
            words
              .slice(n, n + 4)
              .map((word, i) => `${String(n + i + 1).padStart(4)} ${word.padEnd(10)}`)
              .join(''),
          );
        await people.ask('Press Enter when they are on paper; the screen is cleared then.');
        people.say('\x1b[2J\x1b[3J\x1b[H');
        await askWordsBack(people, words);
        isCopied = true;
      }
      return words[Number(check[1]) - 1];
    }
    if (question === 'PIN again') return chosen;
    if (question.startsWith('PIN')) return (chosen = await askNewPin(people));
    return undefined;
  };
  const done = await client.run('provision', answer, (line) => {
    const shown = /^word (\d+) ([a-z]+)$/.exec(line);
    if (shown) words[Number(shown[1]) - 1] = shown[2]!;
  });
  words.fill('');
  pin.set(chosen);
  people.say(`The board has its seed: fingerprint ${valueOf(done, 'fingerprint')}.`);
  transcript.note('seed made', {
    rolls: rolls.length,
    noise: valueOf(done, 'noise'),
    fingerprint: valueOf(done, 'fingerprint'),
  });
}

/** Unlocks with a person: asks again after a wrong PIN, and tells what the board says about waiting. */
export async function unlockBoard(desk: Desk, pin: Pin): Promise<void> {
  const { client, people } = desk;
  for (let i = 0; i < PIN_TRIES; i++) {
    const given = await pin.get();
    try {
      await unlock(client, given);
      desk.transcript.note('unlocked');
      return;
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      if ((code !== 'pin-wrong' && code !== 'pin-form') || i === PIN_TRIES - 1) throw error;
      people.say(`${message.replace(`${code}: `, '')}: try again`);
      pin.set(await people.askSecret('PIN:'));
    }
  }
}

/** Sets the board's clock from this machine's when it is behind; a clock ahead is told, since it cannot go back. */
export async function setClock(desk: Desk, pin: Pin): Promise<void> {
  const { time } = await readStatus(desk.client);
  const now = Math.floor(desk.nowMs() / 1000);
  if (time !== undefined && Math.abs(now - time) <= CLOCK_SLACK_S) return;
  if (time !== undefined && time > now) {
    desk.people.say(
      `The board's clock is ${time - now} s ahead of this machine's and never goes back: check this machine's clock.`,
    );
    return;
  }
  await setTime(desk.client, now, await pin.get());
  desk.transcript.note('clock set', { unix_seconds: now });
}

export interface ProvisionOptions {
  accounts: AccountData[];
  outDir: string;
  phones?: string[];
  hot?: ConsoleClient;
  /** Ends with code `no-phones` when the board has no admin phones. */
  isStrict?: boolean;
}

/** Everything from a new board to one that serves its accounts; a board that has part of it gets the rest. */
export async function provisionBoard(desk: Desk, options: ProvisionOptions): Promise<AccountFile[]> {
  const { client, people, transcript } = desk;
  const pin = pinOf(people);
  const board = await readStatus(client);
  aHealthyBoard(board);
  transcript.note('started', {
    board: board.board,
    commit: board.commit,
    interpreter: board.interpreter,
    state: board.state,
  });
  people.say(`HSM-Cold on ${board.board}, commit ${board.commit}, state ${board.state}.`);
  if (board.state === 'factory') await makeSeed(desk, pin);
  else people.say('The board has its seed; going on with what is missing.');
  if (board.state === 'locked') await unlockBoard(desk, pin);
  await finishBoard(desk, pin, options);
  const files = await addAccounts(desk, pin, options.accounts, options.outDir);
  await warnOfNoPhones(desk, { isStrict: options.isStrict });
  return files;
}

/** Clock, alarm phones and the key shared with HSM-Hot. */
async function finishBoard(desk: Desk, pin: Pin, options: Pick<ProvisionOptions, 'phones' | 'hot'>): Promise<void> {
  const { client, people, transcript } = desk;
  await setClock(desk, pin);
  if (options.phones?.length) {
    await setPhones(client, options.phones, await pin.get());
    transcript.note('alarm phones set', { phones: options.phones.join(' ') });
  }
  if (!options.hot) return;
  if (valueOf(await status(client), 'link') === 'up')
    return people.say('HSM-Cold and HSM-Hot share a link key already.');
  await pairHot(client, options.hot, desk.random(32), await pin.get());
  people.say('HSM-Cold and HSM-Hot share a new link key.');
  transcript.note('link key set');
}

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
  if ((await client.run('account list')).length > 0) {
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
      'This backup is older than the last channel: payments made after it are not in it, and a request could be paid twice.',
    );
    if (!(await people.confirm('Is there no newer backup, and was every payment since looked up?')))
      throw fail('declined', 'nothing was restored: find the newest backup');
    await endRestoring(client, { ...options, isForced: true });
  }
  transcript.note('state restored', { lines: state.length, channels: channelIds.join(' '), payments });
}

/** Restores a board from the words on paper, then its state or its accounts. */
export async function restoreBoard(desk: Desk, options: RestoreOptions): Promise<AccountFile[]> {
  const { client, people, transcript } = desk;
  const pin = pinOf(people);
  const board = await readStatus(client);
  aHealthyBoard(board);
  transcript.note('restore started', { board: board.board, commit: board.commit, state: board.state });
  if (board.state === 'factory') {
    const words = await askBackupWords(people);
    const rolls = await askDice(people);
    const lines = [...(rolls.match(/.{1,50}/g) ?? []), ''];
    const hostEntropy = Buffer.from(desk.random(32)).toString('hex');
    const chosen = await askNewPin(people);
    const done = await client.run('restore', (question) => {
      if (question.startsWith('words')) return words.join(' ');
      if (question.startsWith('dice')) return lines.shift() ?? '';
      if (question.startsWith('host entropy')) return hostEntropy;
      return question.startsWith('PIN') ? chosen : undefined;
    });
    words.fill('');
    pin.set(chosen);
    transcript.note('seed restored', { fingerprint: valueOf(done, 'fingerprint') });
    people.say(`The board has its seed again: fingerprint ${valueOf(done, 'fingerprint')}.`);
  } else if (board.state === 'locked') await unlockBoard(desk, pin);
  await finishBoard(desk, pin, options);
  if (options.state) await restoreStateOf(desk, pin, options.state, options.known);
  const count = (await client.run('account list')).length;
  const files = options.accounts.length > 0 ? await addAccounts(desk, pin, options.accounts, options.outDir) : [];
  for (let n = files.length; n < count; n++) {
    const file = {
      ...(await showAccount(client, n)),
      hsm_phones: options.known.find((each) => each.account === n)?.hsm_phones ?? [],
    };
    writePublicFile(people, options.outDir, file);
    files.push(file);
  }
  for (const known of options.known) {
    const made = files.find((each) => each.account === known.account);
    if (!made)
      throw fail(
        'backup-differs',
        `account ${known.account} of the backup is not in the accounts file: add it and run this again`,
      );
    if (made.cold.xpub !== known.cold.xpub || made.hot.xpub !== known.hot.xpub || made.identity !== known.identity) {
      throw fail(
        'backup-differs',
        `account ${known.account} came out with other keys than the backup has: these are the words of another board`,
      );
    }
  }
  if (options.known.length) people.say(`The keys of ${options.known.length} account(s) are those of the backup.`);
  await warnOfNoPhones(desk, { isStrict: options.isStrict });
  return files;
}
