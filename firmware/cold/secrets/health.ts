/**
 * Health tests on what goes into a new seed. Spec: NIST SP 800-90B 4.4.1 (repetition count) and 4.4.2 (adaptive
 * proportion) for the board's noise, at an assumed min-entropy of one bit a byte and a false alarm rate of about
 * 2^-30; and the same idea for dice: enough rolls, no face that comes far too often, no long run. They find broken
 * sources, not clever ones.
 */

/** 99 rolls of a fair six-sided die carry 255.9 bits. */
export const DICE_MIN_ROLLS = 99;
export const DICE_MAX_ROLLS = 400;
const DICE_RUN_MAX = 9;
export const NOISE_SAMPLE_BYTES = 512;
const REPETITION_CUTOFF = 31;
const PROPORTION_CUTOFF = 325;

/** Empty when the rolls will do, else a code. digits: text of '1'..'6'. */
export function diceFault(digits: string): string {
  if (digits.length < DICE_MIN_ROLLS) return 'dice-few';
  if (digits.length > DICE_MAX_ROLLS) return 'dice-many';
  const counts = [0, 0, 0, 0, 0, 0];
  let run = 0;
  for (let i = 0; i < digits.length; i++) {
    const face = digits.charCodeAt(i) - 49;
    if (face < 0 || face > 5) return 'dice-digit';
    counts[face]++;
    run = i && digits[i] === digits[i - 1] ? run + 1 : 1;
    if (run > DICE_RUN_MAX) return 'dice-run';
  }
  for (let face = 0; face < 6; face++) if (counts[face] * 5 > digits.length * 2) return 'dice-biased';
  return '';
}

/** Empty when the noise passes both tests, else a code. */
export function noiseFault(noise: Uint8Array): string {
  let run = 0;
  for (let i = 0; i < noise.length; i++) {
    run = i && noise[i] === noise[i - 1] ? run + 1 : 1;
    if (run >= REPETITION_CUTOFF) return 'noise-repetition';
  }
  let same = 0;
  for (let i = 0; i < noise.length; i++) if (noise[i] === noise[0]) same++;
  return same >= PROPORTION_CUTOFF ? 'noise-proportion' : '';
}
