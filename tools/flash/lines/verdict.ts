// What a trial of a line means, in words; and the proof that a board keeps of a trial that it passed, so that its next
// image is flashed without another. The proof is of the build and the speed, and goes when either changes.
import { fail } from '../../../protocol/errors';
import type { LineLoss } from './burst';

/** What was tried: a board's build, the speed of its line, how many bursts. */
export interface Trial {
  version: string;
  gitCommit: string;
  baud: number;
  bursts: number;
}

const COMMIT_CHARS = 7;

/** As the header of a slot carries it: a word of printable characters without a space. */
export function proofText({ version, gitCommit, baud, bursts }: Trial): string {
  return `${version}@${gitCommit.slice(0, COMMIT_CHARS).replace(/[^!-~]/g, '')}/${baud}/${bursts}`;
}

/** Does what the board keeps prove this trial, with as many bursts or more? */
export function isProven(proof: string | undefined, trial: Trial): boolean {
  const match = /^(.*)\/(\d+)$/.exec(proof ?? '');
  return match !== null && match[1] === proofText(trial).replace(/\/\d+$/, '') && Number(match[2]) >= trial.bursts;
}

/** Octets of a trial, for people. */
export function lossText({ bursts, lenBytes, lostTo, lostFrom, isSpoilt, baud }: LineLoss): string {
  const total = bursts * lenBytes;
  const spoilt = isSpoilt ? '; some came changed' : '';
  return `${lostTo} of ${total} octets lost to the board, ${lostFrom} of ${total} from it, at ${baud} baud${spoilt}`;
}

export function isWhole({ lostTo, lostFrom, isSpoilt }: LineLoss): boolean {
  return lostTo === 0 && lostFrom === 0 && !isSpoilt;
}

/** Throws `line-loses` for a line that does not keep every octet. name: what the line is, for people. */
export function requireWhole(name: string, loss: LineLoss): void {
  if (isWhole(loss)) return;
  throw fail(
    'line-loses',
    `${name} loses octets: ${lossText(loss)}. Espruino up to 2v29 does so at any speed: write a later base with ` +
      '"chaincloud flash --base DIR"; with one, look at the cable. The board gets no role, and nothing was written',
  );
}
