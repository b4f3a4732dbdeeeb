// HMAC (RFC 2104), HKDF (RFC 5869) and PBKDF2 (RFC 8018 5.2) over the hashes of this folder.
// Key blocks are overwritten after use; what the interpreter copies while hashing is not within reach.
import { fail } from '../../../protocol/errors';
import { sha256Parts } from './sha256';
import { SHA256_BLOCK_BYTES } from './sha256-running';
import { sha512Parts } from './sha512';
import { NATIVE } from '../native/standin';

// The pads are put on by words as far as the key goes; behind it they are themselves. One block serves as both pads.
function hmac(
  hash: (parts: Uint8Array[]) => Uint8Array,
  blockBytes: number,
  key: Uint8Array,
  parts: Uint8Array[],
): Uint8Array {
  const block = new Uint8Array(blockBytes);
  const n = key.length > blockBytes ? blockBytes >> 3 : (key.length + 3) >> 2;
  block.set(key.length > blockBytes ? hash([key]) : key);
  const words = new Uint32Array(block.buffer, 0, n);
  for (let i = 0; i < n; i++) words[i] ^= 0x36363636;
  block.fill(0x36, 4 * n, blockBytes);
  const digest = hash([block as Uint8Array].concat(parts));
  // From the inner pad to the outer one
  for (let i = 0; i < n; i++) words[i] ^= 0x6a6a6a6a;
  block.fill(0x5c, 4 * n, blockBytes);
  const mac = hash([block, digest]);
  block.fill(0);
  digest.fill(0);
  return mac;
}

/** HMAC-SHA256: 32 bytes. */
export function hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return hmac(sha256Parts, SHA256_BLOCK_BYTES, key, [bytes]);
}

/** HMAC-SHA256 of parts one after another. */
export function hmacSha256Parts(key: Uint8Array, parts: Uint8Array[]): Uint8Array {
  return hmac(sha256Parts, SHA256_BLOCK_BYTES, key, parts);
}

/** target = HMAC-SHA256; target may be the key or the bytes. Nothing of it stays elsewhere. */
export function hmacSha256To(target: Uint8Array, key: Uint8Array, bytes: Uint8Array): void {
  const mac = hmacSha256(key, bytes);
  target.set(mac);
  mac.fill(0);
}

/** HMAC-SHA512: 64 bytes. */
export function hmacSha512(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return hmac(sha512Parts, 128, key, [bytes]);
}

/** HKDF-SHA256, extract and expand. lenBytes 1..8160, else `crypto-length`. An empty salt means 32 zero bytes. */
export function hkdfSha256(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, lenBytes: number): Uint8Array {
  if (!(lenBytes > 0 && lenBytes <= 8160)) throw fail('crypto-length', 'HKDF gives 1 to 8160 bytes');
  const prk = hmacSha256(salt.length ? salt : new Uint8Array(32), ikm);
  const out = new Uint8Array(lenBytes);
  let block = new Uint8Array(0);
  for (let done = 0, i = 1; done < lenBytes; done += 32, i++) {
    const input = new Uint8Array(block.length + info.length + 1);
    input.set(block);
    input.set(info, block.length);
    input[input.length - 1] = i;
    block = hmacSha256(prk, input) as Uint8Array<ArrayBuffer>;
    out.set(lenBytes - done < 32 ? block.subarray(0, lenBytes - done) : block, done);
  }
  prk.fill(0);
  block.fill(0);
  return out;
}

/** PBKDF2-HMAC-SHA512 in ES5 (over whatever SHA-512 there is). */
export function pbkdf2Sha512Es5(
  password: Uint8Array,
  salt: Uint8Array,
  iterations: number,
  lenBytes: number,
): Uint8Array {
  const out = new Uint8Array(lenBytes);
  const first = new Uint8Array(salt.length + 4);
  first.set(salt);
  for (let done = 0, i = 1; done < lenBytes; done += 64, i++) {
    first[salt.length + 2] = i >> 8;
    first[salt.length + 3] = i;
    let u = hmacSha512(password, first);
    const t = new Uint8Array(64);
    t.set(u);
    for (let n = 1; n < iterations; n++) {
      u = hmacSha512(password, u);
      for (let j = 0; j < 64; j++) t[j] ^= u[j];
    }
    out.set(lenBytes - done < 64 ? t.subarray(0, lenBytes - done) : t, done);
    t.fill(0);
    u.fill(0);
  }
  return out;
}

/** PBKDF2-HMAC-SHA512; lenBytes a multiple of 4 up to 1024. Native on Espruino builds that have it. */
export function pbkdf2Sha512(password: Uint8Array, salt: Uint8Array, iterations: number, lenBytes: number): Uint8Array {
  if (!(lenBytes > 0 && lenBytes <= 1024) || lenBytes & 3 || !(iterations >= 1))
    throw fail('crypto-length', 'PBKDF2 gives 4 to 1024 bytes, a multiple of 4');
  if (NATIVE && NATIVE.PBKDF2 && password.length && salt.length)
    return new Uint8Array(
      NATIVE.PBKDF2(password, salt, { keySize: lenBytes >> 2, iterations: iterations, hasher: 'SHA512' }),
    );
  return pbkdf2Sha512Es5(password, salt, iterations, lenBytes);
}
