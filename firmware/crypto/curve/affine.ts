// From Jacobian to affine coordinates, and whether a point lies on the curve (SEC 2 2.4.1).
import { fail } from '../../../protocol/errors';
import { load, mul, mulSub, sub } from './field';
import { invert } from './inverse';
import { ONE } from './modn';
import { P, TA, TB, X1, Y1, Z1, isInfinity, isZeroP } from './point';
import { reduce } from './words';

/**
 * Brings the accumulator to z = 1, with i the inverse of Z1 (which may be where i is), and reduces both coordinates.
 */
export function scaleBy(i: Uint32Array): void {
  load(i);
  mul(TA, i);
  load(TA);
  mul(TB, i);
  mul(X1, X1);
  load(TB);
  mul(Y1, Y1);
  reduce(X1, P);
  reduce(Y1, P);
  Z1.set(ONE);
}

/** r = r^-1 mod p for r not 0 mod p; r need not be reduced. */
export function invertP(r: Uint32Array): void {
  reduce(r, P);
  invert(r, r, P);
}

/** Accumulator to affine. Throws `crypto-infinity`. For public values: ecdsa.ts blinds the inversion of secrets. */
export function toAffine(): void {
  if (isInfinity) throw fail('crypto-infinity', 'the result is the point at infinity');
  invertP(Z1);
  scaleBy(Z1);
}

/** y^2 = x^3 + 7 for affine x, y (a fault check as well as a validation). */
export function isOnCurve(x: Uint32Array, y: Uint32Array): boolean {
  load(x);
  mul(TA, x);
  mul(TA, TA);
  load(y);
  mulSub(TB, y, TA);
  TA.fill(0);
  TA[0] = 7;
  sub(TB, TB, TA);
  return isZeroP(TB);
}
