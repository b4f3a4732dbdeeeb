// Numbers modulo the order n of secp256k1's group: always canonical, 0 <= x < n, Uint32Array(8) little endian words.
// The product uses the field's native columns and folds by 2^256 = C (mod n), C = 2^256 - n < 2^128.34, three times:
//   a b   = H 2^256 + L            H < 2^256, L < 2^256
//   H C   = H2 2^256 + L2          H2 < 2^128.34 (five words)
//   H2 C  = H3 2^256 + L3          H3 < 2^0.68, so 0 or 1
//   sum   = L + L2 + L3 + H3 2^256 < (3 + 1) 2^256: top <= 4 once the carry is added
//   fold  = sum mod 2^256 + top C  < 2^256 + 2^131: a carry out of it leaves less than 2^131, so one more C cannot overflow
//   then below 2^256 < 2 n: one conditional subtraction.
// Doubles: columns below 2^52 (field.ts (1)), plus carries below 2^21, plus two words below 2^33: below 2^53.
// Side channels: the same operations in the same order for all values, but for the carry of the last fold (probability
// 2^-125) and the place that the chosen result is copied from.
import { fail } from '../../protocol/errors';
import { add256, fromHex, isLess, isZero, setBytes, sub256 } from './bytes';
import { RADIX, c0, c1, c10, c11, c12, c13, c14, c15, c2, c3, c4, c5, c6, c7, c8, c9, element, load, setDigits } from './field';

export const N = fromHex('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141');
export const HALF_N = fromHex('7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0');
const C = fromHex('000000000000000000000000000000014551231950b75fc4402da1732fc9bebf');
const C0 = 0x2fc9bebf;
const C1 = 0x402da173;
const C2 = 0x50b75fc4;
const C3 = 0x45512319;

const HIGH = element();
const LOW = element();
const LOW2 = element();
const SPARE = element();

// high 2^256 + low = digits times windows.
function wide(high: Uint32Array, low: Uint32Array): void {
  const q = RADIX;
  const i = c0();
  const j = c1() + ((i / q) | 0);
  const k = c2() + ((j / q) | 0);
  const l = c3() + ((k / q) | 0);
  const m = c4() + ((l / q) | 0);
  const n = c5() + ((m / q) | 0);
  const o = c6() + ((n / q) | 0);
  const p = c7() + ((o / q) | 0);
  const a = c8() + ((p / q) | 0);
  const b = c9() + ((a / q) | 0);
  const c = c10() + ((b / q) | 0);
  const d = c11() + ((c / q) | 0);
  const e = c12() + ((d / q) | 0);
  const f = c13() + ((e / q) | 0);
  const g = c14() + ((f / q) | 0);
  const h = c15() + ((g / q) | 0);
  low.set([i, j, k, l, m, n, o, p]);
  high.set([a, b, c, d, e, f, g, h]);
}

// HIGH = digits times windows, plus LOW and LOW2, top folded: the last step. Above column 8 the product is zero.
function wideLast(): void {
  const q = RADIX;
  const u = LOW;
  const v = LOW2;
  let i = c0() + u[0] + v[0];
  let j = c1() + u[1] + v[1] + ((i / q) | 0);
  let k = c2() + u[2] + v[2] + ((j / q) | 0);
  let l = c3() + u[3] + v[3] + ((k / q) | 0);
  let m = c4() + u[4] + v[4] + ((l / q) | 0);
  let n = c5() + u[5] + v[5] + ((m / q) | 0);
  let o = c6() + u[6] + v[6] + ((n / q) | 0);
  let p = c7() + u[7] + v[7] + ((o / q) | 0);
  const a = c8() + ((p / q) | 0);
  i = (i >>> 0) + a * C0;
  j = (j >>> 0) + a * C1 + ((i / q) | 0);
  k = (k >>> 0) + a * C2 + ((j / q) | 0);
  l = (l >>> 0) + a * C3 + ((k / q) | 0);
  m = (m >>> 0) + a + ((l / q) | 0);
  n = (n >>> 0) + ((m / q) | 0);
  o = (o >>> 0) + ((n / q) | 0);
  p = (p >>> 0) + ((o / q) | 0);
  HIGH.set([i, j, k, l, m, n, o, p]);
  if (p >= q) add256(HIGH, HIGH, C);
}

/** r = a mod n for any a < 2^256 (below 2n, so one subtraction, always made). r may be a. */
export function reduceN(r: Uint32Array, a: Uint32Array): void {
  r.set(sub256(SPARE, a, N) ? a : SPARE);
}

/** r = a b mod n; a, b below 2^256. r may be a or b. About 250 u. */
export function mulN(r: Uint32Array, a: Uint32Array, b: Uint32Array): void {
  load(b);
  setDigits(a);
  wide(HIGH, LOW);
  load(C);
  setDigits(HIGH);
  wide(HIGH, LOW2);
  setDigits(HIGH);
  wideLast();
  reduceN(r, HIGH);
}

/** highOut 2^256 + lowOut = a b, the plain product; four different arrays. */
export function mulWide(highOut: Uint32Array, lowOut: Uint32Array, a: Uint32Array, b: Uint32Array): void {
  load(b);
  setDigits(a);
  wide(highOut, lowOut);
}

/** r = a + b mod n. */
export function addN(r: Uint32Array, a: Uint32Array, b: Uint32Array): void {
  if (add256(HIGH, a, b)) sub256(r, HIGH, N);
  else reduceN(r, HIGH);
}

/** r = -a mod n. */
export function negateN(r: Uint32Array, a: Uint32Array): void {
  sub256(HIGH, N, a);
  reduceN(r, HIGH);
}

/** r = a - b mod n. */
export function subN(r: Uint32Array, a: Uint32Array, b: Uint32Array): void {
  negateN(SUBTRAHEND, b);
  addN(r, a, SUBTRAHEND);
}
const SUBTRAHEND = element();

/** a in 1..n-1. */
export function isScalar(a: Uint32Array): boolean {
  return !isZero(a) && isLess(a, N);
}

/** A scalar of 1..n-1 from 32 big endian bytes into r; else throws `crypto-scalar`. */
export function aScalar(r: Uint32Array, bytes32: Uint8Array, name: string): void {
  if (!(bytes32 instanceof Uint8Array) || bytes32.length !== 32) throw fail('crypto-length', name + ' must be 32 bytes');
  setBytes(r, bytes32);
  if (!isScalar(r)) {
    r.fill(0);
    throw fail('crypto-scalar', name + ' must be from 1 to n - 1');
  }
}

/** Overwrites what the last products left behind. */
export function wipeScalars(): void {
  HIGH.fill(0);
  LOW.fill(0);
  LOW2.fill(0);
  SPARE.fill(0);
  SUBTRAHEND.fill(0);
}
