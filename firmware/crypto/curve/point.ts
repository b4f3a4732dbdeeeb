// Points of y^2 = x^3 + 7 in Jacobian coordinates (x/z^2, y/z^3), on one accumulator (X1, Y1, Z1) and one affine
// operand (X2, Y2): the interpreter finds top-level names faster than properties. The flag of infinity stands beside
// the accumulator. Additions treat doubling, cancellation and infinity, so they are right for every input.
// Spec: SEC 1 2.2.1, SEC 2 2.4.1. Side channels: the special cases branch; with a blinded accumulator (comb.ts) they do
// not happen for secrets but with negligible probability.
// Leaves to others: affine points (affine.ts), scalars (comb.ts, multiply.ts), points as bytes (sec1.ts).
import { MEMORY, REGISTERS, half3, load, mul, mulSub, mulSub2, register, sub } from './field';
import { ONE, ZERO } from './modn';
import { isZero, sum256 } from './words';

export const X1 = register(0);
export const Y1 = register(1);
export const Z1 = register(2);
/** X1, Y1 and Z1 in one. */
export const ACCUMULATOR = new Uint32Array(MEMORY, 256, 24);
export const X2 = register(3);
export const Y2 = register(4);
export const TA = register(5);
export const TB = register(6);
const TC = register(7);
const TD = register(8);
const TE = register(9);
/** The field's prime. */
export const P = register(REGISTERS + 4);
P.fill(4294967295);
P[0] = 4294966319;
P[1] = 4294967294;

/** Is the accumulator the point at infinity. */
export let isInfinity = true;

/** Says whether the accumulator is infinity, or what X1, Y1, Z1 have been set to. */
export function setInfinity(value: boolean): void {
  isInfinity = value;
}

/** r = 0 mod p: the words are zero, or those of p. */
export function isZeroP(r: Uint32Array): boolean {
  if (r[0] > 0 && r[0] < 4294966319) return false;
  sum256(TE, r, P, -1);
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
  if (isInfinity) {
    x.set(X2);
    y.set(Y2);
    z.set(ONE);
    isInfinity = false;
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
    else isInfinity = true;
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

/** (X2, Y2) = the table point at byte x (and y) of buffer, negated when asked. */
export function takePoint(buffer: ArrayBufferLike, x: number, y: number, isNegative: boolean): void {
  X2.set(new Uint32Array(buffer, x, 8));
  Y2.set(new Uint32Array(buffer, y, 8));
  if (isNegative) sub(Y2, ZERO, Y2);
}
