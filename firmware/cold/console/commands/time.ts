/** `time`: sets the clock, which only goes forward (time-guard.ts). */
import type { CommandDeclaration } from '../../../console/command';
import type { Cold } from '../../cold';
import { AUDIT_TIME_SET, NO_ACCOUNT } from '../../../journal/audit-codes';
import { audit } from '../../state/store';
import { withPin } from '../needs';
import { aTime } from '../time-guard';

export const TIME = {
  usage: 'time <unix seconds> [force]',
  order: 15,
  summary: 'sets the clock forward',
  words: {
    'unix seconds': 'seconds since 1970, from 2025 on',
    force: 'also far from the time known here: what is set too far cannot be set back',
  },
  needs: ['pin'],
  errors: {
    'time-form': 'no number, or before 2025',
    'time-back': "before the board's clock",
    'time-far': 'far from the time known here',
  },
} satisfies CommandDeclaration;

export function runTime(cold: Cold, words: string[]): void {
  const seconds = aTime(cold, words[1], words[2] === 'force');
  withPin(cold, function () {
    cold.hal.clock.setUnixSeconds(seconds);
    audit(cold, AUDIT_TIME_SET, NO_ACCOUNT, new Uint8Array(0));
  });
}
