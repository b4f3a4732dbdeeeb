// The flags of the commands that try a board's lines.
import { decimalOf } from '../../protocol/bytes';
import { fail } from '../../protocol/errors';
import { BURST_BYTES, BURSTS, ENOUGH_BURSTS } from '../flash/lines/burst';
import type { Command, CommandInput } from './command';

const BURSTS_MAX = 100_000;

export const TRIAL_FLAGS: Command['flags'] = {
  peer: {
    value: 'PORT',
    help: "port of the other HSM's board, at its prompt: the line between the boards is tried too",
  },
  bursts: {
    value: 'N',
    help: `bursts of ${BURST_BYTES} octets each way that a board's line must keep; a role needs them once for a base`,
    default: String(BURSTS),
  },
};

/** How many bursts prove a line. Throws `usage`. */
export function trialOf({ values }: CommandInput): { bursts: number } {
  const bursts = decimalOf(values.bursts ?? '', ENOUGH_BURSTS, BURSTS_MAX);
  if (bursts < 0) throw fail('usage', `"--bursts" expected ${ENOUGH_BURSTS} to ${BURSTS_MAX}, got ${values.bursts}`);
  return { bursts };
}
