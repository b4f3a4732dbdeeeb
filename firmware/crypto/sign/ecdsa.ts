// ECDSA on secp256k1 (SEC 1 4.1) with RFC 6979 nonces and low s (BIP 62), recovery, and verification.
// Every signature is checked before it leaves:
//   1. R lies on the curve after the conversion to affine: catches a fault in any point or field operation of k G, as a
//      fault there leaves the curve but with probability 2^-256 or so. It does not catch a fault that only changes
//      which
//      multiple was computed (a digit of the scalar, a table index).
//   2. k s = z + r d mod n with every term multiplied by a second random number m: catches a fault in the inversion, in
//      the
//      products mod n, in k, d, z or r after k G was computed.
//   3. ecdsaSign's third argument (or a policy of the firmware) adds a full verification with the public key: catches
//      the rest. Nonces of the RFC 6979 path repeat for the same key and hash, so an attacker who can force a fault
//      that (1) and (2) miss and also gets the right signature learns the key: set the policy where faults are a
//      threat. Prepared nonces (nonce.ts) never repeat, so that attack does not exist for them.
// Secrets: private keys and nonces are in typed arrays that are overwritten before return, also when something throws.
import { fail } from '../../../protocol/errors';
import { invertP, isOnCurve, scaleBy, toAffine } from '../curve/affine';
import { aBytes, putBytes, setBytes } from '../bytes';
import { blindNext, blindStir } from '../curve/blind';
import { multiplyBase } from '../curve/comb';
import { MEMORY, load, mul, mulSub, register, wipeField } from '../curve/field';
import { hmacSha256To } from '../hash/hmac';
import { invert } from '../curve/inverse';
import { multiplyPublic, startPublic, stepPublic, type Multiple } from '../curve/multiply';
import { N, ZERO, mulN } from '../curve/modn';
import { P, X1, X2, Y1, Y2, Z1, isInfinity, isZeroP, setInfinity } from '../curve/point';
import { aScalar, addN, isScalar, subN } from '../curve/scalar';
import { decodePoint, encodePoint, liftX } from '../curve/sec1';
import { isLess, isZero, reduce, sum256 } from '../curve/words';

/** 64 bytes r ‖ s, and which of the up to four points with that r was R. */
export interface RecoverableSignature {
  sig: Uint8Array;
  recid: number;
}

/** r, and what stands for the nonce k: m random, t = (k m)^-1, m2 random, m2k = m2 k. */
export const R = register(14);
const M = register(15);
const T = register(16);
const M2 = register(17);
const M2K = register(18);
/** These five in one. */
export const NONCE = new Uint32Array(MEMORY, 256 + 32 * 14, 40);
/** The hash mod n, the private key, the nonce (or another secret scalar), the other half of the signature. */
export const Z = register(19);
export const D = register(20);
export const K = register(21);
export const S = register(22);
const A = register(23);
const B = register(24);

/** Overwrites everything that a computation with secrets leaves in this folder's registers. */
export function wipeRegisters(): void {
  wipeField();
  setInfinity(true);
}

/**
 * Accumulator to affine for a point that a secret made, its inversion blinded; checked to be on the curve
 * (`crypto-fault`).
 */
export function finishSecret(): void {
  const a = A;
  blindNext(a);
  load(a);
  mul(Z1, Z1);
  B.set(Z1);
  invertP(B);
  load(a);
  mul(B, B);
  scaleBy(B);
  if (!isOnCurve(X1, Y1)) throw fail('crypto-fault', 'a computed point is not on the curve');
}

/**
 * R and the factors for nonce K (`crypto-fault`); returns the recovery number. r is zero for no nonce that anybody can
 * find.
 */
export function prepareFactors(): number {
  multiplyBase(K);
  finishSecret();
  R.set(X1);
  reduce(R, N);
  const recid = (Y1[0] & 1) | (isLess(X1, N) ? 0 : 2);
  blindNext(M);
  mulN(T, K, M);
  invert(T, T, N);
  blindNext(M2);
  mulN(M2K, M2, K);
  return recid;
}

/**
 * S = (Z + R D) / K as T (M Z + R (M D)), with T = (K M)^-1: neither the key nor K^-1 is ever an operand by itself.
 * Then the relation K S = Z + R D is checked under the second random factor.
 * S is made low; returns the signature, recid turned where S was negated. Throws `crypto-fault`.
 */
export function signatureOf(recid: number): RecoverableSignature {
  const a = A;
  const b = B;
  let different = 0;
  mulN(a, M, D);
  mulN(a, a, R);
  mulN(b, M, Z);
  addN(a, a, b);
  mulN(S, a, T);
  mulN(a, M2, D);
  mulN(a, a, R);
  mulN(b, M2, Z);
  addN(a, a, b);
  mulN(b, M2K, S);
  for (let i = 0; i < 8; i++) different |= a[i] ^ b[i];
  if (different || isZero(S) || isZero(R)) throw fail('crypto-fault', 'the signature relation does not hold');
  subN(a, ZERO, S);
  if (isLess(a, S)) {
    recid ^= 1;
    S.set(a);
  }
  const sig = new Uint8Array(64);
  putBytes(sig, 0, R);
  putBytes(sig, 32, S);
  return { sig: sig, recid: recid };
}

/** Reads the two arguments of every signature into Z and D. Codes: crypto-length, crypto-scalar. */
export function takeArguments(hash32: Uint8Array, priv32: Uint8Array): void {
  aBytes(hash32, 32, 'hash');
  aScalar(D, priv32, 'private key');
  setBytes(Z, hash32);
  reduce(Z, N);
}

/**
 * Deterministic (RFC 6979 3.2, SHA-256) low-s signature with its recovery number. Codes: crypto-length, crypto-scalar,
 * crypto-fault.
 */
export function ecdsaSignRecoverable(hash32: Uint8Array, priv32: Uint8Array): RecoverableSignature {
  takeArguments(hash32, priv32);
  // V, a byte, the key, the hash mod n
  const input = new Uint8Array(97);
  const value = input.subarray(0, 32);
  const key = new Uint8Array(32);
  try {
    blindStir(priv32);
    value.fill(1);
    input.set(priv32, 33);
    putBytes(input, 65, Z);
    // K, V, K, V, then V for each candidate and, when that is no scalar, K and V once more
    for (let step = 0; ; step++) {
      if (step && step % 3 !== 2) hmacSha256To(value, key, value);
      else {
        input[32] = step === 2 ? 1 : 0;
        hmacSha256To(key, key, step > 2 ? input.subarray(0, 33) : input);
      }
      if (step < 4 || step % 3 !== 1) continue;
      setBytes(K, value);
      if (isScalar(K)) return signatureOf(prepareFactors());
    }
  } finally {
    input.fill(0);
    key.fill(0);
    wipeRegisters();
  }
}

/**
 * Deterministic low-s signature: 64 bytes r ‖ s. isVerified adds the full verification against the key's own public
 * key.
 */
export function ecdsaSign(hash32: Uint8Array, priv32: Uint8Array, isVerified?: boolean): Uint8Array {
  const sig = ecdsaSignRecoverable(hash32, priv32).sig;
  if (isVerified && !ecdsaVerify(sig, hash32, pubkeyCreate(priv32, false)))
    throw fail('crypto-fault', 'the signature does not verify');
  return sig;
}

/** Public key of a private key: 33 bytes, or 65 when not compressed. */
export function pubkeyCreate(priv32: Uint8Array, compressed?: boolean): Uint8Array {
  aScalar(D, priv32, 'private key');
  try {
    blindStir(priv32);
    multiplyBase(D);
    finishSecret();
    return encodePoint(compressed !== false);
  } finally {
    wipeRegisters();
  }
}

/** Checks a public key of 33 or 65 bytes and returns it. Throws `crypto-point`. */
export function pubkeyParse(pub: Uint8Array): Uint8Array {
  decodePoint(pub);
  return pub;
}

/** R and S of a signature, Z of its hash; returns whether both are in 1..n-1. */
function takeSignature(sig64: Uint8Array, hash32: Uint8Array): boolean {
  aBytes(sig64, 64, 'signature');
  setBytes(Z, aBytes(hash32, 32, 'hash'));
  reduce(Z, N);
  setBytes(R, sig64.subarray(0, 32));
  setBytes(S, sig64.subarray(32, 64));
  return isScalar(R) && isScalar(S);
}

/** A = R + n, for the rare x above n; returns whether that is below p. */
function addOrder(): boolean {
  return !sum256(A, R, N, 1) && isLess(A, P);
}

/** A verification in steps. `point`: the key as x and y, until the multiple of it is begun. */
export interface Verification {
  sig64: Uint8Array;
  hash32: Uint8Array;
  pub: Uint8Array;
  point?: Uint32Array;
  multiple?: Multiple;
  /** The verdict, once no step is left. */
  isValid: boolean;
}

/** Digits of the multiple in one step. */
const SLICE_DIGITS = 8;

/** Begins a verification; any s of 1..n-1 (low-s is a matter of policy elsewhere). */
export function verifyStart(sig64: Uint8Array, hash32: Uint8Array, pub: Uint8Array): Verification {
  return { sig64: sig64, hash32: hash32, pub: pub, isValid: false };
}

/**
 * The next step, at most about 20,000 u: reads the key, begins the multiple, takes digits of it. True while there is
 * more; between two steps anything may be computed. Throws for wrong lengths and keys that are no points: then forget
 * the verification.
 */
export function verifyStep(v: Verification): boolean {
  const isInRange = takeSignature(v.sig64, v.hash32);
  if (!v.multiple) {
    if (!v.point) {
      decodePoint(v.pub);
      v.point = new Uint32Array(16);
      v.point.set(X2);
      v.point.set(Y2, 8);
      return isInRange;
    }
    invert(S, S, N);
    mulN(Z, Z, S);
    mulN(S, S, R);
    v.multiple = startPublic(S, v.point.subarray(0, 8), v.point.subarray(8), Z);
    v.point = undefined;
    return true;
  }
  if (stepPublic(v.multiple, SLICE_DIGITS)) return true;
  if (isInfinity) return false;
  // x = r or r + n, compared without an inversion: r z^2 = x
  load(Z1);
  mul(B, Z1);
  load(B);
  mulSub(B, R, X1);
  if (!isZeroP(B) && addOrder()) mulSub(B, A, X1);
  v.isValid = isZeroP(B);
  return false;
}

/** Does the signature hold: verifyStart and all of its steps. */
export function ecdsaVerify(sig64: Uint8Array, hash32: Uint8Array, pub: Uint8Array): boolean {
  const v = verifyStart(sig64, hash32, pub);
  while (verifyStep(v));
  return v.isValid;
}

/** The public key that made the signature. Throws `crypto-signature` when there is none for these values. */
export function ecdsaRecover(sig64: Uint8Array, recid: number, hash32: Uint8Array, compressed?: boolean): Uint8Array {
  let isValid = takeSignature(sig64, hash32) && (recid & 3) === recid;
  if (recid & 2) isValid = addOrder() && isValid;
  else A.set(R);
  if (!isValid || !liftX(A, recid & 1)) throw fail('crypto-signature', 'not a recoverable signature');
  A.set(X2);
  B.set(Y2);
  subN(Z, ZERO, Z);
  invert(R, R, N);
  mulN(Z, Z, R);
  mulN(S, S, R);
  multiplyPublic(S, A, B, Z);
  if (isInfinity) throw fail('crypto-signature', 'the signature gives no key');
  toAffine();
  return encodePoint(compressed !== false);
}
