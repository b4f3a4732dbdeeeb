/** What both ceremonies declare, `provision` and `restore`: output lines and errors in the order in which they come. */
import type { CommandDeclaration } from '../../console/command';

export const CEREMONY = {
  lines: {
    selftest: ['selftest <name:word>', 'a known answer that held: before a key is made'],
    noise: ['noise <verdict:rest>', "the board's own noise, tested; what fails is mixed in and not counted"],
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
  },
} satisfies Pick<CommandDeclaration, 'lines' | 'errors'>;
