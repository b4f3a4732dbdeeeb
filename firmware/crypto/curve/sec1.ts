// Points as bytes (SEC 1 2.3.3, 2.3.4): 33 compressed, 65 not; and the point of an x.
// Leaves to others: arithmetic (point.ts).
import { fail } from '../../../protocol/errors';
import { isOnCurve } from './affine';
import { putBytes, setBytes } from '../bytes';
import { element, load, mul, mulSub, sub } from './field';
import { ZERO } from './modn';
import { P, X1, X2, Y1, Y2, isZeroP } from './point';
import { isLess, reduce } from './words';

/**
 * (X2, Y2) = the point with that x (reduced) and parity of y; false when there is none.
 * y = w^((p+1)/4), the exponent as runs of ones: 223 ones, 0, 22 ones, 0000, 11, 00. Pairs of the chain: squarings,
 * then which of the results so far is multiplied in; result i has 1, 2, 3, 6, 9, 11, 22, 44, 88, 176, 220, 223 ones.
 */
export function liftX(x: Uint32Array, isOdd: number): boolean {
  const chain = [1, 0, 1, 0, 3, 2, 3, 2, 2, 1, 11, 5, 22, 6, 44, 7, 88, 8, 44, 7, 3, 2, 23, 6, 6, 1];
  const results = new Uint32Array(8 * 14);
  const w = element();
  const s = Y2;
  X2.set(x);
  load(X2);
  mul(w, X2);
  mul(w, w);
  s.fill(0);
  s[0] = 7;
  sub(s, ZERO, s);
  sub(w, w, s);
  s.set(w);
  for (let i = 0; i < 26; i += 2) {
    results.set(s, 4 * i);
    for (let n = chain[i]; n--;) {
      load(s);
      mul(s, s);
    }
    load(s);
    mul(s, results.subarray(8 * chain[i + 1], 8 * chain[i + 1] + 8));
  }
  load(s);
  mul(s, s);
  load(s);
  mul(s, s);
  load(s);
  mulSub(w, s, w);
  reduce(s, P);
  if ((s[0] & 1) !== isOdd) {
    sub(s, ZERO, s);
    reduce(s, P);
  }
  return isZeroP(w);
}

/** Affine accumulator as 33 bytes, or 65 when not compressed. */
export function encodePoint(isCompressed: boolean): Uint8Array {
  const out = new Uint8Array(isCompressed ? 33 : 65);
  out[0] = isCompressed ? 2 + (Y1[0] & 1) : 4;
  putBytes(out, 1, X1);
  if (!isCompressed) putBytes(out, 33, Y1);
  return out;
}

/**
 * (X2, Y2) = the point of 33 or 65 bytes. Throws `crypto-point`: length, prefix, x or y not below p, not on the curve.
 */
export function decodePoint(bytes: Uint8Array): void {
  const prefix = bytes instanceof Uint8Array ? bytes[0] : 0;
  const isFull = prefix === 4 && bytes.length === 65;
  if (isFull || ((prefix === 2 || prefix === 3) && bytes.length === 33)) {
    setBytes(X2, bytes.subarray(1, 33));
    if (isFull) setBytes(Y2, bytes.subarray(33, 65));
    if (isLess(X2, P) && (isFull ? isLess(Y2, P) && isOnCurve(X2, Y2) : liftX(X2, prefix & 1))) return;
  }
  throw fail('crypto-point', 'not a point of the curve in 33 or 65 bytes');
}
