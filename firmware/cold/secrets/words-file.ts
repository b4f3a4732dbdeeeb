/**
 * BIP39's English list as it lies in Storage (file `words`, emitted by the build): five bytes a word, eight letters of
 * five bits each, a = 1, 0 after the word's end; 10,240 bytes for what is 16,384 as text.
 */
import { fail } from '../../../protocol/errors';
import type { Cold } from '../cold';

export const WORDS_FILE = 'words';
export const WORD_BYTES = 5;
const LETTERS = 8;
const LETTER_BASE = 96;

/** Entry `at` as bip39.ts wants it: eight characters, padded with spaces. */
function entryOf(bytes: Uint8Array, at: number): string {
  let text = '';
  for (let i = 0; i < LETTERS; i++) {
    const bit = i * 5;
    const from = at * WORD_BYTES + (bit >> 3);
    const letter = (((bytes[from] << 8) | (bytes[from + 1] || 0)) >> (11 - (bit & 7))) & 31;
    text += letter ? String.fromCharCode(LETTER_BASE + letter) : ' ';
  }
  return text;
}

/** What bip39.ts needs of a string, read from the file entry by entry. Throws `no-words`. */
export function wordList(cold: Cold): string {
  const bytes = cold.hal.files.readFile(WORDS_FILE);
  if (!bytes) throw fail('no-words', 'the word list is not on the board: flash it again');
  return {
    length: (bytes.length / WORD_BYTES) * LETTERS,
    substr: function (at: number) {
      return entryOf(bytes, at / LETTERS);
    },
  } as string;
}
