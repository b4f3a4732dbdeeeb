// The words of a backup from paper or a steel plate: one a line or all at once, whole or by their first four letters,
// which no two BIP39 words share. Taken where it is unmistakable; else nothing of the line is taken, and the person
// hears what is wrong with which word. Secret, in memory only.
import { validateMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english';
import { fail } from '../../protocol/errors';
import type { People } from '../console/people';

export const WORD_COUNT = 24;
/** Letters that tell every word from every other (BIP39). */
const UNIQUE_LETTERS = 4;
const WORDS_A_LINE = 4;

/** The word that a text stands for: itself, or at least its first four letters; undefined for anything else. */
function wordOf(text: string): string | undefined {
  if (wordlist.includes(text)) return text;
  return text.length < UNIQUE_LETTERS ? undefined : wordlist.find((word) => word.startsWith(text));
}

type Typed = { words: string[]; isShort: boolean } | { complaint: string };

/**
 * The words of a line; `first`: how many there are before it, for the numbers that may stand before words. Capital and
 * full-width letters, any blanks, commas and numbering as on paper do not matter.
 */
function readWords(line: string, first: number): Typed {
  const parts = line
    .normalize('NFKD')
    .toLowerCase()
    .replace(/(^|[\s,;])[#№]?(\d{1,2})[.):]?(?=$|[\s\p{L}])/gu, '$1$2 ')
    .split(/[\s,;]+/)
    .filter((part) => part !== '');
  const words: string[] = [];
  let isShort = false;
  for (const part of parts) {
    const n = first + words.length + 1;
    if (/^\d+$/.test(part)) {
      if (Number(part) !== n)
        return { complaint: `number ${part} stands before word ${n}: type the words in the order of their numbers` };
      continue;
    }
    const word = wordOf(part);
    if (word === undefined)
      return {
        complaint:
          parts.length === 1
            ? 'that is none of the 2,048 words, nor its first four letters: look at the paper again'
            : `word ${n} is none of the 2,048 words, nor its first four letters: look at the paper again`,
      };
    isShort ||= word !== part;
    words.push(word);
  }
  if (words.length === 0) return { complaint: 'a word is missing' };
  if (first + words.length > WORD_COUNT)
    return { complaint: `that would be ${first + words.length} words: a backup has ${WORD_COUNT}` };
  return { words, isShort };
}

/**
 * One word typed back, in the forms that a backup's words are taken in; `n`: how many stand before it. A complaint for
 * what is no word.
 */
export function readWord(line: string, n: number): { word: string } | { complaint: string } {
  const typed = readWords(line, n);
  if ('complaint' in typed) return typed;
  return typed.words.length === 1 ? { word: typed.words[0] } : { complaint: 'one word at a time here' };
}

/** Numbered, four a line. words: secret. */
export function shownWords(words: string[]): string[] {
  const lines: string[] = [];
  for (let n = 0; n < words.length; n += WORDS_A_LINE)
    lines.push(
      words
        .slice(n, n + WORDS_A_LINE)
        .map((word, i) => `${String(n + i + 1).padStart(4)} ${word.padEnd(10)}`)
        .join('')
        .trimEnd(),
    );
  return lines;
}

/**
 * Asks for the words of a backup, one a line or several; shows them whole where they were typed short or many at once.
 * Throws code `words-wrong` when their checksum is wrong.
 */
export async function askBackupWords(people: People): Promise<string[]> {
  const words: string[] = [];
  let isShownBack = false;
  while (words.length < WORD_COUNT) {
    const typed = readWords(await people.askSecret(`word ${words.length + 1} of ${WORD_COUNT}:`), words.length);
    if ('complaint' in typed) {
      people.say(typed.complaint);
      continue;
    }
    isShownBack ||= typed.isShort || typed.words.length > 1;
    words.push(...typed.words);
  }
  if (isShownBack) {
    people.say('Compare with your paper, then clear the screen:');
    for (const line of shownWords(words)) people.say(line);
  }
  if (!validateMnemonic(words.join(' '), wordlist))
    throw fail('words-wrong', 'the checksum of the words is wrong: one was misread or two changed places; start again');
  return words;
}
