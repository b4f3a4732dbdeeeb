/** `provision`: makes the seed of a new board, by questions (ceremony.ts). */
import type { CommandDeclaration } from '../../../console/command';
import type { Cold } from '../../cold';
import { startCeremony } from '../ceremony';
import { CEREMONY } from '../ceremony-words';

export const PROVISION = {
  usage: 'provision',
  order: 2,
  summary: 'makes the seed of a new board: dice, host entropy, words to be written down, PIN',
  asks: {
    'dice (99 or more rolls of a six-sided die; an empty line ends them)': 'digits 1 to 6, asked until an empty line',
    'host entropy (64 hex digits)': '32 random bytes of the host, in hex',
    'check word <n>': 'word n, as it was shown; six of them',
    'PIN (6 to 16 digits)': 'the new PIN',
    'PIN again': 'the same',
  },
  shares: CEREMONY,
  lines: {
    heading: ['words: write them down, they are shown only now', 'before the words'],
    word: ['word <n:whole> <word:word>', 'SECRET: a word of the backup'],
    fingerprint: ['fingerprint <fingerprint:hex>', 'of the master key'],
  },
  errors: {
    'word-wrong': 'another word than was shown',
  },
} satisfies CommandDeclaration;

export function runProvision(cold: Cold): void {
  startCeremony(cold, false);
}
