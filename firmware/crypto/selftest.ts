// Known-answer tests of every primitive, in steps so that a watchdog can be served in between. The quick ones run at boot,
// before any key is touched; the long ones from the console. Input throughout: key 1, 2, .. 32 and the text "abc"; the
// answers were computed with Node's OpenSSL and @noble/curves. A step says yes or no; a device that hears no must not sign.
import { address } from './address';
import { aes256Ctr, aes256CtrEs5, open, seal } from './aes';
import { batchStart, batchStep } from './batch';
import { ckdPriv, ckdPub, privFromSeed } from './bip32';
import { bip39Seed } from './bip39';
import { isOnCurve } from './affine';
import { constantTimeEqual, setBytes } from './bytes';
import { combParts, combReady } from './comb';
import { drbgGenerate, drbgInit } from './drbg';
import { ecdh } from './ecdh';
import { ecdsaRecover, ecdsaSignRecoverable, ecdsaVerify, pubkeyCreate } from './ecdsa';
import { element, half3, load, mul, mulSub, mulSub2, sub } from './field';
import { hkdfSha256, hmacSha256, hmacSha512, pbkdf2Sha512 } from './hmac';
import { invert } from './inverse';
import { base64Decode } from './message';
import { prepareNonce, signPrepared } from './nonce';
import { N, ONE, ZERO, mulN } from './modn';
import { P, isZeroP } from './point';
import { ripemd160 } from './ripemd160';
import { sha256 } from './sha256';
import { sha256Es5 } from './sha256-running';
import { sha512 } from './sha512';
import { sha512Es5 } from './sha512-es5';
import { reduce } from './words';

/** Steps of the quick and of the whole test. */
export const SELF_TEST_QUICK_STEPS = 14;
export const SELF_TEST_STEPS = 20;

const NAMES = 'sha256,sha512,ripemd160,hmac,hkdf,pbkdf2,aes,drbg,field,sign,verify,ecdh,bip32,address,comb,fallbacks,fields,nonce,batch,bip39';

function starts(bytes: Uint8Array, hex: string): boolean {
  let different = 0;
  for (let i = 0; i < hex.length / 2; i++) different |= bytes[i] ^ parseInt(hex.substr(2 * i, 2), 16);
  return different === 0;
}

function testKey(): Uint8Array {
  const key = new Uint8Array(32);
  for (let i = 0; i < 32; i++) key[i] = i + 1;
  return key;
}

function testIv(): Uint8Array {
  const iv = new Uint8Array(16);
  iv.fill(255);
  return iv;
}

// (a b - u - 2 w) and its parts by two ways, and a^-1 a = 1 modulo p and n, on values at the edges and one derived from round.
function isFieldRight(round: number): boolean {
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

/** Runs step 0 .. SELF_TEST_STEPS - 1; true when the answer is the known one. A throw counts as no. */
export function selfTestStep(step: number): boolean {
  try {
    return runStep(step, testKey(), new Uint8Array([97, 98, 99]));
  } catch (e) {
    return false;
  }
}

function runStep(step: number, key: Uint8Array, abc: Uint8Array): boolean {
  if (step === 0) return starts(sha256(abc), 'ba7816bf8f01cfea');
  if (step === 1) return starts(sha512(abc), 'ddaf35a193617aba');
  if (step === 2) return starts(ripemd160(abc), '8eb208f7e05d987a');
  if (step === 3) return starts(hmacSha256(key, abc), 'a21b1f5d4cf4f73a') && starts(hmacSha512(key, abc), '2cf64d2e8520c31d');
  if (step === 4) return starts(hkdfSha256(key, new Uint8Array(0), abc, 32), 'a773b7eef81da369');
  if (step === 5) return starts(pbkdf2Sha512(abc, key, 2, 64), '35827441cbd08c4a');
  if (step === 6) return starts(aes256Ctr(key, testIv(), new Uint8Array(32)), '924193e149789acb5d57a960abeea5a3a73c5576667b7b43a23a9fd930b5465d') && isSealRight(key, abc);
  if (step === 7) return starts(drbgGenerate(drbgInit(key), 32), '7f9533ad83d815a8');
  if (step === 8) return isFieldRight(0) && isFieldRight(1) && isFieldRight(2);
  return runCurveStep(step, key, abc, sha256(abc));
}

function isSealRight(key: Uint8Array, abc: Uint8Array): boolean {
  const sealed = seal(key, abc, key, abc, 16);
  return constantTimeEqual(open(key, abc, key, sealed, 16), abc);
}

// The signature of the hash of "abc" as everybody makes it, its key, and the point shared with that hash as a key.
function knownSignature(): Uint8Array {
  return base64Decode('MkIL8tyajkdGkMMvZjTb5SMom3jShVskySJOXsLoWRgHX7swcHIaP57atKX8Skjm9sOzUqA9ZyF0eMPgkDZf4A==');
}

function runCurveStep(step: number, key: Uint8Array, abc: Uint8Array, hash: Uint8Array): boolean {
  const pub = base64Decode('AoS/dWImK71pQAhXSPO+avpSrjFxVRgezjG2Y1HM/6Sw');
  if (step === 9) {
    const signed = ecdsaSignRecoverable(hash, key);
    return signed.recid === 1 && constantTimeEqual(signed.sig, knownSignature());
  }
  if (step === 10) return ecdsaVerify(knownSignature(), hash, pub);
  if (step === 11) return starts(ecdh(base64Decode('AiNULWFwjj/Ei6ePvo/MmDupSlILwz+CuOReUdvEevJy'), key), '0342602f2e386206781f66896359e395');
  if (step === 12) {
    const master = privFromSeed(key);
    const child = ckdPriv(master, 1);
    return starts(master.key, '4406c0fc18c6e831') && starts(child.key, 'ad94c3304847d5b3') && starts(child.chain, '43d0f8b250c5bb18');
  }
  if (step === 13)
    return address(pub, 'p2pkh', 'main') === '194sjtY7LtC3P886FTepA5Q42VGqrwTK86' && address(pub, 'p2tr', 'main') === 'bc1pf22hwrhley3ah6qjt6234rs00fn84c2396ky4yea305kl02ezyns3k932r';
  return runLongStep(step, key, abc, hash, pub);
}

function runLongStep(step: number, key: Uint8Array, abc: Uint8Array, hash: Uint8Array, pub: Uint8Array): boolean {
  if (step === 14) return isCombRight();
  if (step === 15)
    return (
      starts(sha256Es5(abc), 'ba7816bf8f01cfea') && starts(sha512Es5(abc), 'ddaf35a193617aba') && constantTimeEqual(aes256CtrEs5(key, testIv(), key), aes256Ctr(key, testIv(), key))
    );
  if (step === 16) {
    for (let i = 3; i < 40; i++) if (!isFieldRight(i)) return false;
    return true;
  }
  if (step === 17) {
    const signed = signPrepared(prepareNonce(drbgInit(key)), hash, key);
    return ecdsaVerify(signed.sig, hash, pub) && !ecdsaVerify(signed.sig, key, pub) && constantTimeEqual(ecdsaRecover(signed.sig, signed.recid, hash), pub);
  }
  if (step === 18) {
    const children = batchStep(batchStart(pub, key, 7, 2), 2);
    return children.length === 2 && constantTimeEqual(children[1].pub33, ckdPub({ key: pub, chain: key }, 8).key) && constantTimeEqual(pub, pubkeyCreate(key));
  }
  if (step === 19) return starts(bip39Seed(abc, key), 'cc1821339f1b15fe');
  return false;
}

// Every point of the table lies on the curve (that they are the right ones, the known signature shows for those in use).
function isCombRight(): boolean {
  combReady();
  for (let b = 0; b < combParts.length; b++) {
    const buffer = combParts[b];
    for (let at = 0; at < buffer.byteLength; at += 64) if (!isOnCurve(new Uint32Array(buffer, at, 8), new Uint32Array(buffer, at + 32, 8))) return false;
  }
  return true;
}

/** Runs the quick steps, or all: '' when all is well, else the name of the first that failed. */
export function selfTest(isLong?: boolean): string {
  const names = NAMES.split(',');
  for (let i = 0; i < (isLong ? SELF_TEST_STEPS : SELF_TEST_QUICK_STEPS); i++) if (!selfTestStep(i)) return names[i];
  return '';
}
