// Numbers modulo the order n of secp256k1's group, but their products (modn.ts): canonical, 0 <= x < n.
// Side channels: both results of a sum are always computed; which one is copied depends on the values.
import { fail } from '../../../protocol/errors';
import { aBytes, setBytes } from '../bytes';
import { HIGH, N, ZERO } from './modn';
import { SPARE, isLess, isZero, sum256 } from './words';

/** r = a + b mod n. */
export function addN(r: Uint32Array, a: Uint32Array, b: Uint32Array): void {
  const carry = sum256(HIGH, a, b, 1);
  r.set(isLess(HIGH, N) && !carry ? HIGH : SPARE);
}

/** r = a - b mod n; -b for a = ZERO. */
export function subN(r: Uint32Array, a: Uint32Array, b: Uint32Array): void {
  const borrow = sum256(HIGH, a, b, -1);
  sum256(SPARE, HIGH, N, 1);
  r.set(borrow ? SPARE : HIGH);
}

/** r = a / 2 mod n: (a or a + n) / 2, the addition made in both cases. */
export function halveN(r: Uint32Array, a: Uint32Array): void {
  const carry = sum256(r, a, a[0] & 1 ? N : ZERO, 1);
  for (let i = 0; i < 7; i++) r[i] = (r[i] >>> 1) | (r[i + 1] << 31);
  r[7] = (r[7] >>> 1) | (carry << 31);
}

/** a in 1..n-1. */
export function isScalar(a: Uint32Array): boolean {
  return !isZero(a) && isLess(a, N);
}

/** A scalar of 1..n-1 from 32 big endian bytes into r; else throws `crypto-scalar`. */
export function aScalar(r: Uint32Array, bytes32: Uint8Array, name: string): void {
  setBytes(r, aBytes(bytes32, 32, name));
  if (!isScalar(r)) {
    r.fill(0);
    throw fail('crypto-scalar', name + ' must be from 1 to n - 1');
  }
}
