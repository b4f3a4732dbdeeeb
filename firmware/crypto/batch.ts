// Many children of one extended public key (BIP32 CKDpub), in small slices, so that whoever runs it in idle time can do
// anything else between any two: all that lasts is in the job, nothing in the point registers.
// One inversion serves all children of a step (Montgomery's trick): its price, about 45 products, is shared.
// All values are public.
import { fail } from '../../protocol/errors';
import { aBytes, setBytes } from './bytes';
import { addColumn, combColumns, combReady, combScalar, isCombScalar } from './comb';
import { element, load, mul, multiply } from './field';
import { hmacSha512 } from './hmac';
import { X1, X2, Y1, Y2, Z1, addAffine, decodePoint, double, encodePoint, invertP, isInfinity, scaleBy, setFinite, setInfinity } from './point';
import { hash160 } from './ripemd160';
import { isScalar } from './scalar';

/** Most children of one step. */
export const BATCH_MAX_STEP = 16;

/**
 * A batch under way. `next` is the index of the child that the next step begins with, `end` the index after the last.
 * The rest is work in hand: `k` and `sum` of the child being computed, the next `column` of its comb (-1: none begun), and
 * `points` of the children that wait for the shared inversion (x, y, z, and the product of the z so far).
 */
export interface Batch {
  x: Uint32Array;
  y: Uint32Array;
  pub33: Uint8Array;
  chain32: Uint8Array;
  next: number;
  end: number;
  k: Uint32Array;
  sum: Uint32Array;
  isSumInfinity: boolean;
  column: number;
  points: Uint32Array[];
}

/** One child: its index, public key, and the hash that P2PKH and P2WPKH addresses carry. */
export interface BatchChild {
  index: number;
  pub33: Uint8Array;
  hash160: Uint8Array;
}

/** Begins count children from firstIndex (all below 2^31) of the node (pub33, chain32). Throws crypto-point, crypto-length, crypto-bip32. */
export function batchStart(pub33: Uint8Array, chain32: Uint8Array, firstIndex: number, count: number): Batch {
  aBytes(pub33, 33, 'public key');
  aBytes(chain32, 32, 'chain code');
  const end = firstIndex + count;
  if (!(firstIndex >= 0 && count > 0 && end <= 0x80000000) || firstIndex % 1 || count % 1) throw fail('crypto-bip32', 'children of a public node have indices below 2^31');
  decodePoint(pub33);
  const job = {
    x: element(),
    y: element(),
    pub33: new Uint8Array(33),
    chain32: new Uint8Array(32),
    next: firstIndex,
    end: end,
    k: element(),
    sum: new Uint32Array(24),
    isSumInfinity: true,
    column: -1,
    points: [],
  };
  job.x.set(X2);
  job.y.set(Y2);
  job.pub33.set(pub33);
  job.chain32.set(chain32);
  return job;
}

/** Are there children left. */
export function isBatchRunning(job: Batch): boolean {
  return job.next < job.end;
}

// Begins the next child: its scalar.
function beginChild(job: Batch): void {
  const index = job.next + job.points.length;
  const input = new Uint8Array(37);
  input.set(job.pub33);
  input[33] = index >>> 24;
  input[34] = index >>> 16;
  input[35] = index >>> 8;
  input[36] = index;
  setBytes(job.k, hmacSha512(job.chain32, input).subarray(0, 32));
  if (!isScalar(job.k)) throw fail('crypto-bip32', 'this index gives no valid key');
  combReady();
  combScalar(job.k);
  job.column = combColumns() - 1;
  job.isSumInfinity = true;
}

// One column of the comb; behind the last the parent is added and the point joins those that wait.
function addToChild(job: Batch): void {
  if (!isCombScalar(job.k)) combScalar(job.k);
  setInfinity();
  if (!job.isSumInfinity) {
    X1.set(job.sum.subarray(0, 8));
    Y1.set(job.sum.subarray(8, 16));
    Z1.set(job.sum.subarray(16, 24));
    setFinite();
    double();
  }
  addColumn(job.column);
  job.column--;
  if (job.column >= 0) {
    job.isSumInfinity = isInfinity();
    job.sum.set(X1);
    job.sum.set(Y1, 8);
    job.sum.set(Z1, 16);
    return;
  }
  X2.set(job.x);
  Y2.set(job.y);
  addAffine();
  if (isInfinity()) throw fail('crypto-bip32', 'this index gives no valid key');
  const waiting = job.points;
  const point = new Uint32Array(32);
  point.set(X1);
  point.set(Y1, 8);
  point.set(Z1, 16);
  if (waiting.length) multiply(Z1, Z1, waiting[waiting.length - 1].subarray(24, 32));
  point.set(Z1, 24);
  waiting.push(point);
}

// The children that wait, affine, by one inversion; `next` moves past them.
function finishChildren(job: Batch): BatchChild[] {
  const children: BatchChild[] = [];
  const points = job.points;
  const inverse = element();
  const t = element();
  const n = points.length;
  invertP(inverse, points[n - 1].subarray(24, 32));
  for (let i = n - 1; i >= 0; i--) {
    const p = points[i];
    X1.set(p.subarray(0, 8));
    Y1.set(p.subarray(8, 16));
    load(inverse);
    if (i) {
      mul(t, points[i - 1].subarray(24, 32));
      mul(inverse, p.subarray(16, 24));
    } else t.set(inverse);
    scaleBy(t);
    const pub33 = encodePoint(true);
    children.push({ index: job.next + i, pub33: pub33, hash160: hash160(pub33) });
  }
  children.reverse();
  job.next += n;
  job.points = [];
  return children;
}

/**
 * A small piece of the next nChildren (1..16, fewer at the end), at most about 8,000 u: a column of the comb. Answers the
 * children when the piece completed them, else none. A child that fails (probability 2^-127) throws `crypto-bip32`.
 */
export function batchSlice(job: Batch, nChildren: number): BatchChild[] {
  const left = job.end - job.next;
  let n = nChildren < BATCH_MAX_STEP ? nChildren : BATCH_MAX_STEP;
  if (n > left) n = left;
  if (!(n > 0)) return [];
  if (job.points.length >= n) return finishChildren(job);
  if (job.column < 0) beginChild(job);
  else addToChild(job);
  return [];
}

/** The next nChildren (1..16, fewer at the end) in one go. `next` moves only when they are complete. */
export function batchStep(job: Batch, nChildren: number): BatchChild[] {
  let children: BatchChild[] = [];
  if (!(nChildren > 0)) return children;
  while (!children.length && isBatchRunning(job)) children = batchSlice(job, nChildren);
  return children;
}
