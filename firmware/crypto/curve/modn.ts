// Products modulo the order n of secp256k1's group: always canonical, 0 <= x < n, Uint32Array(8) little endian words.
// The product uses the field's native columns and folds by 2^256 = C (mod n), C = 2^256 - n < 2^128.34, three times:
//   a b   = H 2^256 + L            H < 2^256, L < 2^256
//   H C   = H2 2^256 + L2          H2 < 2^128.34 (five words)
//   H2 C  = H3 2^256 + L3          H3 < 2^0.68, so 0 or 1
//   sum   = L + L2 + L3 + H3 2^256 < (3 + 1) 2^256: top <= 4 once the carry is added
//   fold  = sum mod 2^256 + top C  < 2^256 + 2^131: a carry out of it leaves less than 2^131, so one more C cannot
//   overflow
//   then below 2^256 < 2 n: one conditional subtraction.
// Doubles: columns below 2^52 (field.ts (1)), plus carries below 2^21, plus two words below 2^33: below 2^53.
// Side channels: the same operations in the same order for all values, but for the carry of the last fold (probability
// 2^-125) and the place that the chosen result is copied from.
// Leaves to others: sums, halves and what counts as a scalar (scalar.ts).
import {
  A32,
  RADIX,
  REGISTERS,
  c0,
  c1,
  c10,
  c11,
  c12,
  c13,
  c14,
  c15,
  c2,
  c3,
  c4,
  c5,
  c6,
  c7,
  c8,
  c9,
  load,
  register,
} from './field';
import { reduce, sum256 } from './words';

const C0 = 0x2fc9bebf;
const C1 = 0x402da173;
const C2 = 0x50b75fc4;
const C3 = 0x45512319;
export const ZERO = register(REGISTERS);
export const ONE = register(REGISTERS + 1);
/** The group's order, and 2^256 less it. */
export const N = register(REGISTERS + 2);
export const C = register(REGISTERS + 3);
ONE[0] = 1;
C.set([C0, C1, C2, C3, 1]);
sum256(N, ZERO, C, -1);

export const HIGH = register(10);
const LOW = register(11);
const LOW2 = register(12);

/** high 2^256 + low = digits times windows: the plain product of A32 and what load() laid out. */
export function wide(high: Uint32Array, low: Uint32Array): void {
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

/** r = x y mod n; x, y below 2^256. r may be x or y. */
export function mulN(r: Uint32Array, x: Uint32Array, y: Uint32Array): void {
  load(y);
  A32.set(x);
  wide(HIGH, LOW);
  load(C);
  A32.set(HIGH);
  wide(HIGH, LOW2);
  A32.set(HIGH);
  // The last step adds both low parts; above column 8 the product is zero. The top is folded once more.
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
  if (p >= q) sum256(HIGH, HIGH, C, 1);
  reduce(HIGH, N);
  r.set(HIGH);
}
