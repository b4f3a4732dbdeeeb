// Many children of one extended public key (BIP32 CKDpub), in small pieces, so that an idle task can give way between
// any two: all that lasts is in the job, nothing in the point registers.
// One inversion serves all children of a step (Montgomery's trick): its price, about 45 products, is shared.
// All values are public.
import { fail } from '../../../protocol/errors';
import { invertP, scaleBy } from '../curve/affine';
import { aBytes, setBytes } from '../bytes';
import { addColumn, combColumns, combEnd, combReady, combScalar } from '../curve/comb';
import { element, load, mul } from '../curve/field';
import { hmacSha512 } from '../hash/hmac';
import { ACCUMULATOR, X2, Y2, Z1, addAffine, double, isInfinity, setInfinity } from '../curve/point';
import { hash160 } from '../hash/ripemd160';
import { isScalar } from '../curve/scalar';
import { decodePoint, encodePoint } from '../curve/sec1';
import { isZero } from '../curve/words';

/** Most children of one step. */
export const BATCH_MAX_STEP = 16;

/**
 * A batch under way. `next` is the index of the child that the next step begins with, `end` the index after the last.
 * `data` is what is hashed for a child, the parent's key and an index, and `parent` that key as x and y.
 * The rest is work in hand: `k` and `sum` (x, y, z; z = 0 at infinity) of the child being computed, the next `column`
 * of its comb (-1: none begun), and the `points` that wait for the shared inversion (x, y, z, and the product of the z
 * so far).
 */
export interface Batch {
  parent: Uint32Array;
  data: Uint8Array;
  chain32: Uint8Array;
  next: number;
  end: number;
  k: Uint32Array;
  sum: Uint32Array;
  column: number;
  points: Uint32Array[];
}

/** One child: its index, public key, and the hash that P2PKH and P2WPKH addresses carry. */
export interface BatchChild {
  index: number;
  pub33: Uint8Array;
  hash160: Uint8Array;
}

/**
 * Begins count children from firstIndex (all below 2^31) of the node (pub33, chain32). Throws crypto-point,
 * crypto-length, crypto-bip32.
 */
export function batchStart(pub33: Uint8Array, chain32: Uint8Array, firstIndex: number, count: number): Batch {
  aBytes(pub33, 33, 'public key');
  aBytes(chain32, 32, 'chain code');
  const end = firstIndex + count;
  if (!(firstIndex >= 0 && count > 0 && end <= 0x80000000) || firstIndex % 1 || count % 1)
    throw fail('crypto-bip32', 'children of a public node have indices below 2^31');
  combReady();
  decodePoint(pub33);
  const job = {
    parent: new Uint32Array(16),
    data: new Uint8Array(37),
    chain32: new Uint8Array(chain32),
    next: firstIndex,
    end: end,
    k: element(),
    sum: new Uint32Array(24),
    column: -1,
    points: [],
  };
  job.parent.set(X2);
  job.parent.set(Y2, 8);
  job.data.set(pub33);
  return job;
}

/** Are there children left. */
export function isBatchRunning(job: Batch): boolean {
  return job.next < job.end;
}

// The next child: its scalar.
function startChild(job: Batch, index: number): void {
  const data = job.data;
  data[33] = index >>> 24;
  data[34] = index >>> 16;
  data[35] = index >>> 8;
  data[36] = index;
  setBytes(job.k, hmacSha512(job.chain32, data).subarray(0, 32));
  if (!isScalar(job.k)) throw fail('crypto-bip32', 'this index gives no valid key');
  job.column = combColumns - 1;
  job.sum.fill(0);
}

/**
 * A small piece of the next nChildren (1..16, fewer at the end), at most about 8,000 u: a column of the comb. Returns
 * the children when the piece completed them, else none. A child that fails (probability 2^-127) throws
 * `crypto-bip32`.
 */
export function batchSlice(job: Batch, nChildren: number): BatchChild[] {
  const children: BatchChild[] = [];
  const points = job.points;
  const last = points.length - 1;
  const left = job.end - job.next;
  let n = nChildren < BATCH_MAX_STEP ? nChildren : BATCH_MAX_STEP;
  if (n > left) n = left;
  if (!(n > 0)) return children;
  if (last + 1 >= n) {
    // All that wait become affine by one inversion.
    const inverse = element();
    inverse.set(points[last].subarray(24));
    invertP(inverse);
    for (let i = last; i >= 0; i--) {
      const p = points.pop() as Uint32Array;
      ACCUMULATOR.set(p.subarray(0, 24));
      load(inverse);
      if (i) {
        mul(inverse, Z1);
        mul(Z1, points[i - 1].subarray(24));
      } else Z1.set(inverse);
      scaleBy(Z1);
      const pub33 = encodePoint(true);
      children.push({ index: job.next + i, pub33: pub33, hash160: hash160(pub33) });
    }
    children.reverse();
    job.next += last + 1;
  } else if (job.column < 0) {
    startChild(job, job.next + last + 1);
  } else {
    // One column of the comb; behind the last the parent is added and the point joins those that wait.
    combScalar(job.k);
    ACCUMULATOR.set(job.sum);
    setInfinity(isZero(Z1));
    if (!isInfinity) double();
    addColumn(job.column);
    if (!job.column) {
      X2.set(job.parent.subarray(0, 8));
      Y2.set(job.parent.subarray(8));
      addAffine();
      if (isInfinity) throw fail('crypto-bip32', 'this index gives no valid key');
      const point = new Uint32Array(32);
      point.set(ACCUMULATOR);
      if (last >= 0) {
        load(points[last].subarray(24));
        mul(Z1, Z1);
      }
      point.set(Z1, 24);
      points.push(point);
    }
    job.column--;
    combEnd();
    if (isInfinity) Z1.fill(0);
    job.sum.set(ACCUMULATOR);
  }
  return children;
}

/** The next nChildren (1..16, fewer at the end) in one go. `next` moves only when they are complete. */
export function batchStep(job: Batch, nChildren: number): BatchChild[] {
  let children: BatchChild[] = [];
  if (!(nChildren > 0)) return children;
  while (!children.length && isBatchRunning(job)) children = batchSlice(job, nChildren);
  return children;
}
