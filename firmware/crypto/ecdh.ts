// Elliptic curve Diffie-Hellman on secp256k1 (SEC 1 3.3.1): the shared point itself, compressed. Callers hash it (HKDF).
import { fail } from '../../protocol/errors';
import { blindStir, invertBlindedP } from './blind';
import { wipeRegisters } from './ecdsa';
import { element } from './field';
import { multiplySecret } from './multiply';
import { X1, X2, Y1, Y2, Z1, decodePoint, encodePoint, isOnCurve, scaleBy } from './point';
import { aScalar } from './scalar';

const K = element();
const X = element();
const Y = element();

/** priv32 times pub: 33 bytes. Throws crypto-length, crypto-scalar, crypto-point, and crypto-fault when the result is not on the curve. */
export function ecdh(pub: Uint8Array, priv32: Uint8Array): Uint8Array {
  decodePoint(pub);
  X.set(X2);
  Y.set(Y2);
  aScalar(K, priv32, 'private key');
  try {
    blindStir(priv32);
    multiplySecret(K, X, Y);
    invertBlindedP(Z1, Z1);
    scaleBy(Z1);
    if (!isOnCurve(X1, Y1)) throw fail('crypto-fault', 'a computed point is not on the curve');
    return encodePoint(true);
  } finally {
    K.fill(0);
    wipeRegisters();
  }
}
