// Signatures in two parts: all that does not depend on the message is made in idle time, so that a request costs nine
// products mod n instead of a multiple of G.
// Why it is safe. The nonce k is 256 bits from the device's HMAC-DRBG, taken mod n by rejection: as uniform as RFC
// 6979's, and it does not have to be reproducible. What must never happen is one k under two messages:
//   - a prepared nonce is an object in RAM alone and is never written anywhere: a crash, a reset or a power cut
//     destroys it,
//     a restored backup does not contain it;
//   - signPrepared marks it used and takes its values out before it computes anything, so that even a fault or an
//     exception in mid-signature leaves nothing to use again;
//   - the DRBG's state is persisted (advanced) by its owner before its output is used, so that no power cut, and no
//     restore of an older state without fresh entropy, makes it give the same k again. prepareNonce also mixes the
//     blinding
//     chain into the request, which no state in flash determines.
// R on the curve is checked when the nonce is made, the scalar relation when it is used (ecdsa.ts says what each
// catches).
import { fail } from '../../../protocol/errors';
import { setBytes, toBytes } from '../bytes';
import { blindNext } from '../curve/blind';
import { drbgGenerate, type Drbg } from '../cipher/drbg';
import {
  D,
  K,
  NONCE,
  prepareFactors,
  signatureOf,
  takeArguments,
  wipeRegisters,
  type RecoverableSignature,
} from './ecdsa';
import { isScalar } from '../curve/scalar';

/** A nonce waiting for its one message. All of it is secret but `recid`; about 25 variables on Espruino. */
export interface PreparedNonce {
  /** Five numbers of eight words: r, m, (k m)^-1, m2, m2 k. */
  words: Uint32Array;
  recid: number;
  isUsed: boolean;
}

/**
 * Makes a nonce from the DRBG (whose new state its owner has to persist before the signature leaves). As long as a k G.
 */
export function prepareNonce(drbg: Drbg): PreparedNonce {
  const words = new Uint32Array(40);
  try {
    do {
      blindNext(D);
      const extra = toBytes(D);
      const bytes = drbgGenerate(drbg, 32, extra);
      setBytes(K, bytes);
      bytes.fill(0);
      extra.fill(0);
    } while (!isScalar(K));
    const recid = prepareFactors();
    words.set(NONCE);
    return { words: words, recid: recid, isUsed: false };
  } finally {
    wipeRegisters();
  }
}

/** Overwrites a nonce that will not be used. */
export function wipeNonce(nonce: PreparedNonce): void {
  nonce.isUsed = true;
  nonce.words.fill(0);
}

/**
 * Signs with a prepared nonce, which is used up. Throws `crypto-nonce` when it was used before, crypto-length,
 * crypto-scalar, crypto-fault.
 */
export function signPrepared(nonce: PreparedNonce, hash32: Uint8Array, priv32: Uint8Array): RecoverableSignature {
  if (nonce.isUsed) throw fail('crypto-nonce', 'this nonce was used');
  try {
    NONCE.set(nonce.words);
    wipeNonce(nonce);
    takeArguments(hash32, priv32);
    return signatureOf(nonce.recid);
  } finally {
    wipeRegisters();
  }
}
