// Multiples of any point, by the curve's endomorphism: k P = k1 P + k2 (lambda P), lambda (x, y) = (beta x, y), k1 and
// k2 of about 128 bits (Gallant, Lambert, Vanstone; the constants and the rounding are those of the lattice basis that
// libsecp256k1 publishes). Two forms:
//   multiplySecret  fixed windows of four signed bits, all digits odd: one sequence of operations for every scalar;
//   multiplyPublic  width-5 non-adjacent forms, with u G through the comb in the same pass (verification).
// Both in steps, between which anything else may be computed.
// Table: odd multiples P..15P, 96 bytes an entry (x, y, beta x), 768 bytes in all, there only while it is used.
import { invertP } from './affine';
import { fromHex } from '../bytes';
import { blindNext } from './blind';
import { addColumn, combColumns, combEnd, combReady, combScalar } from './comb';
import { A32, MEMORY, load, mul, register, sub } from './field';
import { ONE, ZERO, mulN, wide } from './modn';
import { ACCUMULATOR, TB, X1, X2, Y1, Y2, Z1, addAffine, double, isInfinity, setInfinity, takePoint } from './point';
import { addN, halveN, subN } from './scalar';
import { dot, mapInPlace } from '../native/standin';
import { isLess, isZero, sum256 } from './words';

const ENTRY_BYTES = 96;
const K1 = register(15);
const K2 = register(16);
const T1 = register(17);
const T2 = register(18);
const T3 = register(25);
const SCALE = register(20);
let table: ArrayBufferLike = MEMORY;

// K1 + K2 lambda = k mod n, both within +-2^128 mod n: K2 = c1 (-b1) - c2 b2 with c = round(k g / 2^384), g =
// round(2^384 b / n). The upper half of g is b: for b2 as it is, for -b1 one too high.
function split(k: Uint32Array): void {
  const g1 = fromHex('3086d221a7d46bcde86c90e49284eb153daa8a1471e8ca7fe893209a45dbb031');
  const g2 = fromHex('e4437ed6010e88286f547fa90abfe4c4221208ac9df506c61571b4ae8ac47f71');
  for (let i = 0; i < 2; i++) {
    const c = i ? K2 : K1;
    load(i ? g2 : g1);
    A32.set(k);
    wide(T1, T2);
    T2.fill(0);
    T2[0] = T1[3] >>> 31;
    c.fill(0);
    c.set(T1.subarray(4));
    sum256(c, c, T2, 1);
  }
  T1.fill(0);
  T1.set(g2.subarray(4));
  T1[0]--;
  T2.fill(0);
  T2.set(g1.subarray(4));
  mulN(K1, K1, T1);
  mulN(K2, K2, T2);
  subN(K2, K1, K2);
  // less lambda
  T1.set(fromHex('ac9c52b33fa3cf1f5ad9e3fd77ed9ba4a880b9fc8ec739c2e0cfc810b51283cf'));
  mulN(K1, K2, T1);
  addN(K1, K1, k);
}

/**
 * Odd multiples of the affine point (x, y). The chain P, 3P, .. 15P is computed on the isomorphic curve where 2P is
 * affine; the ratios of neighbouring z then bring all to one z. isAffine: that z is 1, at the price of an inversion;
 * else the table lies on the isomorphic curve of the last entry, and SCALE is the factor that a result's z has to be
 * multiplied with (additions and doublings do not depend on the curve's constant 7, so they are the same there).
 */
function makeTable(x: Uint32Array, y: Uint32Array, isAffine: boolean): void {
  const words = new Uint32Array(8 * 24);
  const t = T2;
  const u = T3;
  X1.set(x);
  Y1.set(y);
  Z1.set(ONE);
  setInfinity(false);
  double();
  T1.set(Z1);
  K1.set(X1);
  K2.set(Y1);
  load(T1);
  mul(t, T1);
  mul(u, t);
  load(t);
  mul(X1, x);
  load(u);
  mul(Y1, y);
  Z1.set(ONE);
  for (let i = 0; i < 8; i++) {
    if (i) {
      X2.set(K1);
      Y2.set(K2);
      addAffine();
    }
    // the third place keeps the ratio of this z to the one before until it gets beta x
    words.set(ACCUMULATOR.subarray(0, 16), 24 * i);
    words.set(TB, 24 * i + 16);
  }
  load(T1);
  mul(u, Z1);
  if (isAffine) invertP(u);
  else {
    SCALE.set(u);
    u.set(ONE);
  }
  for (let i = 7; i >= 0; i--) {
    const entry = words.subarray(24 * i, 24 * i + 8);
    const entryY = words.subarray(24 * i + 8, 24 * i + 16);
    load(u);
    mul(t, u);
    mul(T1, t);
    mul(u, words.subarray(24 * i + 16, 24 * i + 24));
    load(t);
    mul(entry, entry);
    load(T1);
    mul(entryY, entryY);
  }
  load(fromHex('7ae96a2b657c07106e64479eac3434e99cf0497512f58995c1396c28719501ee'));
  for (let i = 0; i < 192; i += 24) mul(words.subarray(i + 16, i + 24), words.subarray(i, i + 8));
  table = words.buffer;
}

// (X2, Y2) = d P, or of lambda P for half = 64; d odd, -15..15.
function takeOdd(d: number, half: number): void {
  const at = ((d < 0 ? -d : d) >> 1) * ENTRY_BYTES;
  takePoint(table, at + half, at + 32, d < 0);
}

/**
 * k (x, y) for a secret k under way: the table, how many digits are left, and in `secret` the two halves of the scalar
 * (words 0 and 8), the sum so far (16; z = 0: infinity), the factor of the table's z (40). Whoever gives up overwrites
 * `secret`.
 */
export interface SecretMultiple {
  table: ArrayBufferLike;
  left: number;
  secret: Uint32Array;
}

/** Digits of each half of the scalar. */
const SECRET_DIGITS = 33;
const SUM_AT = 16;
const SCALE_AT = 40;
const SECRET_WORDS = 48;

/**
 * Begins k (x, y) for a secret k, 0 < k < n. With v = (k + K) / 2 split into v1, v2 and 2^128 added to each, the
 * 132 bits of v1 and v2 read as signs give k: sum(2 v1 - (2^132 - 1)) + lambda (...) = 2 v - (1 + lambda)(2^132 - 2^129
 * - 1).
 */
export function startSecret(k: Uint32Array, x: Uint32Array, y: Uint32Array): SecretMultiple {
  const v = T3;
  const secret = new Uint32Array(SECRET_WORDS);
  makeTable(x, y, false);
  // K = (1 + lambda) (2^132 - 2^129 - 1) mod n
  addN(v, k, fromHex('76b1d93d0fae3c6b3215874b94e938137937fe0db66bcaafb3749ca5d7b6171b'));
  halveN(v, v);
  split(v);
  v.fill(0);
  v[4] = 1;
  addN(K1, K1, v);
  addN(K2, K2, v);
  secret.set(K1);
  secret.set(K2, 8);
  secret.set(SCALE, SCALE_AT);
  const made = table;
  table = MEMORY;
  return { table: made, left: SECRET_DIGITS, secret: secret };
}

/** The first point starts the accumulator in random coordinates: (x z^2, y z^3, z). */
function startBlind(): void {
  blindNext(Z1);
  load(Z1);
  mul(T1, Z1);
  mul(T2, T1);
  load(T1);
  mul(X1, X2);
  load(T2);
  mul(Y1, Y2);
  setInfinity(false);
}

/** Takes nDigits of those that are left; true while there are any, then the accumulator is the multiple. */
export function stepSecret(m: SecretMultiple, nDigits: number): boolean {
  const secret = m.secret;
  table = m.table;
  ACCUMULATOR.set(secret.subarray(SUM_AT, SCALE_AT));
  setInfinity(isZero(Z1));
  for (let n = nDigits; n && m.left; n--) {
    const isFirst = m.left === SECRET_DIGITS;
    const i = --m.left;
    if (!isFirst) {
      double();
      double();
      double();
      double();
    }
    for (let half = 0; half < 2; half++) {
      const d = ((secret[8 * half + (i >> 3)] >>> ((i & 7) * 4)) & 15) * 2 - 15;
      takeOdd(d, 64 * half);
      if (d > 0) sub(Y2, Y2, ZERO); // the same work for both signs
      if (isFirst && !half) startBlind();
      else addAffine();
    }
  }
  table = MEMORY;
  if (m.left) {
    if (isInfinity) Z1.fill(0);
    secret.set(ACCUMULATOR, SUM_AT);
    return true;
  }
  load(secret.subarray(SCALE_AT));
  mul(Z1, Z1);
  secret.fill(0);
  return false;
}

// Width-5 non-adjacent form of k, or of -k when k is above n/2: 132 digits into out[at..], odd + 16 (1..31), or 0 for
// zero.
function nonAdjacent(k: Uint32Array, out: Uint8Array, at: number): void {
  const bits = new Uint8Array(256);
  const weights = new Uint8Array([1, 2, 4, 8, 16]);
  let carry = 0;
  subN(T1, ZERO, k);
  const isNegative = isLess(T1, k);
  if (isNegative) k.set(T1);
  mapInPlace(new Uint8Array(k.buffer, k.byteOffset, 32), bits, undefined, -1);
  for (let i = 0; i < 131;) {
    if (bits[i] === carry) {
      i++;
      continue;
    }
    let d = dot(weights, bits, i) + carry;
    carry = (d >> 4) & 1;
    d -= carry << 5;
    out[at + i] = 16 + (isNegative ? -d : d);
    i += 5;
  }
}

/** k (x, y) + u G under way: the table, the digits and how many are left, u, the sum so far (z = 0: infinity). */
export interface Multiple {
  table: ArrayBufferLike;
  digits: Uint8Array;
  left: number;
  u: Uint32Array;
  sum: Uint32Array;
}

/** Begins k (x, y) + u G, 0 <= u < n; k is used up. For public values only. */
export function startPublic(k: Uint32Array, x: Uint32Array, y: Uint32Array, u: Uint32Array): Multiple {
  const digits = new Uint8Array(264);
  combReady();
  makeTable(x, y, true);
  split(k);
  nonAdjacent(K1, digits, 0);
  nonAdjacent(K2, digits, 132);
  const made = table;
  table = MEMORY;
  return { table: made, digits: digits, left: 132, u: new Uint32Array(u), sum: new Uint32Array(24) };
}

/** Takes nDigits of those that are left; true while there are any, then the accumulator is the multiple. */
export function stepPublic(m: Multiple, nDigits: number): boolean {
  table = m.table;
  ACCUMULATOR.set(m.sum);
  setInfinity(isZero(Z1));
  combScalar(m.u);
  for (let n = nDigits; n && m.left; n--) {
    const i = --m.left;
    if (!isInfinity) double();
    for (let half = 0; half < 2; half++) {
      const d = m.digits[132 * half + i];
      if (d) {
        takeOdd(d - 16, 64 * half);
        addAffine();
      }
    }
    if (i < combColumns) addColumn(i);
  }
  if (isInfinity) Z1.fill(0);
  m.sum.set(ACCUMULATOR);
  table = MEMORY;
  combEnd();
  return m.left > 0;
}

/** Accumulator = k (x, y) + u G, in one go. */
export function multiplyPublic(k: Uint32Array, x: Uint32Array, y: Uint32Array, u: Uint32Array): void {
  stepPublic(startPublic(k, x, y, u), 132);
}
