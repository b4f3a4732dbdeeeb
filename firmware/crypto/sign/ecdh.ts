// Elliptic curve Diffie-Hellman on secp256k1 (SEC 1 3.3.1): the shared point itself, compressed. Callers hash it
// (HKDF). In steps too, so that a board serves its lines in between.
import { blindStir } from '../curve/blind';
import { K, finishSecret, wipeRegisters } from './ecdsa';
import { register } from '../curve/field';
import { startSecret, stepSecret, type SecretMultiple } from '../curve/multiply';
import { X2, Y2 } from '../curve/point';
import { aScalar } from '../curve/scalar';
import { decodePoint, encodePoint } from '../curve/sec1';

/** Digits of the multiple in one step. */
const STEP_DIGITS = 5;

/**
 * Begins priv32 times pub. Secret: `secret` of what it returns; the last step overwrites it. Throws crypto-length,
 * crypto-scalar, crypto-point.
 */
export function ecdhStart(pub: Uint8Array, priv32: Uint8Array): SecretMultiple {
  decodePoint(pub);
  aScalar(K, priv32, 'private key');
  try {
    const x = register(23);
    const y = register(24);
    x.set(X2);
    y.set(Y2);
    blindStir(priv32);
    return startSecret(K, x, y);
  } finally {
    wipeRegisters();
  }
}

/**
 * The next step, at most about 20,000 u; between two of them anything may be computed. Returns the shared point, 33
 * bytes, at the last one. Throws `crypto-fault` when the result is not on the curve.
 */
export function ecdhStep(m: SecretMultiple): Uint8Array | undefined {
  try {
    if (stepSecret(m, STEP_DIGITS)) return undefined;
    finishSecret();
    return encodePoint(true);
  } finally {
    wipeRegisters();
  }
}

/**
 * priv32 times pub: 33 bytes. Throws crypto-length, crypto-scalar, crypto-point, and crypto-fault when the result is
 * not on the curve.
 */
export function ecdh(pub: Uint8Array, priv32: Uint8Array): Uint8Array {
  const m = ecdhStart(pub, priv32);
  let point = ecdhStep(m);
  while (!point) point = ecdhStep(m);
  return point;
}
