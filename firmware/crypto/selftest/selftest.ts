// Known-answer tests of what a device computes with, in steps so that a watchdog can be served in between. Input
// throughout: key 1, 2, .. 32 and the text "abc"; the answers were computed with Node's OpenSSL and @noble/curves. A
// step says yes or no; a device that hears no must not sign. Here are the quick steps and the table's; selftest-long.ts
// adds what few devices use.
import { addressOfHash, addressToScript } from '../wallet/address';
import { aes256Ctr, open, seal } from '../cipher/aes';
import { ckdPriv, privFromSeed } from '../wallet/bip32';
import { isOnCurve } from '../curve/affine';
import { constantTimeEqual } from '../bytes';
import { combParts, combReady } from '../curve/comb';
import { drbgGenerate, drbgInit } from '../cipher/drbg';
import { ecdh } from '../sign/ecdh';
import { ecdsaSignRecoverable, ecdsaVerify } from '../sign/ecdsa';
import { hkdfSha256, hmacSha256, hmacSha512, pbkdf2Sha512 } from '../hash/hmac';
import { base64Decode } from '../sign/message';
import { hash160, ripemd160 } from '../hash/ripemd160';
import { sha256 } from '../hash/sha256';
import { sha512 } from '../hash/sha512';

/** Steps of the quick test, and all that are here. */
export const SELF_TEST_QUICK_STEPS = 13;
export const CORE_TEST_STEPS = 14;

const NAMES = 'sha256,sha512,ripemd160,hmac,hkdf,pbkdf2,aes,drbg,sign,verify,ecdh,bip32,address,comb';

export function starts(bytes: Uint8Array, hex: string): boolean {
  let different = 0;
  for (let i = 0; i < hex.length / 2; i++) different |= bytes[i] ^ parseInt(hex.substr(2 * i, 2), 16);
  return different === 0;
}

export function testKey(): Uint8Array {
  const key = new Uint8Array(32);
  for (let i = 0; i < 32; i++) key[i] = i + 1;
  return key;
}

export function testIv(): Uint8Array {
  const iv = new Uint8Array(16);
  iv.fill(255);
  return iv;
}

function runHashStep(step: number, key: Uint8Array, abc: Uint8Array): boolean {
  if (step === 0) return starts(sha256(abc), 'ba7816bf8f01cfea');
  if (step === 1) return starts(sha512(abc), 'ddaf35a193617aba');
  if (step === 2) return starts(ripemd160(abc), '8eb208f7e05d987a');
  if (step === 3)
    return starts(hmacSha256(key, abc), 'a21b1f5d4cf4f73a') && starts(hmacSha512(key, abc), '2cf64d2e8520c31d');
  if (step === 4) return starts(hkdfSha256(key, new Uint8Array(0), abc, 32), 'a773b7eef81da369');
  if (step === 5) return starts(pbkdf2Sha512(abc, key, 2, 64), '35827441cbd08c4a');
  if (step === 6)
    return starts(aes256Ctr(key, testIv(), new Uint8Array(32)), '924193e149789acb') && isSealRight(key, abc);
  return starts(drbgGenerate(drbgInit(key), 32), '7f9533ad83d815a8');
}

function isSealRight(key: Uint8Array, abc: Uint8Array): boolean {
  const sealed = seal(key, abc, key, abc, 16);
  if (!constantTimeEqual(open(key, abc, key, sealed, 16), abc)) return false;
  sealed[0] ^= 1;
  try {
    open(key, abc, key, sealed, 16);
  } catch (e) {
    return true;
  }
  return false;
}

// Every point of the table lies on the curve (that they are the right ones, the known signature shows for those in
// use).
function isCombRight(): boolean {
  combReady();
  for (let b = 0; b < combParts.length; b++) {
    const buffer = combParts[b];
    for (let at = 0; at < buffer.byteLength; at += 64)
      if (!isOnCurve(new Uint32Array(buffer, at, 8), new Uint32Array(buffer, at + 32, 8))) return false;
  }
  return true;
}

// The signature of the hash of "abc" as everybody makes it, its key, and the point shared with that hash as a key.
export function knownSignature(): Uint8Array {
  return base64Decode('MkIL8tyajkdGkMMvZjTb5SMom3jShVskySJOXsLoWRgHX7swcHIaP57atKX8Skjm9sOzUqA9ZyF0eMPgkDZf4A==');
}

function runCurveStep(step: number, key: Uint8Array, hash: Uint8Array): boolean {
  const pub = base64Decode('AoS/dWImK71pQAhXSPO+avpSrjFxVRgezjG2Y1HM/6Sw');
  if (step === 8) {
    const signed = ecdsaSignRecoverable(hash, key);
    return signed.recid === 1 && constantTimeEqual(signed.sig, knownSignature());
  }
  if (step === 9) return ecdsaVerify(knownSignature(), hash, pub);
  if (step === 10)
    return starts(
      ecdh(base64Decode('AiNULWFwjj/Ei6ePvo/MmDupSlILwz+CuOReUdvEevJy'), key),
      '0342602f2e386206781f66896359e395',
    );
  if (step === 11) {
    const master = privFromSeed(key);
    const child = ckdPriv(master, 1);
    return (
      starts(master.key, '4406c0fc18c6e831') &&
      starts(child.key, 'ad94c3304847d5b3') &&
      starts(child.chain, '43d0f8b250c5bb18')
    );
  }
  if (step === 12) {
    const hash = hash160(pub);
    const old = '194sjtY7LtC3P886FTepA5Q42VGqrwTK86';
    const segwit = 'bc1qtp7fhly84qm6q4hhzmp0nh5frtdugmys2sa75y';
    return (
      addressOfHash(hash, 'p2pkh', 'main') === old &&
      addressOfHash(hash, 'p2wpkh', 'main') === segwit &&
      starts(addressToScript(old, 'main'), '76a914587c9bfc') &&
      starts(addressToScript(segwit, 'main'), '0014587c9bfc')
    );
  }
  return isCombRight();
}

/** Runs step 0 .. CORE_TEST_STEPS - 1; true when the answer is the known one. A throw counts as no. */
export function coreTestStep(step: number): boolean {
  const abc = new Uint8Array([97, 98, 99]);
  try {
    return step < 8 ? runHashStep(step, testKey(), abc) : runCurveStep(step, testKey(), sha256(abc));
  } catch (e) {
    return false;
  }
}

/** What a step tests. */
export function coreTestName(step: number): string {
  return NAMES.split(',')[step];
}
