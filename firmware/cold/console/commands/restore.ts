/** `restore`: gives a new board the seed of the words on paper, by questions (ceremony.ts). */
import type { CommandDeclaration } from '../../../console/command';
import type { Cold } from '../../cold';
import { startCeremony } from '../ceremony';

export const RESTORE = {
  usage: 'restore',
  order: 3,
  summary: 'gives a new board the seed of the words on paper',
  asks: {
    'words (24, separated by spaces)': 'SECRET: the words of the backup',
    'dice (99 or more rolls of a six-sided die; an empty line ends them)': 'digits 1 to 6, asked until an empty line',
    'host entropy (64 hex digits)': '32 random octets of the host, in hex',
    'PIN (6 to 16 digits)': 'the new PIN',
    'PIN again': 'the same',
  },
  lines: {
    selftest: ['selftest <name:word>', 'a known answer that held: before a key is made'],
    noise: ['noise <verdict:rest>', "the board's own noise, tested; what fails is mixed in and not counted"],
    fingerprint: ['fingerprint <fingerprint:hex>', 'of the master key'],
    note: ['note <text:rest>', 'what to do next'],
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
    'crypto-mnemonic': 'not 24 words of BIP39, or their checksum is wrong',
  },
} satisfies CommandDeclaration;

export function runRestore(cold: Cold): void {
  startCeremony(cold, true);
}
