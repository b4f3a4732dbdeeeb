// Signatures in two parts: all that does not depend on the message is made in idle time, so that a request costs nine
// products mod n instead of a multiple of G.
// Why it is safe. The nonce k is 256 bits from the device's HMAC-DRBG, taken mod n by rejection: as uniform as RFC 6979's,
// and it does not have to be reproducible. What must never happen is one k under two messages:
//   - a prepared nonce is an object in RAM alone and is never written anywhere: a crash, a reset or a power cut destroys it,
//     a restored backup does not contain it;
//   - signPrepared marks it used and takes its values out before it computes anything, so that even a fault or an
//     exception in mid-signature leaves nothing to use again;
//   - the DRBG's state is persisted (advanced) by its owner before its output is used, so that no power cut, and no
//     restore of an older state without fresh entropy, makes it give the same k again. prepareNonce also mixes the blinding
//     chain into the request, which no state in flash determines.
// R on the curve is checked when the nonce is made, the scalar relation when it is used (ecdsa.ts says what each catches).
import { fail } from '../../protocol/errors';
import { aBytes, isLess, isZero, putBytes, setBytes, toBytes } from './bytes';
import { blindNext } from './blind';
import { drbgGenerate, type Drbg } from './drbg';
import { basePoint, prepareFactors, signatureScalar, wipeRegisters, type RecoverableSignature } from './ecdsa';
import { element } from './field';
import { X1, Y1 } from './point';
import { N, aScalar, isScalar, reduceN } from './scalar';

/** A nonce waiting for its one message. All of it is secret but `recid`; about 45 variables on Espruino. */
export interface PreparedNonce {
  /** Six numbers of eight words: r, m, (k m)^-1, m2, m2 k. */
  words: Uint32Array;
  recid: number;
  isUsed: boolean;
}

const K = element();
const Z = element();
const D = element();
const S = element();

/** Makes a nonce from the DRBG (whose new state its owner has to persist before the signature leaves). As long as a k G. */
export function prepareNonce(drbg: Drbg): PreparedNonce {
  const words = new Uint32Array(40);
  let recid = 0;
  try {
    do {
      do {
        blindNext(Z);
        const bytes = drbgGenerate(drbg, 32, toBytes(Z));
        setBytes(K, bytes);
        bytes.fill(0);
      } while (!isScalar(K));
      basePoint(K);
      recid = (Y1[0] & 1) | (isLess(X1, N) ? 0 : 2);
      reduceN(words.subarray(0, 8), X1);
    } while (isZero(words.subarray(0, 8)));
    prepareFactors(K, words.subarray(8, 16), words.subarray(16, 24), words.subarray(24, 32), words.subarray(32, 40));
    return { words: words, recid: recid, isUsed: false };
  } finally {
    K.fill(0);
    Z.fill(0);
    wipeRegisters();
  }
}

/** Overwrites a nonce that will not be used. */
export function wipeNonce(nonce: PreparedNonce): void {
  nonce.isUsed = true;
  nonce.words.fill(0);
}

/** Signs with a prepared nonce, which is used up. Throws `crypto-nonce` when it was used before, crypto-length, crypto-scalar, crypto-fault. */
export function signPrepared(nonce: PreparedNonce, hash32: Uint8Array, priv32: Uint8Array): RecoverableSignature {
  if (nonce.isUsed) throw fail('crypto-nonce', 'this nonce was used');
  nonce.isUsed = true;
  const words = nonce.words;
  try {
    aBytes(hash32, 32, 'hash');
    aScalar(D, priv32, 'private key');
    setBytes(Z, hash32);
    reduceN(Z, Z);
    const r = words.subarray(0, 8);
    const isNegated = signatureScalar(S, Z, r, D, words.subarray(8, 16), words.subarray(16, 24), words.subarray(24, 32), words.subarray(32, 40));
    const sig = new Uint8Array(64);
    putBytes(sig, 0, r);
    putBytes(sig, 32, S);
    return { sig: sig, recid: isNegated ? nonce.recid ^ 1 : nonce.recid };
  } finally {
    words.fill(0);
    Z.fill(0);
    D.fill(0);
    S.fill(0);
    wipeRegisters();
  }
}
