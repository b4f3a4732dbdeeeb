// 256-bit numbers as Uint32Array(8) of little endian words: sums, differences, comparison.
// Straight-line on purpose: an interpreted loop around eight words costs three times as much.
import { RADIX, register } from './field';

/**
 * r = a + sign b mod 2^256, sign 1 or -1; returns the carry, or the borrow. For a difference every word has 2^32 added
 * and the borrow of the one before counted: sums are from 0 to below 2^34.
 */
export function sum256(r: Uint32Array, a: Uint32Array, b: Uint32Array, sign: number): number {
  const q = RADIX;
  const x = sign < 0 ? q - 1 : 0;
  const c = a[0] + sign * b[0] + (x && q);
  const d = a[1] + sign * b[1] + x + ((c / q) | 0);
  const e = a[2] + sign * b[2] + x + ((d / q) | 0);
  const f = a[3] + sign * b[3] + x + ((e / q) | 0);
  const g = a[4] + sign * b[4] + x + ((f / q) | 0);
  const h = a[5] + sign * b[5] + x + ((g / q) | 0);
  const i = a[6] + sign * b[6] + x + ((h / q) | 0);
  const j = a[7] + sign * b[7] + x + ((i / q) | 0);
  r.set([c, d, e, f, g, h, i, j]);
  return x ? 1 - ((j / q) | 0) : (j / q) | 0;
}

/** Where differences go that nobody reads. */
export const SPARE = register(13);

/** a < b, always by a whole subtraction. */
export function isLess(a: Uint32Array, b: Uint32Array): boolean {
  return sum256(SPARE, a, b, -1) === 1;
}

/** r = r mod m for r < 2 m, one subtraction, always made. */
export function reduce(r: Uint32Array, m: Uint32Array): void {
  r.set(isLess(r, m) ? r : SPARE);
}

/** All words zero; no early exit. */
export function isZero(a: Uint32Array): boolean {
  return (a[0] | a[1] | a[2] | a[3] | a[4] | a[5] | a[6] | a[7]) === 0;
}
