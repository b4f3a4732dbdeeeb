// Multiples of the base point: a comb (Lim and Lee) with signed digits, all of them odd, so one sequence for every scalar.
// k is written as sum of +-2^i, i = 0..255: with C = (k + 2^256 - 1) / 2 mod n, the sign of 2^i is bit i of C.
// Bit (8 b + j) S + i belongs to block b, tooth j, column i; S = 32 / blocks columns. A table entry (64 bytes, x then y as
// little endian words) of block b is  2^(8bS) (2^(7S) + sum_(j<7) +-2^(jS)) G, the signs by the index's bits, 128 to a
// block; the other 128 combinations are their negatives.
// The table: Storage file `comb` (8 blocks, 64 KB, stays in flash), else computed: 8 blocks, or 1 on Espruino where RAM is dear.
// Blinding: a secret k is multiplied as (k - 2^(S-1) b) G + 2^(S-1) (b G), starting from b G in coordinates that nobody
// outside knows; b is doubled before every use. So neither the digits nor the coordinates of two uses have anything to do
// with each other or with k. Look-ups go to addresses given by blinded digits, and a negative one takes a subtraction more.
// Leaves to others: multiples of other points (multiply.ts).
import { add256, fromHex } from './bytes';
import { blindGeneration, blindNext } from './blind';
import { IS_NATIVE, convolve, element, mapInPlace, sub } from './field';
import { GX, GY, ONE, X1, X2, Y1, Y2, Z1, ZERO, addAffine, double, setFinite, setInfinity, toAffine } from './point';
import { N, addN, subN } from './scalar';

/** Blocks of a whole table, and bytes of a block. */
export const COMB_BLOCKS = 8;
export const COMB_BLOCK_BYTES = 8192;
// The table as buffers of up to four blocks: Espruino's views end at byte 65,535.
const PART_BLOCKS = 4;
const PART_BYTES = 32768;

let parts: ArrayBuffer[] = [];
let blocks = 0;
let columnCount = 0;
let weights = new Uint8Array(0);
const BITS = new Uint8Array(256);
const RECODED = element();
const RECODED_BYTES = new Uint8Array(RECODED.buffer);
// (2^256 - 1) / 2 mod n
const OFFSET = fromHex('00000000000000000000000000000000a2a8918ca85bafe22016d0b997e4df5f');

function useTable(buffers: ArrayBuffer[], count: number): void {
  parts = buffers;
  blocks = count;
  columnCount = 32 / count;
  weights = new Uint8Array(7 * columnCount + 1);
  for (let j = 0; j < 8; j++) weights[j * columnCount] = 1 << j;
}

function putEntry(words: Uint32Array, at: number): void {
  words.set(X1, at);
  words.set(Y1, at + 8);
}

/** Computes a table of 1, 2, 4 or 8 blocks: the contents of Storage file `comb` for 8. */
export function computeComb(count: number): ArrayBuffer[] {
  const spacing = 32 / count;
  const buffers: ArrayBuffer[] = [];
  const teeth = new Uint32Array(8 * 16);
  const doubled = new Uint32Array(8 * 16);
  const powerX = element();
  const powerY = element();
  powerX.set(GX);
  powerY.set(GY);
  for (let b = 0; b < count; b++) {
    if (b % PART_BLOCKS === 0) buffers.push(new ArrayBuffer(COMB_BLOCK_BYTES * (count < PART_BLOCKS ? count : PART_BLOCKS)));
    const words = new Uint32Array(buffers[buffers.length - 1], (b % PART_BLOCKS) * COMB_BLOCK_BYTES, 2048);
    for (let j = 0; j < 8; j++) {
      for (let i = 0; i < spacing; i++) {
        X1.set(powerX);
        Y1.set(powerY);
        Z1.set(ONE);
        setFinite();
        if (!i) putEntry(teeth, 16 * j);
        double();
        toAffine();
        if (!i) putEntry(doubled, 16 * j);
        powerX.set(X1);
        powerY.set(Y1);
      }
    }
    // entry 0: tooth 7 less all the others; entry e: entry e without its lowest bit, plus twice that bit's tooth
    X1.set(teeth.subarray(112, 120));
    Y1.set(teeth.subarray(120, 128));
    Z1.set(ONE);
    for (let j = 0; j < 7; j++) {
      X2.set(teeth.subarray(16 * j, 16 * j + 8));
      sub(Y2, ZERO, teeth.subarray(16 * j + 8, 16 * j + 16));
      addAffine();
    }
    toAffine();
    putEntry(words, 0);
    for (let e = 1; e < 128; e++) {
      const from = (e & (e - 1)) * 16;
      let j = 0;
      while (!((e >> j) & 1)) j++;
      X1.set(words.subarray(from, from + 8));
      Y1.set(words.subarray(from + 8, from + 16));
      X2.set(doubled.subarray(16 * j, 16 * j + 8));
      Y2.set(doubled.subarray(16 * j + 8, 16 * j + 16));
      addAffine();
      toAffine();
      putEntry(words, 16 * e);
    }
  }
  return buffers;
}

// Storage's table when it is there and whole, else undefined.
function storedComb(): ArrayBuffer[] | undefined {
  if (typeof E === 'undefined' || typeof require === 'undefined') return undefined;
  try {
    const storage = require('Storage');
    const first = storage.read('comb', 0, PART_BYTES);
    const second = storage.read('comb', PART_BYTES, PART_BYTES);
    if (!first || !second || second.length !== PART_BYTES) return undefined;
    return [E.toArrayBuffer(first), E.toArrayBuffer(second)];
  } catch (e) {
    return undefined;
  }
}

/** Finds or makes the table; called by every use, does something only once. */
export function combReady(): void {
  if (blocks) return;
  const stored = storedComb();
  if (stored) useTable(stored, COMB_BLOCKS);
  else useTable(computeComb(IS_NATIVE ? 1 : COMB_BLOCKS), IS_NATIVE ? 1 : COMB_BLOCKS);
}

/** Columns of the comb in use: the doublings of a multiplication, plus one. */
export function combColumns(): number {
  return columnCount;
}

/** Entries of the table in use. */
export function combEntries(): number {
  return 128 * blocks;
}

/** (X2, Y2) = entry i of the table, for the self-test. */
export function combEntry(i: number): void {
  const at = (i % (128 * PART_BLOCKS)) * 64;
  takePoint(parts[(i / (128 * PART_BLOCKS)) | 0], at, at + 32, false);
}

/** (X2, Y2) = the table point at byte x (and y) of buffer, negated when asked. */
export function takePoint(buffer: ArrayBufferLike, x: number, y: number, isNegative: boolean): void {
  X2.set(new Uint32Array(buffer, x, 8));
  Y2.set(new Uint32Array(buffer, y, 8));
  if (isNegative) sub(Y2, ZERO, Y2);
}

let current: Uint32Array | undefined;

/** Are the signs that addColumn reads still those of this array, as combScalar found it. */
export function isCombScalar(k: Uint32Array): boolean {
  return current === k;
}

/** Takes scalar k (0 <= k < n) apart into the signs that addColumn reads. */
export function combScalar(k: Uint32Array): void {
  const r = RECODED;
  // half of k mod n: (k or k + n) / 2, the addition made in both cases
  const carry = add256(r, k, k[0] & 1 ? N : ZERO);
  for (let i = 0; i < 7; i++) r[i] = (r[i] >>> 1) | (r[i + 1] << 31);
  r[7] = (r[7] >>> 1) | (carry << 31);
  addN(r, r, OFFSET);
  mapInPlace(RECODED_BYTES, BITS, undefined, -1);
  r.fill(0);
  current = k;
}

/** Adds the points of column i of all blocks to the accumulator. */
export function addColumn(i: number): void {
  const bits = BITS;
  const w = weights;
  const step = 8 * columnCount;
  for (let b = 0; b < blocks; b++) {
    const digit = convolve(w, bits, b * step + i);
    const at = ((b % PART_BLOCKS) * 128 + (digit > 127 ? digit - 128 : 127 - digit)) * 64;
    takePoint(parts[(b / PART_BLOCKS) | 0], at, at + 32, digit < 128);
    addAffine();
  }
}

function runComb(): void {
  for (let i = columnCount - 1; i > 0; i--) {
    addColumn(i);
    double();
  }
  addColumn(0);
  BITS.fill(0);
  current = undefined;
}

/** Accumulator = k G, for k that need not be kept secret (0 <= k < n). */
export function multiplyBasePublic(k: Uint32Array): void {
  combReady();
  combScalar(k);
  setInfinity();
  runComb();
}

const BLIND_X = element();
const BLIND_Y = element();
const BLIND_Z = element();
const BLIND_K = element();
let blindMade = -1;

function keepBlind(): void {
  BLIND_X.set(X1);
  BLIND_Y.set(Y1);
  BLIND_Z.set(Z1);
}

// b G and 2^(S-1) b, anew after a seeding.
function makeBlind(): void {
  blindNext(BLIND_K);
  multiplyBasePublic(BLIND_K);
  keepBlind();
  for (let i = 1; i < columnCount; i++) addN(BLIND_K, BLIND_K, BLIND_K);
  blindMade = blindGeneration();
}

/** Accumulator = k G for a secret k, 0 < k < n: the same point operations for every k, on blinded values. */
export function multiplyBase(k: Uint32Array): void {
  combReady();
  if (blindMade < 0 || blindMade !== blindGeneration()) makeBlind();
  X1.set(BLIND_X);
  Y1.set(BLIND_Y);
  Z1.set(BLIND_Z);
  setFinite();
  double();
  keepBlind();
  addN(BLIND_K, BLIND_K, BLIND_K);
  subN(RECODED, k, BLIND_K);
  combScalar(RECODED);
  runComb();
}
