/** `provision`: makes the seed of a new board, by questions (ceremony.ts). */
import type { CommandDeclaration } from '../../../console/command';
import type { Cold } from '../../cold';
import { startCeremony } from '../ceremony';

export const PROVISION = {
  usage: 'provision',
  order: 2,
  summary: 'makes the seed of a new board: dice, host entropy, words to be written down, PIN',
  asks: {
    'dice (99 or more rolls of a six-sided die; an empty line ends them)': 'digits 1 to 6, asked until an empty line',
    'host entropy (64 hex digits)': '32 random octets of the host, in hex',
    'check word <n>': 'word n, as it was shown; six of them',
    'PIN (6 to 16 digits)': 'the new PIN',
    'PIN again': 'the same',
  },
  lines: {
    selftest: ['selftest <name:word>', 'a known answer that held: before a key is made'],
    noise: ['noise <verdict:rest>', "the board's own noise, tested; what fails is mixed in and not counted"],
    heading: ['words: write them down, they are shown only now', 'before the words'],
    word: ['word <n:whole> <word:word>', 'SECRET: a word of the backup'],
    fingerprint: ['fingerprint <fingerprint:hex>', 'of the master key'],
  },
  errors: {
    'bad-state': 'the board is provisioned',
    'dice-few': 'fewer than 99 rolls',
    'dice-many': 'more than 400 rolls',
    'dice-digit': 'a digit other than 1 to 6',
    'dice-run': 'ten equal rolls in a row',
    'dice-bias': 'a face in more than four rolls of ten',
    'entropy-form': 'not 64 hex digits',
    'pin-length': 'not 6 to 16 characters',
    'pin-digits': 'a character that is no digit',
    'pin-simple': 'all digits the same',
    'pin-differs': 'the second PIN is another',
    'selftest-failed': 'a known answer did not hold',
    'word-wrong': 'another word than was shown',
  },
} satisfies CommandDeclaration;

export function runProvision(cold: Cold): void {
  startCeremony(cold, false);
}
