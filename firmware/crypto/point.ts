// Points of y^2 = x^3 + 7 in Jacobian coordinates (x/z^2, y/z^3), on one accumulator (X1, Y1, Z1) and one affine operand
// (X2, Y2): the interpreter finds top-level names faster than properties. The flag of infinity stands beside the
// accumulator. Additions treat doubling, cancellation and infinity, so they are right for every input.
// Spec: SEC 1 2.2.1, SEC 2 2.4.1. Side channels: the special cases branch; with a blinded accumulator (comb.ts) they do not
// happen for secrets but with negligible probability.
// Leaves to others: scalars (comb.ts, multiply.ts), parsing (keys.ts).
import { fail } from '../../protocol/errors';
import { fromHex, isZero, putBytes, setBytes, sub256 } from './bytes';
import { element, half3, load, mul, mulSub, mulSub2, multiply, sub } from './field';
import { invert } from './inverse';

export const X1 = element();
export const Y1 = element();
export const Z1 = element();
export const X2 = element();
export const Y2 = element();
const TA = element();
const TB = element();
const TC = element();
const TD = element();
const TE = element();

export const P = fromHex('fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f');
export const GX = fromHex('79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798');
export const GY = fromHex('483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8');
export const ZERO = element();
export const ONE = element();
ONE[0] = 1;
const SEVEN = element();
SEVEN[0] = 7;

let atInfinity = true;

/** Is the accumulator the point at infinity. */
export function isInfinity(): boolean {
  return atInfinity;
}

/** Makes the accumulator the point at infinity. */
export function setInfinity(): void {
  atInfinity = true;
}

/** Says that X1, Y1, Z1 have been set to a point. */
export function setFinite(): void {
  atInfinity = false;
}

/** r = the representative of r below p. Values are below 2^256 < 2p, so one subtraction. */
export function reduceP(r: Uint32Array): void {
  if (!sub256(TE, r, P)) r.set(TE);
}

/** r = 0 mod p: the words are zero, or those of p. */
export function isZeroP(r: Uint32Array): boolean {
  if (r[0] > 0 && r[0] < 4294966319) return false;
  sub256(TE, r, P);
  return isZero(r) || isZero(TE);
}

/** Accumulator doubled. 7 products: S = x y^2, M = 3/2 x^2, x' = M^2 - 2S, y' = M (S - x') - y^4, z' = y z. */
export function double(): void {
  const b = TB;
  const c = TC;
  const x = X1;
  load(Y1);
  mul(TA, Y1);
  mul(Z1, Z1);
  load(x);
  mul(b, x);
  half3(b);
  load(TA);
  mul(c, x);
  mul(TD, TA);
  load(b);
  mulSub2(x, b, ZERO, c);
  sub(c, c, x);
  mulSub(Y1, c, TD);
}

/** Accumulator = accumulator + (X2, Y2). 11 products. TB is left as the factor z'/z. */
export function addAffine(): void {
  const a = TA;
  const b = TB;
  const c = TC;
  const d = TD;
  const e = TE;
  const x = X1;
  const y = Y1;
  const z = Z1;
  if (atInfinity) {
    x.set(X2);
    y.set(Y2);
    z.set(ONE);
    atInfinity = false;
    return;
  }
  load(z);
  mul(a, z);
  load(a);
  mulSub(b, X2, x);
  mul(c, z);
  load(c);
  mulSub(d, Y2, y);
  if ((b[0] < 1 || b[0] > 4294966318) && isZeroP(b)) {
    if (isZeroP(d)) double();
    else atInfinity = true;
    return;
  }
  load(b);
  mul(z, z);
  mul(a, b);
  mul(c, a);
  load(a);
  mul(e, x);
  load(c);
  mul(y, y);
  load(d);
  mulSub2(x, d, c, e);
  sub(e, e, x);
  mulSub(y, e, y);
}

/** r = z'/z of the addition just made. */
export function lastRatio(r: Uint32Array): void {
  r.set(TB);
}

/** r = a^-1 mod p; a need not be reduced. */
export function invertP(r: Uint32Array, a: Uint32Array): void {
  r.set(a);
  reduceP(r);
  invert(r, r, P);
}

/** Brings the accumulator to z = 1, with i the inverse of Z1 (which may be where i is), and reduces both coordinates. */
export function scaleBy(i: Uint32Array): void {
  const t = TB;
  load(i);
  mul(TA, i);
  load(TA);
  mul(t, i);
  mul(X1, X1);
  load(t);
  mul(Y1, Y1);
  reduceP(X1);
  reduceP(Y1);
  Z1.set(ONE);
}

/** Accumulator to affine. Throws `crypto-infinity`. Not for blinded use: comb.ts blinds the inversion of secrets. */
export function toAffine(): void {
  if (atInfinity) throw fail('crypto-infinity', 'the result is the point at infinity');
  invertP(Z1, Z1);
  scaleBy(Z1);
}

/** r = x^3 + 7. */
function rightSide(r: Uint32Array, x: Uint32Array): void {
  load(x);
  mul(r, x);
  mul(r, r);
  sub(TE, ZERO, SEVEN);
  sub(r, r, TE);
}

/** y^2 = x^3 + 7 for affine x, y (a fault check as well as a validation). */
export function isOnCurve(x: Uint32Array, y: Uint32Array): boolean {
  rightSide(TA, x);
  load(y);
  mulSub(TB, y, TA);
  return isZeroP(TB);
}

// r = a squared n times.
function squareTimes(r: Uint32Array, a: Uint32Array, n: number): void {
  r.set(a);
  while (n--) {
    load(r);
    mul(r, r);
  }
}

/**
 * (X2, Y2) = the point with that x (reduced) and parity of y; false when there is none.
 * y = w^((p+1)/4), the exponent as runs of ones: 223 ones, 0, 22 ones, 0000, 11, 00.
 */
export function liftX(x: Uint32Array, isOdd: number): boolean {
  const w = TA;
  const x2 = TC;
  const t = TD;
  const s = Y2;
  const x22 = TB;
  X2.set(x);
  rightSide(w, X2);
  squareTimes(t, w, 1);
  multiply(x2, t, w);
  squareTimes(t, x2, 1);
  multiply(t, t, w); // 3 ones
  squareTimes(s, t, 3);
  multiply(s, s, t); // 6
  squareTimes(s, s, 3);
  multiply(s, s, t); // 9
  squareTimes(s, s, 2);
  multiply(s, s, x2); // 11
  squareTimes(x22, s, 11);
  multiply(x22, x22, s); // 22
  squareTimes(s, x22, 22);
  multiply(s, s, x22); // 44
  X1.set(s);
  squareTimes(s, s, 44);
  multiply(s, s, X1); // 88
  Y1.set(s);
  squareTimes(s, s, 88);
  multiply(s, s, Y1); // 176
  squareTimes(s, s, 44);
  multiply(s, s, X1); // 220
  squareTimes(s, s, 3);
  multiply(s, s, t); // 223
  squareTimes(s, s, 23);
  multiply(s, s, x22);
  squareTimes(s, s, 6);
  multiply(s, s, x2);
  squareTimes(s, s, 2);
  load(s);
  mulSub(t, s, w);
  if (!isZeroP(t)) return false;
  reduceP(s);
  if ((s[0] & 1) !== isOdd) {
    sub(s, ZERO, s);
    reduceP(s);
  }
  return true;
}

/** Affine accumulator as 33 bytes, or 65 when not compressed. */
export function encodePoint(isCompressed: boolean): Uint8Array {
  const out = new Uint8Array(isCompressed ? 33 : 65);
  out[0] = isCompressed ? 2 + (Y1[0] & 1) : 4;
  putBytes(out, 1, X1);
  if (!isCompressed) putBytes(out, 33, Y1);
  return out;
}

/** (X2, Y2) = the point of 33 or 65 bytes (SEC 1 2.3.4). Throws `crypto-point`: length, prefix, x or y not below p, not on the curve. */
export function decodePoint(bytes: Uint8Array): void {
  const prefix = bytes instanceof Uint8Array ? bytes[0] : 0;
  let isValid = false;
  if ((prefix === 2 || prefix === 3) && bytes.length === 33) {
    setBytes(X2, bytes.subarray(1, 33));
    isValid = sub256(TE, X2, P) === 1 && liftX(X2, prefix & 1);
  } else if (prefix === 4 && bytes.length === 65) {
    setBytes(X2, bytes.subarray(1, 33));
    setBytes(Y2, bytes.subarray(33, 65));
    isValid = sub256(TE, X2, P) === 1 && sub256(TE, Y2, P) === 1 && isOnCurve(X2, Y2);
  }
  if (!isValid) throw fail('crypto-point', 'not a point of the curve in 33 or 65 bytes');
}

/** Overwrites the point registers and temporaries: multiples of secrets pass through them. */
export function wipePoint(): void {
  X1.fill(0);
  Y1.fill(0);
  Z1.fill(0);
  X2.fill(0);
  Y2.fill(0);
  TA.fill(0);
  TB.fill(0);
  TC.fill(0);
  TD.fill(0);
  TE.fill(0);
  atInfinity = true;
}
