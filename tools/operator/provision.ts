// Provisioning HSM-Cold with a person at the keyboard: the ceremony, clock, phones, link key, accounts. It can be
// stopped anywhere and run again: it looks at the board and goes on from there. Leaves to others: the console's
// protocol (host/operator) and how people are asked (console/people.ts).
import { COLD_COMMANDS, pairHot, readLine, setPhones, valueOf } from '../../host/operator';
import type { AccountData, ConsoleClient } from '../../host/operator';
import type { AccountFile } from '../../host/api/types';
import type { People } from '../console/people';
import { addAccounts } from './accounts';
import { warnOfNoPhones } from './alarm-phones';
import { shownWords } from './backup-words';
import { pinOf, readStatus, requireHealthy, setClock, unlockBoard, type Pin } from './board';
import { askDice, askNewPin, askWordsBack } from './ceremony-input';
import type { Desk } from './desk';

const DICE_A_LINE = /.{1,50}/g;
const CLEAR_SCREEN = '\x1b[2J\x1b[3J\x1b[H';

/** Asks for rolls, and answers the board's questions for entropy with them and the host's own. */
export async function askEntropy(
  desk: Desk,
): Promise<{ rolls: string; answerEntropy: (question: string) => string | undefined }> {
  const rolls = await askDice(desk.people);
  const lines = [...(rolls.match(DICE_A_LINE) ?? []), ''];
  const hostEntropy = Buffer.from(desk.random(32)).toString('hex');
  return {
    rolls,
    answerEntropy(question) {
      if (question.startsWith('dice')) return lines.shift() ?? '';
      return question.startsWith('host entropy') ? hostEntropy : undefined;
    },
  };
}

/** Shows the words until they are on paper, and asks all of them back. words: secret. */
async function putOnPaper(people: People, words: string[]): Promise<void> {
  people.say('These words are the keys. Write them on paper, in this order; nobody will show them again:');
  for (const line of shownWords(words)) people.say(line);
  await people.ask('Press Enter when they are on paper; the screen is cleared then.');
  people.say(CLEAR_SCREEN);
  await askWordsBack(people, words);
}

/** Makes the seed with the person: dice, words to paper and back, PIN. */
async function makeSeed(desk: Desk, pin: Pin): Promise<void> {
  const { client, people, transcript } = desk;
  const { rolls, answerEntropy } = await askEntropy(desk);
  const words: string[] = [];
  let isCopied = false;
  let chosen = '';
  const answer = async (question: string): Promise<string | undefined> => {
    const check = /^check word (\d+)$/.exec(question);
    if (check) {
      if (!isCopied) await putOnPaper(people, words);
      isCopied = true;
      return words[Number(check[1]) - 1];
    }
    if (question === 'PIN again') return chosen;
    if (question.startsWith('PIN')) return (chosen = await askNewPin(people));
    return answerEntropy(question);
  };
  const done = await client.run('provision', answer, (line) => {
    const shown = readLine(COLD_COMMANDS.provision.lines.word, line);
    if (shown) words[shown.n - 1] = shown.word;
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
  requireHealthy(board);
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
export async function finishBoard(
  desk: Desk,
  pin: Pin,
  options: Pick<ProvisionOptions, 'phones' | 'hot'>,
): Promise<void> {
  const { client, people, transcript } = desk;
  await setClock(desk, pin);
  if (options.phones?.length) {
    await setPhones(client, options.phones, await pin.get());
    transcript.note('alarm phones set', { phones: options.phones.join(' ') });
  }
  if (!options.hot) return;
  if ((await readStatus(client)).link === 'up') return people.say('HSM-Cold and HSM-Hot share a link key already.');
  await pairHot(client, options.hot, desk.random(32), await pin.get());
  people.say('HSM-Cold and HSM-Hot share a new link key.');
  transcript.note('link key set');
}
