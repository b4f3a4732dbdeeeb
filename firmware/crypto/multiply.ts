// Multiples of any point, by the curve's endomorphism: k P = k1 P + k2 (lambda P), lambda (x, y) = (beta x, y), k1 and k2
// of about 128 bits (Gallant, Lambert, Vanstone; the constants and the rounding are those of the lattice basis that
// libsecp256k1 publishes). Two forms:
//   multiplySecret  fixed windows of four signed bits, all digits odd: one sequence of operations for every scalar;
//   multiplyPublic  width-5 non-adjacent forms, optionally with u G through the comb in the same pass (verification).
// Table: odd multiples P..15P affine, 96 bytes an entry (x, y, beta x), 768 bytes in all.
import { HALF_N, N, addN, mulN, mulWide, negateN } from './scalar';
import { convolve, element, load, mapInPlace, mul, sub } from './field';
import { add256, fromHex, isLess } from './bytes';
import { blindNext } from './blind';
import { addColumn, combColumns, combReady, combScalar, takePoint } from './comb';
import { ONE, X1, X2, Y1, Y2, Z1, ZERO, addAffine, double, invertP, lastRatio, setFinite, setInfinity } from './point';

const G1 = fromHex('3086d221a7d46bcde86c90e49284eb153daa8a1471e8ca7fe893209a45dbb031');
const G2 = fromHex('e4437ed6010e88286f547fa90abfe4c4221208ac9df506c61571b4ae8ac47f71');
const MINUS_B1 = fromHex('00000000000000000000000000000000e4437ed6010e88286f547fa90abfe4c3');
const MINUS_B2 = fromHex('fffffffffffffffffffffffffffffffe8a280ac50774346dd765cda83db1562c');
const MINUS_LAMBDA = fromHex('ac9c52b33fa3cf1f5ad9e3fd77ed9ba4a880b9fc8ec739c2e0cfc810b51283cf');
const BETA = fromHex('7ae96a2b657c07106e64479eac3434e99cf0497512f58995c1396c28719501ee');
// (1 + lambda) (2^132 - 2^129 - 1) mod n
const WINDOW_OFFSET = fromHex('76b1d93d0fae3c6b3215874b94e938137937fe0db66bcaafb3749ca5d7b6171b');
const WEIGHTS = new Uint8Array([1, 2, 4, 8, 16]);
const ENTRY_BYTES = 96;
const TABLE = new Uint32Array(8 * 24);
const K1 = element();
const K2 = element();
const T1 = element();
const T2 = element();
const T3 = element();
const SCALE = element();

// r = round(k g / 2^384)
function roundedHigh(r: Uint32Array, k: Uint32Array, g: Uint32Array): void {
  mulWide(T1, T2, k, g);
  T2.fill(0);
  T2[0] = T1[3] >>> 31;
  r.fill(0);
  for (let i = 0; i < 4; i++) r[i] = T1[4 + i];
  add256(r, r, T2);
}

// K1 + K2 lambda = k mod n, both within +-2^128 mod n.
function split(k: Uint32Array): void {
  roundedHigh(K1, k, G1);
  roundedHigh(K2, k, G2);
  mulN(K1, K1, MINUS_B1);
  mulN(K2, K2, MINUS_B2);
  addN(K2, K1, K2);
  mulN(K1, K2, MINUS_LAMBDA);
  addN(K1, K1, k);
}

/**
 * Odd multiples of the affine point (x, y). The chain P, 3P, .. 15P is computed on the isomorphic curve where 2P is affine;
 * the ratios of neighbouring z then bring all to one z. isAffine: that z is 1, at the price of an inversion; else the table
 * lies on the isomorphic curve of the last entry, and SCALE is the factor that a result's z has to be multiplied with
 * (additions and doublings do not depend on the curve's constant 7, so they are the same there).
 */
function makeTable(x: Uint32Array, y: Uint32Array, isAffine: boolean): void {
  const ratios: Uint32Array[] = [];
  const z2 = T1;
  const dx = K1;
  const dy = K2;
  const t = T2;
  const u = T3;
  const table = TABLE;
  table.set(x, 0);
  table.set(y, 8);
  X1.set(x);
  Y1.set(y);
  Z1.set(ONE);
  setFinite();
  double();
  z2.set(Z1);
  dx.set(X1);
  dy.set(Y1);
  load(z2);
  mul(t, z2);
  load(t);
  mul(X1, table.subarray(0, 8));
  mul(u, z2);
  load(u);
  mul(Y1, table.subarray(8, 16));
  Z1.set(ONE);
  if (!isAffine) {
    table.set(X1, 0);
    table.set(Y1, 8);
  }
  for (let i = 1; i < 8; i++) {
    X2.set(dx);
    Y2.set(dy);
    addAffine();
    const ratio = element();
    lastRatio(ratio);
    ratios[i] = ratio;
    table.set(X1, 24 * i);
    table.set(Y1, 24 * i + 8);
  }
  load(z2);
  mul(u, Z1);
  if (isAffine) invertP(u, u);
  else {
    SCALE.set(u);
    u.set(ONE);
  }
  for (let i = 7; i >= (isAffine ? 1 : 0); i--) {
    const entry = table.subarray(24 * i, 24 * i + 8);
    const entryY = table.subarray(24 * i + 8, 24 * i + 16);
    load(u);
    mul(t, u);
    mul(z2, t);
    load(t);
    mul(entry, entry);
    load(z2);
    mul(entryY, entryY);
    load(u);
    if (i) mul(u, ratios[i]);
  }
  load(BETA);
  for (let i = 0; i < 8; i++) mul(table.subarray(24 * i + 16, 24 * i + 24), table.subarray(24 * i, 24 * i + 8));
}

// Adds the table's odd multiple for a four-bit window: digit 2 v - 15.
function addWindow(v: number, half: number): void {
  const at = (v > 7 ? v - 8 : 7 - v) * ENTRY_BYTES;
  takePoint(TABLE.buffer, at + half, at + 32, v < 8);
  if (v > 7) sub(Y2, Y2, ZERO); // the same work for both signs
  addAffine();
}

/**
 * Accumulator = k (x, y) for a secret k, 0 < k < n. With v = (k + K) / 2 split into v1, v2 and 2^128 added to each, the
 * 132 bits of v1 and v2 read as signs give k: sum(2 v1 - (2^132 - 1)) + lambda (...) = 2 v - (1 + lambda)(2^132 - 2^129 - 1).
 */
export function multiplySecret(k: Uint32Array, x: Uint32Array, y: Uint32Array): void {
  const v = T3;
  makeTable(x, y, false);
  addN(v, k, WINDOW_OFFSET);
  const carry = add256(v, v, v[0] & 1 ? N : ZERO);
  for (let i = 0; i < 7; i++) v[i] = (v[i] >>> 1) | (v[i + 1] << 31);
  v[7] = (v[7] >>> 1) | (carry << 31);
  split(v);
  v.fill(0);
  v[4] = 1;
  addN(K1, K1, v);
  addN(K2, K2, v);
  for (let i = 32; i >= 0; i--) {
    const word = i >> 3;
    const shift = (i & 7) * 4;
    const v1 = (K1[word] >>> shift) & 15;
    const v2 = (K2[word] >>> shift) & 15;
    if (i === 32) {
      // The first point starts the accumulator in random coordinates.
      takeFirst(v1);
    } else {
      double();
      double();
      double();
      double();
      addWindow(v1, 0);
    }
    addWindow(v2, 64);
  }
  load(SCALE);
  mul(Z1, Z1);
  wipeMultiply();
}

// Accumulator = the table's point for window v as (x z^2, y z^3, z), z random.
function takeFirst(v: number): void {
  const at = (v > 7 ? v - 8 : 7 - v) * ENTRY_BYTES;
  takePoint(TABLE.buffer, at, at + 32, v < 8);
  blindNext(Z1);
  load(Z1);
  mul(T1, Z1);
  load(T1);
  mul(X1, X2);
  mul(T2, Z1);
  load(T2);
  mul(Y1, Y2);
  setFinite();
}

// Width-5 non-adjacent form of k, or of -k when k is above n/2: 132 digits, odd or zero, -15..15.
function nonAdjacent(k: Uint32Array): Int8Array {
  const bits = new Uint8Array(264);
  const digits = new Int8Array(132);
  const isNegative = isLess(HALF_N, k);
  let carry = 0;
  if (isNegative) negateN(k, k);
  mapInPlace(new Uint8Array(k.buffer), bits, undefined, -1);
  for (let i = 0; i < 131; ) {
    if (bits[i] === carry) {
      i++;
      continue;
    }
    let d = convolve(WEIGHTS, bits, i) + carry;
    carry = (d >> 4) & 1;
    d -= carry << 5;
    digits[i] = isNegative ? -d : d;
    i += 5;
  }
  return digits;
}

function addOdd(d: number, half: number): void {
  const at = ((d < 0 ? -d : d) >> 1) * ENTRY_BYTES;
  takePoint(TABLE.buffer, at + half, at + 32, d < 0);
  addAffine();
}

/** Accumulator = k (x, y) + u G, u left out or 0 <= u < n. For public values only. */
export function multiplyPublic(k: Uint32Array, x: Uint32Array, y: Uint32Array, u?: Uint32Array): void {
  makeTable(x, y, true);
  split(k);
  const a = nonAdjacent(K1);
  const b = nonAdjacent(K2);
  let columns = 0;
  if (u) {
    combReady();
    combScalar(u);
    columns = combColumns();
  }
  setInfinity();
  let isStarted = false; // a sum that is at infinity later on may be doubled: the flag stays
  for (let i = 131; i >= 0; i--) {
    if (isStarted) double();
    const d = a[i];
    const e = b[i];
    if (d) addOdd(d, 0);
    if (e) addOdd(e, 64);
    if (i < columns) addColumn(i);
    if (d || e || i < columns) isStarted = true;
  }
}

/** Overwrites the table and the scalar's parts. */
export function wipeMultiply(): void {
  TABLE.fill(0);
  K1.fill(0);
  K2.fill(0);
  T1.fill(0);
  T2.fill(0);
  T3.fill(0);
  SCALE.fill(0);
}
