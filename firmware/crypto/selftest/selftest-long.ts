// The whole self-test: the steps of selftest.ts, and known answers of what few devices use: stand-ins for native calls,
// the field's edges, prepared nonces, recovery, batches, seeds of mnemonics, taproot. Input as there.
import { address } from '../wallet/address';
import { aes256Ctr } from '../cipher/aes';
import { aes256CtrEs5 } from '../cipher/aes-es5';
import { batchStart, batchStep } from '../wallet/batch';
import { ckdPub } from '../wallet/bip32';
import { bip39Seed } from '../wallet/bip39';
import { constantTimeEqual, setBytes } from '../bytes';
import { drbgInit } from '../cipher/drbg';
import { ecdsaRecover, ecdsaVerify, pubkeyCreate } from '../sign/ecdsa';
import { element, half3, load, mul, mulSub, mulSub2, sub } from '../curve/field';
import { invert } from '../curve/inverse';
import { N, ONE, ZERO, mulN } from '../curve/modn';
import { prepareNonce, signPrepared } from '../sign/nonce';
import { P, isZeroP } from '../curve/point';
import {
  CORE_TEST_STEPS,
  SELF_TEST_QUICK_STEPS,
  coreTestName,
  coreTestStep,
  starts,
  testIv,
  testKey,
} from './selftest';
import { sha256 } from '../hash/sha256';
import { sha256Es5 } from '../hash/sha256-running';
import { sha512Es5 } from '../hash/sha512-es5';
import { reduce } from '../curve/words';

/** Steps of the whole test. */
export const SELF_TEST_STEPS = 20;

const NAMES = 'fallbacks,fields,nonce,batch,bip39,taproot';

// (a b - u - 2 w) and its parts by two ways, and a^-1 a = 1 modulo p and n, on values at the edges and one derived from
// round.
export function isFieldRight(round: number): boolean {
  const a = element();
  const b = element();
  const r = element();
  const t = element();
  setBytes(a, sha256(new Uint8Array([round])));
  setBytes(b, sha256(new Uint8Array([round, 1])));
  if (!round) a.fill(4294967295);
  if (round === 1) b.set(P);
  load(b);
  mulSub2(r, a, b, a);
  load(b);
  mul(t, a);
  sub(t, t, b);
  sub(t, t, a);
  sub(t, t, a);
  sub(t, t, r);
  if (!isZeroP(t)) return false;
  load(b);
  mul(t, a);
  load(a);
  mulSub(r, b, t);
  if (!isZeroP(r)) return false;
  r.set(a);
  half3(r); // 3a/2: taken from 3a twice
  sub(t, a, r);
  sub(t, t, r);
  sub(r, ZERO, a);
  sub(r, r, a);
  sub(t, t, r);
  if (!isZeroP(t)) return false;
  r.set(b);
  reduce(r, N);
  if (!isZeroP(b)) {
    invert(t, r, N);
    mulN(t, t, r);
    for (let i = 0; i < 8; i++) if (t[i] !== ONE[i]) return false;
  }
  load(a);
  mul(t, a);
  sub(r, ZERO, a);
  load(r);
  mulSub(t, r, t);
  return isZeroP(t);
}

function runLongStep(step: number, key: Uint8Array, abc: Uint8Array): boolean {
  const hash = sha256(abc);
  const pub = pubkeyCreate(key);
  if (step === 0)
    return (
      starts(sha256Es5(abc), 'ba7816bf8f01cfea') &&
      starts(sha512Es5(abc), 'ddaf35a193617aba') &&
      constantTimeEqual(aes256CtrEs5(key, testIv(), key), aes256Ctr(key, testIv(), key))
    );
  if (step === 1) {
    for (let i = 0; i < 40; i++) if (!isFieldRight(i)) return false;
    return true;
  }
  if (step === 2) {
    const signed = signPrepared(prepareNonce(drbgInit(key)), hash, key);
    return (
      ecdsaVerify(signed.sig, hash, pub) &&
      !ecdsaVerify(signed.sig, key, pub) &&
      constantTimeEqual(ecdsaRecover(signed.sig, signed.recid, hash), pub)
    );
  }
  if (step === 3) {
    const children = batchStep(batchStart(pub, key, 7, 2), 2);
    return (
      children.length === 2 &&
      constantTimeEqual(children[1].pub33, ckdPub({ key: pub, chain: key }, 8).key) &&
      starts(pub, '0284bf7562262bbd')
    );
  }
  if (step === 4) return starts(bip39Seed(abc, key), 'cc1821339f1b15fe');
  return (
    step === 5 && address(pub, 'p2tr', 'main') === 'bc1pf22hwrhley3ah6qjt6234rs00fn84c2396ky4yea305kl02ezyns3k932r'
  );
}

/** Runs step 0 .. SELF_TEST_STEPS - 1; true when the answer is the known one. A throw counts as no. */
export function selfTestStep(step: number): boolean {
  if (step < CORE_TEST_STEPS) return coreTestStep(step);
  try {
    return runLongStep(step - CORE_TEST_STEPS, testKey(), new Uint8Array([97, 98, 99]));
  } catch (e) {
    return false;
  }
}

/** Runs the quick steps, or all: '' when all is well, else the name of the first that failed. */
export function selfTest(isLong?: boolean): string {
  for (let i = 0; i < (isLong ? SELF_TEST_STEPS : SELF_TEST_QUICK_STEPS); i++)
    if (!selfTestStep(i)) return i < CORE_TEST_STEPS ? coreTestName(i) : NAMES.split(',')[i - CORE_TEST_STEPS];
  return '';
}
