/** Whole numbers as text: consoles, SMS texts and flags take one form of each number and repair none. */

/** Digits of the largest u32. */
const DIGITS_MAX = 10;

/**
 * The number that decimal digits stand for, `least`..`most`; −1 for any other text: empty, with a sign, a leading zero,
 * a space, a point, an exponent, another base. most: at most 2^32 − 1.
 */
export function decimalOf(text: string | undefined, least: number, most: number): number {
  if (!text || !/^[0-9]+$/.test(text) || text.length > DIGITS_MAX || (text.length > 1 && text.charAt(0) === '0'))
    return -1;
  const value = parseInt(text, 10);
  return value >= least && value <= most ? value : -1;
}
