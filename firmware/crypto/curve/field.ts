// The prime field of secp256k1, p = 2^256 - 2^32 - 977, on doubles, with the inner loops in native calls.
// An element is Uint32Array(8), little endian words, any value below 2^256 (redundant: p is not subtracted until
// reduce()); every operation takes and gives such values, so bounds never pile up.
//
// Multiplication. One factor is read as 16 digits a_i of 16 bits (A16 shares its buffer with A32). The other, b, is
// laid out by load() as 17 overlapping windows g_d = b_d + 2^16 b_(d+1), d = -1..15 (b_-1 = b_16 = 0), descending:
// WINDOWS[15 - d] = g_d. Column t of the product in radix 2^32 is  c_t = sum_i a_i g_(2t-i)  over the i for which the
// window exists, one native dot product of two views: digits 0..2t+1 with WINDOWS[15-2t..16] for t < 8, digits
// 2t-15..15 with WINDOWS[0..] for t >= 8. c0..c15 are those 16 calls, bound to their views: no argument, no zero term,
// no array in between.
//
// Why the doubles are exact (2^53 is the limit below which every integer is a double):
//   (1) c_t <= 16 (2^16 - 1)(2^32 - 1) = 2^52 - 2^36 - 2^20 + 16 < 2^52. All terms are integers >= 0, so every partial
//   sum
//       is an integer below 2^52, whatever the order of summation.
//   (2) High half: h_t + carry, carry = floor(h_(t-1) / 2^32) <= 2^20: below 2^52 + 2^21. The top word, h_15 with its
//   carry,
//       is the product's own top word: below 2^32, since a b < 2^512.
//   (3) Fold by 2^256 = 2^32 + 977 (mod p): l_t + 977 h_t + h_(t-1) + carry with h < 2^32, l_t < 2^52 and carry <=
//   2^21:
//       below 2^52 + 978 * 2^32 + 2^21 < 2^52 + 2^42 < 2^53.
//   (4) mulSub adds 2p - u, mulSub2 adds 4p - u - 2w, word by word: a word of 2p is at least 2^33 - 2 - 1952, of 4p at
//       least 2^34 - 4 - 3904, both above the largest u, and u + 2w, so no column is negative and the sum of (3) stays
//       below 2^52 + 2^42 + 2^34 + 2^21 < 2^53.
//   (5) Carries are x / 2^32 | 0 with 0 <= x < 2^53: the quotient (a power of two, so exact) is below 2^21, |0
//   truncates it.
//   (6) After the last column: top = h_7 + carry < 2^32 + 2^21 enters as 977 top + word 0 < 2^43, and top + word 1 <
//   2^34.
//       A carry out of word 1 runs on through spread(); leaving 2^256 the remainder is below 2^64, so the second fold
//       of
//       977 + 2^32 cannot overflow again.
// Side channels: the carry out of word 1 past 2^256 - 2^64 (probability about 2^-31) and the odd/even branch of half3()
// show in time. Scalars are blinded and coordinates randomised (point.ts, comb.ts) so that neither says anything about
// a secret. Leaves to others: inversion (inverse.ts), the order n (scalar.ts), points.
import { dot, isNative, mapInPlace } from '../native/standin';

/** 2^32: columns are in this radix. */
export const RADIX = 4294967296;

// One block of memory for the digits of one factor, the windows of the other (WINDOWS[15 - d] = g_d), and all numbers
// that outlive a function: a view on it costs Espruino two variables, an array of its own seven.
export const REGISTERS = 32;
export const MEMORY = new ArrayBuffer(256 + 32 * (REGISTERS + 9));
export const WINDOWS = new Float64Array(MEMORY, 0, 17);
export const A32 = new Uint32Array(MEMORY, 136, 8);
const A16 = new Uint16Array(MEMORY, 136, 16);

// Column t of the product. Bound to its views: no argument, no zero term.
export const c0: () => number = dot.bind(undefined, A16.subarray(0, 2), WINDOWS.subarray(15));
export const c1: () => number = dot.bind(undefined, A16.subarray(0, 4), WINDOWS.subarray(13));
export const c2: () => number = dot.bind(undefined, A16.subarray(0, 6), WINDOWS.subarray(11));
export const c3: () => number = dot.bind(undefined, A16.subarray(0, 8), WINDOWS.subarray(9));
export const c4: () => number = dot.bind(undefined, A16.subarray(0, 10), WINDOWS.subarray(7));
export const c5: () => number = dot.bind(undefined, A16.subarray(0, 12), WINDOWS.subarray(5));
export const c6: () => number = dot.bind(undefined, A16.subarray(0, 14), WINDOWS.subarray(3));
export const c7: () => number = dot.bind(undefined, A16, WINDOWS.subarray(1));
export const c8: () => number = dot.bind(undefined, A16.subarray(1), WINDOWS);
export const c9: () => number = dot.bind(undefined, A16.subarray(3), WINDOWS);
export const c10: () => number = dot.bind(undefined, A16.subarray(5), WINDOWS);
export const c11: () => number = dot.bind(undefined, A16.subarray(7), WINDOWS);
export const c12: () => number = dot.bind(undefined, A16.subarray(9), WINDOWS);
export const c13: () => number = dot.bind(undefined, A16.subarray(11), WINDOWS);
export const c14: () => number = dot.bind(undefined, A16.subarray(13), WINDOWS);
export const c15: () => number = dot.bind(undefined, A16.subarray(15), WINDOWS);

/**
 * Number i of the memory. 0..REGISTERS - 1 are registers, which wipeField clears; above are constants and what blinds.
 */
export function register(i: number): Uint32Array {
  return new Uint32Array(MEMORY, 256 + 32 * i, 8);
}

/** A new element, zero. */
export function element(): Uint32Array {
  return new Uint32Array(8);
}

// Native path of load(): the element at byte 0 and again at byte 34 of 68 bytes; their 17 words are then the even and
// the odd windows, and ORDER sorts them. Typed arrays at odd multiples of two bytes are Espruino's own.
const W_EVEN = new Uint32Array(MEMORY, 168, 8);
const W_ODD = isNative ? new Uint32Array(MEMORY, 202, 8) : W_EVEN;
const W_ALL = new Uint32Array(MEMORY, 168, 17);
const ORDER = new Uint8Array(MEMORY, 236, 17);
ORDER.set([16, 7, 15, 6, 14, 5, 13, 4, 12, 3, 11, 2, 10, 1, 9, 0, 8]);

/** Lays out the windows of b: the second factor of every multiplication until the next load. */
export const load: (b: Uint32Array) => void = isNative
  ? function (b: Uint32Array): void {
      W_EVEN.set(b);
      W_ODD.set(b);
      mapInPlace(ORDER, WINDOWS, W_ALL);
    }
  : function (b: Uint32Array): void {
      let low = 0;
      for (let i = 0; i < 8; i++) {
        const x = b[i];
        WINDOWS[16 - 2 * i] = low + (x % 65536) * 65536;
        WINDOWS[15 - 2 * i] = x;
        low = x >>> 16;
      }
      WINDOWS[0] = low;
    };

function spread(r: Uint32Array, carry: number): void {
  let x = 0;
  for (let i = 2; i < 8 && carry; i++) {
    x = r[i] + carry;
    r[i] = x;
    carry = (x / RADIX) | 0;
  }
  if (carry) {
    x = r[0] + 977;
    r[0] = x;
    x = r[1] + 1 + ((x / RADIX) | 0);
    r[1] = x;
    if (x >= RADIX) spread(r, 1);
  }
}

// a..h are the high columns, normalised to words as they come, i..p the low ones, which take the folded high words.

/** r = v * (loaded factor). r may be v. */
export function mul(r: Uint32Array, v: Uint32Array): void {
  A32.set(v);
  const q = RADIX;
  let a = c8();
  let b = c9() + ((a / q) | 0);
  let i = c0() + 977 * (a >>>= 0);
  let c = c10() + ((b / q) | 0);
  let j = c1() + 977 * (b >>>= 0) + a + ((i / q) | 0);
  let d = c11() + ((c / q) | 0);
  const k = c2() + 977 * (c >>>= 0) + b + ((j / q) | 0);
  let e = c12() + ((d / q) | 0);
  const l = c3() + 977 * (d >>>= 0) + c + ((k / q) | 0);
  let f = c13() + ((e / q) | 0);
  const m = c4() + 977 * (e >>>= 0) + d + ((l / q) | 0);
  let g = c14() + ((f / q) | 0);
  const n = c5() + 977 * (f >>>= 0) + e + ((m / q) | 0);
  let h = c15() + ((g / q) | 0);
  const o = c6() + 977 * (g >>>= 0) + f + ((n / q) | 0);
  const p = c7() + 977 * h + g + ((o / q) | 0);
  h += (p / q) | 0;
  i = (i >>> 0) + 977 * h;
  j = (j >>> 0) + h + ((i / q) | 0);
  r.set([i, j, k, l, m, n, o, p]);
  if (j >= q) spread(r, (j / q) | 0);
}

/** r = v * (loaded factor) - u. r may be v or u. */
export function mulSub(r: Uint32Array, v: Uint32Array, u: Uint32Array): void {
  A32.set(v);
  const q = RADIX;
  const x = q * 2 - 2;
  let a = c8();
  let b = c9() + ((a / q) | 0);
  let i = c0() + 977 * (a >>>= 0) + x - 1952 - u[0];
  let c = c10() + ((b / q) | 0);
  let j = c1() + 977 * (b >>>= 0) + a + ((i / q) | 0) + x - 2 - u[1];
  let d = c11() + ((c / q) | 0);
  const k = c2() + 977 * (c >>>= 0) + b + ((j / q) | 0) + x - u[2];
  let e = c12() + ((d / q) | 0);
  const l = c3() + 977 * (d >>>= 0) + c + ((k / q) | 0) + x - u[3];
  let f = c13() + ((e / q) | 0);
  const m = c4() + 977 * (e >>>= 0) + d + ((l / q) | 0) + x - u[4];
  let g = c14() + ((f / q) | 0);
  const n = c5() + 977 * (f >>>= 0) + e + ((m / q) | 0) + x - u[5];
  let h = c15() + ((g / q) | 0);
  const o = c6() + 977 * (g >>>= 0) + f + ((n / q) | 0) + x - u[6];
  const p = c7() + 977 * h + g + ((o / q) | 0) + x - u[7];
  h += (p / q) | 0;
  i = (i >>> 0) + 977 * h;
  j = (j >>> 0) + h + ((i / q) | 0);
  r.set([i, j, k, l, m, n, o, p]);
  if (j >= q) spread(r, (j / q) | 0);
}

/** r = v * (loaded factor) - u - 2 w. r may be any of them. */
export function mulSub2(r: Uint32Array, v: Uint32Array, u: Uint32Array, w: Uint32Array): void {
  A32.set(v);
  const q = RADIX;
  const x = q * 4 - 4;
  let a = c8();
  let b = c9() + ((a / q) | 0);
  let i = c0() + 977 * (a >>>= 0) + x - 3904 - u[0] - 2 * w[0];
  let c = c10() + ((b / q) | 0);
  let j = c1() + 977 * (b >>>= 0) + a + ((i / q) | 0) + x - 4 - u[1] - 2 * w[1];
  let d = c11() + ((c / q) | 0);
  const k = c2() + 977 * (c >>>= 0) + b + ((j / q) | 0) + x - u[2] - 2 * w[2];
  let e = c12() + ((d / q) | 0);
  const l = c3() + 977 * (d >>>= 0) + c + ((k / q) | 0) + x - u[3] - 2 * w[3];
  let f = c13() + ((e / q) | 0);
  const m = c4() + 977 * (e >>>= 0) + d + ((l / q) | 0) + x - u[4] - 2 * w[4];
  let g = c14() + ((f / q) | 0);
  const n = c5() + 977 * (f >>>= 0) + e + ((m / q) | 0) + x - u[5] - 2 * w[5];
  let h = c15() + ((g / q) | 0);
  const o = c6() + 977 * (g >>>= 0) + f + ((n / q) | 0) + x - u[6] - 2 * w[6];
  const p = c7() + 977 * h + g + ((o / q) | 0) + x - u[7] - 2 * w[7];
  h += (p / q) | 0;
  i = (i >>> 0) + 977 * h;
  j = (j >>> 0) + h + ((i / q) | 0);
  r.set([i, j, k, l, m, n, o, p]);
  if (j >= q) spread(r, (j / q) | 0);
}

/** r = y - z (2p is added so that no word is negative, then 2^256 is folded). */
export function sub(r: Uint32Array, y: Uint32Array, z: Uint32Array): void {
  const q = RADIX;
  const x = q * 2 - 2;
  let a = y[0] - z[0] + x - 1952;
  let b = y[1] - z[1] + x - 2 + ((a / q) | 0);
  const c = y[2] - z[2] + x + ((b / q) | 0);
  const d = y[3] - z[3] + x + ((c / q) | 0);
  const e = y[4] - z[4] + x + ((d / q) | 0);
  const f = y[5] - z[5] + x + ((e / q) | 0);
  const g = y[6] - z[6] + x + ((f / q) | 0);
  const h = y[7] - z[7] + x + ((g / q) | 0);
  const i = (h / q) | 0;
  a = (a >>> 0) + 977 * i;
  b = (b >>> 0) + i + ((a / q) | 0);
  r.set([a, b, c, d, e, f, g, h]);
  if (b >= q) spread(r, 1);
}

/**
 * r = 3r/2, for the doubling formula: 3r, plus p when r is odd, shifted down by one bit. 3r + p < 2^258, words below
 * 2^35.
 */
export function half3(r: Uint32Array): void {
  const q = RADIX;
  let a = r[0] * 3;
  const v = a & 1 ? q - 1 : 0;
  const w = a & 1;
  a += v - 976 * w;
  let b = r[1] * 3 + v - w + ((a / q) | 0);
  const c = r[2] * 3 + v + ((b / q) | 0);
  const d = r[3] * 3 + v + ((c / q) | 0);
  const e = r[4] * 3 + v + ((d / q) | 0);
  const f = r[5] * 3 + v + ((e / q) | 0);
  const g = r[6] * 3 + v + ((f / q) | 0);
  const h = r[7] * 3 + v + ((g / q) | 0);
  const x = (h / q) | 0;
  a = (((a >>> 1) | (b << 31)) >>> 0) + 977 * (x >> 1);
  b = (((b >>> 1) | (c << 31)) >>> 0) + (x >> 1) + ((a / q) | 0);
  r.set([
    a,
    b,
    (c >>> 1) | (d << 31),
    (d >>> 1) | (e << 31),
    (e >>> 1) | (f << 31),
    (f >>> 1) | (g << 31),
    (g >>> 1) | (h << 31),
    (h >>> 1) | (x << 31),
  ]);
  if (b >= q) spread(r, 1);
}

/** Overwrites all registers, and the operands and windows of the last product. */
export function wipeField(): void {
  new Uint32Array(MEMORY, 256, 8 * REGISTERS).fill(0);
  A32.fill(0);
  load(A32);
}
