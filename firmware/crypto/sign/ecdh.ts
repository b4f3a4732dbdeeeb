// Elliptic curve Diffie-Hellman on secp256k1 (SEC 1 3.3.1): the shared point itself, compressed. Callers hash it
// (HKDF).
import { blindStir } from '../curve/blind';
import { K, finishSecret, wipeRegisters } from './ecdsa';
import { register } from '../curve/field';
import { multiplySecret } from '../curve/multiply';
import { X2, Y2 } from '../curve/point';
import { aScalar } from '../curve/scalar';
import { decodePoint, encodePoint } from '../curve/sec1';

/**
 * priv32 times pub: 33 bytes. Throws crypto-length, crypto-scalar, crypto-point, and crypto-fault when the result is
 * not on the curve.
 */
export function ecdh(pub: Uint8Array, priv32: Uint8Array): Uint8Array {
  decodePoint(pub);
  aScalar(K, priv32, 'private key');
  try {
    const x = register(23);
    const y = register(24);
    x.set(X2);
    y.set(Y2);
    blindStir(priv32);
    multiplySecret(K, x, y);
    finishSecret();
    return encodePoint(true);
  } finally {
    wipeRegisters();
  }
}
