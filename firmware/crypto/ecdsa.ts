// ECDSA on secp256k1 (SEC 1 4.1) with RFC 6979 nonces and low s (BIP 62), recovery, and verification.
// Every signature is checked before it leaves:
//   1. R lies on the curve after the conversion to affine: catches a fault in any point or field operation of k G, as a
//      fault there leaves the curve but with probability 2^-256 or so. It does not catch a fault that only changes which
//      multiple was computed (a digit of the scalar, a table index).
//   2. k s = z + r d mod n with every term multiplied by a second random number m: catches a fault in the inversion, in the
//      products mod n, in k, d, z or r after k G was computed.
//   3. ecdsaSign's third argument (or a policy of the firmware) adds a full verification with the public key: catches the rest.
// Nonces of the RFC 6979 path repeat for the same key and hash, so an attacker who can force a fault that (1) and (2) miss
// and also gets the right signature learns the key: set the policy where faults are a threat. Prepared nonces (nonce.ts)
// never repeat, so that attack does not exist for them.
// Secrets: private keys and nonces are in typed arrays that are overwritten before return, also when something throws.
import { fail } from '../../protocol/errors';
import { aBytes, add256, fromHex, isLess, isZero, putBytes, setBytes } from './bytes';
import { blindNext, blindStir, invertBlindedP } from './blind';
import { multiplyBase } from './comb';
import { element, load, mul, mulSub, wipeField } from './field';
import { hmacSha256 } from './hmac';
import { invert } from './inverse';
import { multiplyPublic } from './multiply';
import { X1, X2, Y1, Y2, Z1, decodePoint, encodePoint, isInfinity, isOnCurve, isZeroP, liftX, scaleBy, toAffine, wipePoint } from './point';
import { HALF_N, N, aScalar, addN, isScalar, mulN, negateN, reduceN, wipeScalars } from './scalar';

/** 64 bytes r ‖ s, and which of the up to four points with that r was R. */
export interface RecoverableSignature {
  sig: Uint8Array;
  recid: number;
}

const Z = element();
const D = element();
const K = element();
const R = element();
const S = element();
const M = element();
const M2 = element();
const T = element();
const A = element();
const B = element();
// p - n: only an r below it can stand for x = r + n
const P_MINUS_N = fromHex('000000000000000000000000000000014551231950b75fc4402da1722fc9baee');

/** Overwrites everything that a computation with secrets leaves in this folder's registers. */
export function wipeRegisters(): void {
  Z.fill(0);
  D.fill(0);
  K.fill(0);
  R.fill(0);
  S.fill(0);
  M.fill(0);
  M2.fill(0);
  T.fill(0);
  A.fill(0);
  B.fill(0);
  wipePoint();
  wipeScalars();
  wipeField();
}

/** Accumulator = k G in affine coordinates, checked to be on the curve (`crypto-fault`); the inversion is blinded. */
export function basePoint(k: Uint32Array): void {
  multiplyBase(k);
  invertBlindedP(Z1, Z1);
  scaleBy(Z1);
  if (!isOnCurve(X1, Y1)) throw fail('crypto-fault', 'a computed point is not on the curve');
}

/**
 * s = (z + r d) / k as t (m z + r (m d)), with t = (k m)^-1: neither d nor k^-1 is ever an operand by itself. Then the
 * relation k s = z + r d is checked under a second random factor m2, of which the caller gives m2 and m2k = m2 k.
 * s is made low; answers whether it was negated. Throws `crypto-fault`; `crypto-retry` when s is 0.
 */
export function signatureScalar(s: Uint32Array, z: Uint32Array, r: Uint32Array, d: Uint32Array, m: Uint32Array, t: Uint32Array, m2: Uint32Array, m2k: Uint32Array): boolean {
  const a = A;
  const b = B;
  mulN(a, m, d);
  mulN(a, a, r);
  mulN(b, m, z);
  addN(a, a, b);
  mulN(s, a, t);
  mulN(a, m2, d);
  mulN(a, a, r);
  mulN(b, m2, z);
  addN(a, a, b);
  mulN(b, m2k, s);
  let different = 0;
  for (let i = 0; i < 8; i++) different |= a[i] ^ b[i];
  if (different) throw fail('crypto-fault', 'the signature relation does not hold');
  if (isZero(s)) throw fail('crypto-retry', 's is zero');
  const isHigh = isLess(HALF_N, s);
  negateN(a, s);
  s.set(isHigh ? a : s);
  return isHigh;
}

/** For a nonce k: m random, t = (k m)^-1, m2 random, m2k = m2 k, as signatureScalar takes them. */
export function prepareFactors(k: Uint32Array, m: Uint32Array, t: Uint32Array, m2: Uint32Array, m2k: Uint32Array): void {
  blindNext(m);
  mulN(t, k, m);
  invert(t, t, N);
  blindNext(m2);
  mulN(m2k, m2, k);
}

/** The next RFC 6979 candidate state: K and V of 32 bytes each. Secret; overwritten by its user. */
function rfc6979Init(priv32: Uint8Array, hash32: Uint8Array): { key: Uint8Array; value: Uint8Array } {
  const input = new Uint8Array(97);
  const state = { key: new Uint8Array(32), value: new Uint8Array(32) };
  state.value.fill(1);
  setBytes(A, hash32);
  reduceN(A, A);
  for (let round = 0; round < 2; round++) {
    input.set(state.value);
    input[32] = round;
    input.set(priv32, 33);
    putBytes(input, 65, A);
    state.key.set(hmacSha256(state.key, input));
    state.value.set(hmacSha256(state.key, state.value));
  }
  input.fill(0);
  return state;
}

// K = the next candidate in range (RFC 6979 3.2 h).
function rfc6979Next(state: { key: Uint8Array; value: Uint8Array }, isRetry: boolean): void {
  const input = new Uint8Array(33);
  for (;;) {
    if (isRetry) {
      input.set(state.value);
      state.key.set(hmacSha256(state.key, input));
      state.value.set(hmacSha256(state.key, state.value));
    }
    state.value.set(hmacSha256(state.key, state.value));
    setBytes(K, state.value);
    if (isScalar(K)) break;
    isRetry = true;
  }
  input.fill(0);
}

/** Deterministic (RFC 6979, SHA-256) low-s signature with its recovery number. Codes: crypto-length, crypto-scalar, crypto-fault. */
export function ecdsaSignRecoverable(hash32: Uint8Array, priv32: Uint8Array): RecoverableSignature {
  aBytes(hash32, 32, 'hash');
  aScalar(D, priv32, 'private key');
  let state: { key: Uint8Array; value: Uint8Array } | undefined;
  try {
    blindStir(priv32);
    state = rfc6979Init(priv32, hash32);
    setBytes(Z, hash32);
    reduceN(Z, Z);
    for (let isRetry = false; ; isRetry = true) {
      rfc6979Next(state, isRetry);
      basePoint(K);
      reduceN(R, X1);
      if (isZero(R)) continue;
      let recid = (Y1[0] & 1) | (isLess(X1, N) ? 0 : 2);
      prepareFactors(K, M, T, M2, K);
      if (signatureScalar(S, Z, R, D, M, T, M2, K)) recid ^= 1;
      const sig = new Uint8Array(64);
      putBytes(sig, 0, R);
      putBytes(sig, 32, S);
      return { sig: sig, recid: recid };
    }
  } finally {
    if (state) {
      state.key.fill(0);
      state.value.fill(0);
    }
    wipeRegisters();
  }
}

/** Deterministic low-s signature: 64 bytes r ‖ s. isVerified adds the full verification against the key's own public key. */
export function ecdsaSign(hash32: Uint8Array, priv32: Uint8Array, isVerified?: boolean): Uint8Array {
  const sig = ecdsaSignRecoverable(hash32, priv32).sig;
  if (isVerified && !ecdsaVerify(sig, hash32, pubkeyCreate(priv32))) throw fail('crypto-fault', 'the signature does not verify');
  return sig;
}

/** Public key of a private key: 33 bytes, or 65 when not compressed. */
export function pubkeyCreate(priv32: Uint8Array, compressed?: boolean): Uint8Array {
  aScalar(D, priv32, 'private key');
  try {
    blindStir(priv32);
    basePoint(D);
    return encodePoint(compressed !== false);
  } finally {
    wipeRegisters();
  }
}

/** Checks a public key of 33 or 65 bytes and answers it. Throws `crypto-point`. */
export function pubkeyParse(pub: Uint8Array): Uint8Array {
  decodePoint(pub);
  return pub;
}

/** Does the signature hold; any s of 1..n-1 (low-s is a matter of policy elsewhere). Throws for wrong lengths and keys that are no points. */
export function ecdsaVerify(sig64: Uint8Array, hash32: Uint8Array, pub: Uint8Array): boolean {
  aBytes(sig64, 64, 'signature');
  aBytes(hash32, 32, 'hash');
  decodePoint(pub);
  setBytes(R, sig64.subarray(0, 32));
  setBytes(S, sig64.subarray(32, 64));
  if (!isScalar(R) || !isScalar(S)) return false;
  setBytes(Z, hash32);
  reduceN(Z, Z);
  invert(S, S, N);
  mulN(Z, Z, S);
  mulN(S, S, R);
  A.set(X2);
  B.set(Y2);
  multiplyPublic(S, A, B, Z);
  if (isInfinity()) return false;
  // x = r or r + n, compared without an inversion: r z^2 = x
  load(Z1);
  mul(A, Z1);
  load(A);
  mulSub(B, R, X1);
  if (isZeroP(B)) return true;
  if (!isLess(R, P_MINUS_N)) return false;
  add256(S, R, N);
  mulSub(B, S, X1);
  return isZeroP(B);
}

/** The public key that made the signature. Throws `crypto-signature` when there is none for these values. */
export function ecdsaRecover(sig64: Uint8Array, recid: number, hash32: Uint8Array, compressed?: boolean): Uint8Array {
  aBytes(sig64, 64, 'signature');
  aBytes(hash32, 32, 'hash');
  setBytes(R, sig64.subarray(0, 32));
  setBytes(S, sig64.subarray(32, 64));
  const isValid = (recid & 3) === recid && isScalar(R) && isScalar(S) && (recid < 2 || isLess(R, P_MINUS_N));
  if (!isValid) throw fail('crypto-signature', 'not a recoverable signature');
  if (recid & 2) add256(A, R, N);
  else A.set(R);
  if (!liftX(A, recid & 1)) throw fail('crypto-signature', 'no point has this r');
  A.set(X2);
  B.set(Y2);
  setBytes(Z, hash32);
  reduceN(Z, Z);
  negateN(Z, Z);
  invert(R, R, N);
  mulN(Z, Z, R);
  mulN(S, S, R);
  multiplyPublic(S, A, B, Z);
  if (isInfinity()) throw fail('crypto-signature', 'the signature gives no key');
  toAffine();
  return encodePoint(compressed !== false);
}
