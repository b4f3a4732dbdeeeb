// What a person enters in the ceremony, checked while it is entered: rolls of dice with their count, the words
// back from paper, the PIN twice. Everything here is secret and stays in memory only.
import { fail } from '../../protocol/errors';
import type { People } from '../console/people';
import { readWord } from './backup-words';

/** 99 rolls of a fair die carry 255.9 bits (firmware/cold/secrets/health.ts has the same limits and the last word). */
export const MIN_ROLLS = 99;
export const MAX_ROLLS = 400;
const ENTRY_TRIES = 3;
const PIN_TRIES = 6;

/** Why rolls are not good enough, or undefined. rolls: digits. */
export function diceComplaint(rolls: string): string | undefined {
  if (/[^1-6]/.test(rolls)) return 'only the digits 1 to 6 are rolls of a die';
  if (/(.)\1{9}/.test(rolls)) return 'ten equal rolls in a row: roll a real die, and enter what it shows';
  if (rolls.length < MIN_ROLLS) return undefined;
  for (const face of '123456') {
    if (rolls.split(face).length - 1 > rolls.length * 0.4)
      return `a ${face} in more than four rolls of ten: the die is not fair, take another one`;
  }
  return undefined;
}

/** Asks for rolls until there are enough; shows the count, never the rolls again. */
export async function askDice(people: People): Promise<string> {
  people.say(
    `Roll a six-sided die at least ${MIN_ROLLS} times and type what it shows, as many rolls a line as ` +
      'you like; an empty line ends it.',
  );
  let rolls = '';
  for (;;) {
    const line = (await people.askSecret(`rolls (${rolls.length} of ${MIN_ROLLS}):`)).replace(/[\s,;]/g, '');
    if (line === '') {
      if (rolls.length >= MIN_ROLLS) return rolls;
      people.say(`${MIN_ROLLS - rolls.length} rolls are missing`);
      continue;
    }
    const complaint = diceComplaint(rolls + line);
    if (complaint) people.say(`not taken: ${complaint}`);
    else if (rolls.length + line.length > MAX_ROLLS)
      people.say(`not taken: more than ${MAX_ROLLS} rolls; an empty line ends it`);
    else rolls += line;
  }
}

/** Asks for a new PIN twice. Throws code `pin-differs` after six tries. */
export async function askNewPin(people: People): Promise<string> {
  for (let i = 0; i < PIN_TRIES; i++) {
    const pin = await people.askSecret('new PIN (6 to 16 digits):');
    if (!/^\d{6,16}$/.test(pin) || /^(.)\1*$/.test(pin)) people.say('a PIN has 6 to 16 digits, not all the same');
    else if ((await people.askSecret('the same PIN again:')) !== pin) people.say('the two differ');
    else return pin;
  }
  throw fail('pin-differs', 'no PIN was entered twice alike: start again');
}

/**
 * Asks for every word as it stands on paper or plate; `words`: what was shown. Throws code `word-wrong` after three
 * wrong ones in a row; what is no word at all is asked for again and costs no try.
 */
export async function askWordsBack(people: People, words: string[]): Promise<void> {
  for (let n = 0; n < words.length; n++) {
    for (let tries = 0; ;) {
      const typed = readWord(await people.askSecret(`word ${n + 1} from your paper:`), n);
      if ('complaint' in typed) {
        people.say(typed.complaint);
        continue;
      }
      if (typed.word === words[n]) break;
      if (++tries === ENTRY_TRIES)
        throw fail('word-wrong', `word ${n + 1} on the paper is wrong: nothing is kept, start again with a new paper`);
      people.say(`that is not word ${n + 1}: look at the paper again`);
    }
  }
}

export { askBackupWords } from './backup-words';
