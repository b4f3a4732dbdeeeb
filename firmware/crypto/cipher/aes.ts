// AES-256 in counter mode (FIPS 197, SP 800-38A 6.5) and encrypt-then-MAC built from it and HMAC-SHA256.
// Native AES where Espruino has it (mbedtls with tables: an observer of cache or bus timing could learn from them),
// else aes-es5.ts.
import { fail } from '../../../protocol/errors';
import { aes256CtrEs5 } from './aes-es5';
import { constantTimeEqual, nextCounter } from '../bytes';
import { hkdfSha256, hmacSha256Parts } from '../hash/hmac';
import { NATIVE } from '../native/standin';

// The native call takes so many bytes at once: its result needs memory in one piece, and where memory is scarce only
// small pieces are free.
const NATIVE_CHUNK_BYTES = 64;
const NATIVE_AES = NATIVE && NATIVE.AES;

// Counter blocks made here and encrypted natively by ECB, 256 bytes at a time: Espruino's own CTR mode takes no notice
// of its `iv` (libs/crypto/jswrap_crypto.c of 2v29 starts every counter at zero), so that two messages would share a
// stream.
function aes256CtrNative(key32: Uint8Array, iv16: Uint8Array, bytes: Uint8Array): Uint8Array {
  const counter = new Uint8Array(16);
  const out = new Uint8Array(bytes.length);
  counter.set(iv16);
  for (let at = 0; at < bytes.length; at += NATIVE_CHUNK_BYTES) {
    const n = bytes.length - at < NATIVE_CHUNK_BYTES ? bytes.length - at : NATIVE_CHUNK_BYTES;
    const blocks = new Uint8Array((n + 15) & -16);
    for (let b = 0; b < blocks.length; b += 16) {
      blocks.set(counter, b);
      nextCounter(counter);
    }
    const stream = new Uint8Array(NATIVE_AES!.encrypt(blocks, key32, { mode: 'ECB' }));
    for (let i = 0; i < n; i++) out[at + i] = bytes[at + i] ^ stream[i];
    stream.fill(0);
  }
  return out;
}

/**
 * AES-256-CTR, big endian counter over the whole block; the same call encrypts and decrypts. Throws `crypto-length`.
 */
export function aes256Ctr(key32: Uint8Array, iv16: Uint8Array, bytes: Uint8Array): Uint8Array {
  if (key32.length !== 32 || iv16.length !== 16)
    throw fail('crypto-length', 'AES-256-CTR takes a key of 32 and a counter of 16 bytes');
  if (!bytes.length) return new Uint8Array(0);
  return NATIVE_AES ? aes256CtrNative(key32, iv16, bytes) : aes256CtrEs5(key32, iv16, bytes);
}

const SEAL_INFO = new Uint8Array([115, 101, 97, 108]); // "seal"

// Two keys from one: 32 bytes for AES, 32 for HMAC.
function sealKeys(key32: Uint8Array): Uint8Array {
  if (key32.length !== 32) throw fail('crypto-length', 'a sealing key is 32 bytes');
  return hkdfSha256(key32, new Uint8Array(0), SEAL_INFO, 64);
}

function sealIv(nonce: Uint8Array): Uint8Array {
  if (nonce.length > 12) throw fail('crypto-length', 'a nonce is at most 12 bytes');
  const iv = new Uint8Array(16);
  iv.set(nonce);
  return iv;
}

// HMAC over lengths, nonce, associated data and ciphertext: no two different inputs give the same bytes.
function sealTag(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  cipher: Uint8Array,
  tagBytes: number,
): Uint8Array {
  if (!(tagBytes >= 8 && tagBytes <= 32)) throw fail('crypto-length', 'a tag is 8 to 32 bytes');
  const lengths = new Uint8Array([nonce.length, aad.length >> 24, aad.length >> 16, aad.length >> 8, aad.length]);
  return hmacSha256Parts(key, [lengths, nonce, aad, cipher]).subarray(0, tagBytes);
}

/**
 * Encrypts then authenticates: ciphertext ‖ tag. nonce: at most 12 bytes, never twice under one key.
 * The 64 bytes of working keys come from key32 by HKDF, so one key serves both.
 */
export function seal(
  key32: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  plain: Uint8Array,
  tagBytes: number,
): Uint8Array {
  const iv = sealIv(nonce);
  const keys = sealKeys(key32);
  const cipher = aes256Ctr(keys.subarray(0, 32), iv, plain);
  const tag = sealTag(keys.subarray(32), nonce, aad, cipher, tagBytes);
  const out = new Uint8Array(plain.length + tagBytes);
  out.set(cipher);
  out.set(tag, plain.length);
  keys.fill(0);
  return out;
}

/**
 * Checks the tag first, then decrypts. Throws `crypto-tag` when anything was changed, `crypto-length` when too short.
 */
export function open(
  key32: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
  tagBytes: number,
): Uint8Array {
  if (sealed.length < tagBytes) throw fail('crypto-length', 'shorter than its tag');
  const iv = sealIv(nonce);
  const keys = sealKeys(key32);
  const at = sealed.length - tagBytes;
  const cipher = sealed.subarray(0, at);
  const isValid = constantTimeEqual(sealTag(keys.subarray(32), nonce, aad, cipher, tagBytes), sealed.subarray(at));
  const plain = isValid ? aes256Ctr(keys.subarray(0, 32), iv, cipher) : undefined;
  keys.fill(0);
  if (!plain) throw fail('crypto-tag', 'the authentication tag does not match');
  return plain;
}
