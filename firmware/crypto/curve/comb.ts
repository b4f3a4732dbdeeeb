// Multiples of the base point: a comb (Lim and Lee) with signed digits, all of them odd, so one sequence for every
// scalar. k is written as sum of +-2^i, i = 0..255: with C = (k + 2^256 - 1) / 2 mod n, the sign of 2^i is bit i of C.
// Bit (8 b + j) S + i belongs to block b, tooth j, column i; S = 32 / blocks columns. A table entry (64 bytes, x then y
// as little endian words) of block b is  2^(8bS) (2^(7S) + sum_(j<7) +-2^(jS)) G, the signs by the index's bits, 128 to
// a block; the other 128 combinations are their negatives.
// The table: Storage file `comb` (8 blocks, 64 KB, stays in flash), else computed: 8 blocks, or 1 on Espruino where RAM
// is dear. Blinding: a secret k is multiplied as (k - 2^(S-1) b) G + 2^(S-1) (b G), starting from b G in coordinates
// that nobody outside knows; b is doubled before every use. So neither the digits nor the coordinates of two uses have
// anything to do with each other or with k. Look-ups go to addresses given by blinded digits, and a negative one takes
// a subtraction more. Leaves to others: making the table (comb-table.ts), multiples of other points (multiply.ts).
import { NO_BYTES } from '../bytes';
import { toAffine } from './affine';
import { blindGeneration, blindNext } from './blind';
import { COMB_BLOCKS, COMB_BLOCK_BYTES, COMB_PART_BLOCKS, computeComb } from './comb-table';
import { MEMORY, REGISTERS, register, sub } from './field';
import { C, ZERO } from './modn';
import { ACCUMULATOR, X2, Y2, addAffine, double, setInfinity } from './point';
import { addN, halveN, subN } from './scalar';
import { dot, isNative, mapInPlace } from '../native/standin';

const PART_BYTES = COMB_PART_BLOCKS * COMB_BLOCK_BYTES;
/** The table, in buffers of four blocks or fewer. */
export let combParts: ArrayBuffer[] = [];
/** Blocks of the table in use; 0 before combReady. */
export let combBlocks = 0;
/** Its columns: the doublings of a multiplication, plus one. */
export let combColumns = 0;
let weights = new Uint8Array(0);
/** The signs of a scalar, one a byte: from combScalar to combEnd. */
let bits = NO_BYTES;
const SIGNS = register(25);
// X2 and Y2 in one
const OPERAND = new Uint32Array(MEMORY, 256 + 32 * 3, 16);
const BLINDED = register(24);

/**
 * Finds or makes the table; does something only once. Making it overwrites the registers of points, so whatever begins
 * a multiplication calls this first, before it puts anything there: multiplyBase, startPublic, batchStart.
 */
export function combReady(): void {
  if (combBlocks) return;
  let count = COMB_BLOCKS;
  if (typeof E !== 'undefined' && typeof require !== 'undefined')
    try {
      const storage = require('Storage');
      for (let i = 0; i < 2; i++)
        combParts.push(E.toArrayBuffer(storage.read('comb', i * PART_BYTES, PART_BYTES) as string));
    } catch (e) {
      combParts = [];
    }
  if (!combParts[1] || combParts[1].byteLength !== PART_BYTES) {
    if (isNative) count = 1;
    combParts = computeComb(count);
  }
  combColumns = 32 / count;
  weights = new Uint8Array(7 * combColumns + 1);
  for (let j = 0; j < 8; j++) weights[j * combColumns] = 1 << j;
  combBlocks = count;
}

/**
 * Takes scalar k (0 <= k < n) apart into the signs that addColumn reads, until combEnd. The table must be ready
 * (combReady).
 */
export function combScalar(k: Uint32Array): void {
  const r = SIGNS;
  // (k + 2^256 - 1) / 2, where 2^256 - 1 = C - 1 (mod n)
  r.set(C);
  r[0]--;
  addN(r, k, r);
  halveN(r, r);
  bits = new Uint8Array(256);
  mapInPlace(new Uint8Array(r.buffer, r.byteOffset, 32), bits, undefined, -1);
  r.fill(0);
}

/** Overwrites the signs and lets go of them: they take as much room as a transaction's output. */
export function combEnd(): void {
  bits.fill(0);
  bits = NO_BYTES;
}

/** Adds the points of column i of all blocks to the accumulator. */
export function addColumn(i: number): void {
  const n = combBlocks;
  const step = 8 * combColumns;
  for (let b = 0; b < n; b++) {
    const digit = dot(weights, bits, b * step + i);
    const at = ((b % COMB_PART_BLOCKS) * 128 + (digit > 127 ? digit - 128 : 127 - digit)) * 64;
    OPERAND.set(new Uint32Array(combParts[(b / COMB_PART_BLOCKS) | 0], at, 16));
    if (digit < 128) sub(Y2, ZERO, Y2);
    addAffine();
  }
}

// b G, kept in the coordinates of its last use, and 2^(S-1) b; which seeding they are of.
const BLIND_POINT = new Uint32Array(MEMORY, 256 + 32 * (REGISTERS + 5), 24);
const BLIND_K = register(REGISTERS + 8);
let blindMade = -1;

/**
 * Accumulator = k G for a secret k, 0 < k < n: the same point operations for every k, on blinded values. isPublic: for
 * any k < n that need not be kept secret.
 */
export function multiplyBase(k: Uint32Array, isPublic?: boolean): void {
  combReady();
  if (isPublic) {
    combScalar(k);
    setInfinity(true);
  } else {
    if (blindMade === blindGeneration) {
      ACCUMULATOR.set(BLIND_POINT);
      setInfinity(false);
    } else {
      blindNext(BLIND_K);
      multiplyBase(BLIND_K, true);
      for (let i = 1; i < combColumns; i++) addN(BLIND_K, BLIND_K, BLIND_K);
      blindMade = blindGeneration;
    }
    double();
    BLIND_POINT.set(ACCUMULATOR);
    addN(BLIND_K, BLIND_K, BLIND_K);
    subN(BLINDED, k, BLIND_K);
    combScalar(BLINDED);
  }
  for (let i = combColumns - 1; i >= 0; i--) {
    addColumn(i);
    if (i) double();
  }
  combEnd();
}

/** Accumulator = (X2, Y2) + k G, affine; public values, 0 <= k < n. Throws `crypto-infinity`. */
export function addToPoint(k: Uint32Array): void {
  const x = register(23);
  const y = register(24);
  x.set(X2);
  y.set(Y2);
  multiplyBase(k, true);
  X2.set(x);
  Y2.set(y);
  addAffine();
  toAffine();
}
