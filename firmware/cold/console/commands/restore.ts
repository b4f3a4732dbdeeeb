/** `restore`: gives a new board the seed of the words on paper, by questions (ceremony.ts). */
import type { CommandDeclaration } from '../../../console/command';
import type { Cold } from '../../cold';
import { startCeremony } from '../ceremony';
import { CEREMONY } from '../ceremony-words';

export const RESTORE = {
  usage: 'restore',
  order: 3,
  summary: 'gives a new board the seed of the words on paper',
  asks: {
    'words (24, separated by spaces)': 'SECRET: the words of the backup',
    'dice (99 or more rolls of a six-sided die; an empty line ends them)': 'digits 1 to 6, asked until an empty line',
    'host entropy (64 hex digits)': '32 random bytes of the host, in hex',
    'PIN (6 to 16 digits)': 'the new PIN',
    'PIN again': 'the same',
  },
  shares: CEREMONY,
  lines: {
    fingerprint: ['fingerprint <fingerprint:hex>', 'of the master key'],
    note: ['note <text:rest>', 'what to do next'],
  },
  errors: {
    'crypto-mnemonic': 'not 24 words of BIP39, or their checksum is wrong',
  },
} satisfies CommandDeclaration;

export function runRestore(cold: Cold): void {
  startCeremony(cold, true);
}
