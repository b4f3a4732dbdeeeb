// Many children of one extended public key (BIP32 CKDpub), a few at a time, so that whoever runs it in idle time can stop
// between any two steps: all that lasts is in the job, nothing in the point registers.
// One inversion serves all children of a step (Montgomery's trick): its price, about 45 products, is shared.
// All values are public.
import { fail } from '../../protocol/errors';
import { aBytes, setBytes } from './bytes';
import { multiplyBasePublic } from './comb';
import { element, load, mul, multiply } from './field';
import { hmacSha512 } from './hmac';
import { X1, X2, Y1, Y2, Z1, addAffine, decodePoint, encodePoint, invertP, isInfinity, scaleBy } from './point';
import { hash160 } from './ripemd160';
import { isScalar } from './scalar';

/** Most children of one step. */
export const BATCH_MAX_STEP = 16;

/** A batch under way. `next` is the index of the child that the next step begins with, `end` the index after the last. */
export interface Batch {
  x: Uint32Array;
  y: Uint32Array;
  pub33: Uint8Array;
  chain32: Uint8Array;
  next: number;
  end: number;
}

/** One child: its index, public key, and the hash that P2PKH and P2WPKH addresses carry. */
export interface BatchChild {
  index: number;
  pub33: Uint8Array;
  hash160: Uint8Array;
}

const K = element();

/** Begins count children from firstIndex (all below 2^31) of the node (pub33, chain32). Throws crypto-point, crypto-length, crypto-bip32. */
export function batchStart(pub33: Uint8Array, chain32: Uint8Array, firstIndex: number, count: number): Batch {
  aBytes(pub33, 33, 'public key');
  aBytes(chain32, 32, 'chain code');
  const end = firstIndex + count;
  if (!(firstIndex >= 0 && count > 0 && end <= 0x80000000) || firstIndex % 1 || count % 1) throw fail('crypto-bip32', 'children of a public node have indices below 2^31');
  decodePoint(pub33);
  const job = { x: element(), y: element(), pub33: new Uint8Array(33), chain32: new Uint8Array(32), next: firstIndex, end: end };
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

// Accumulator = child of the job, projective.
function childPoint(job: Batch, index: number): void {
  const input = new Uint8Array(37);
  input.set(job.pub33);
  input[33] = index >>> 24;
  input[34] = index >>> 16;
  input[35] = index >>> 8;
  input[36] = index;
  const mac = hmacSha512(job.chain32, input);
  setBytes(K, mac.subarray(0, 32));
  if (!isScalar(K)) throw fail('crypto-bip32', 'this index gives no valid key');
  multiplyBasePublic(K);
  X2.set(job.x);
  Y2.set(job.y);
  addAffine();
  if (isInfinity()) throw fail('crypto-bip32', 'this index gives no valid key');
}

/** The next nChildren (1..16, fewer at the end). `next` moves only when they are complete. */
export function batchStep(job: Batch, nChildren: number): BatchChild[] {
  let n = nChildren < BATCH_MAX_STEP ? nChildren : BATCH_MAX_STEP;
  if (n > job.end - job.next) n = job.end - job.next;
  const points: Uint32Array[] = [];
  const children: BatchChild[] = [];
  const inverse = element();
  const t = element();
  if (!(n > 0)) return children;
  // points[i]: x, y, z, and the product of the z up to and including this one
  for (let i = 0; i < n; i++) {
    childPoint(job, job.next + i);
    const p = new Uint32Array(32);
    p.set(X1);
    p.set(Y1, 8);
    p.set(Z1, 16);
    if (i) multiply(Z1, Z1, points[i - 1].subarray(24, 32));
    p.set(Z1, 24);
    points.push(p);
  }
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
    children[n - 1 - i] = { index: job.next + i, pub33: pub33, hash160: hash160(pub33) };
  }
  children.reverse();
  job.next += n;
  return children;
}
