// The withdrawal that the website encrypts for V: AES-256-CBC under a scrypt key of the shared password.
// Spec: docs/published-app.md 7. The format has no authentication of its own; bound-info.ts adds it inside the
// plaintext. What the decrypted outputs may be is decided by outs.ts and the policy.

import { createCipheriv, createDecipheriv, scrypt } from 'node:crypto';
import { fail } from '../../protocol/errors';

const SALT_BYTES = 8;
/** An IV has one block. */
const AES_BLOCK_BYTES = 16;
const SCRYPT = { N: 16384, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
/** Longest `vtest_info` that is looked at, characters. */
export const MAX_VTEST_INFO_CHARS = 65536;

export interface VtestCipher {
  ciphertext: Uint8Array;
  iv: Uint8Array;
  salt: Uint8Array;
}

/** `password` as UTF-16BE code units, not normalised; unpaired surrogates are kept. Secret; the caller drops it. */
export function passwordBytes(password: string): Buffer {
  return Buffer.from(password, 'utf16le').swap16();
}

/** The AES key (32 bytes, secret) of a password and a salt of 8 bytes. Does not block the event loop. */
export function vtestKey(password: string, salt: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(passwordBytes(password), salt, 32, SCRYPT, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

/**
 * Takes `HEX(ct)/HEX(iv)/HEX(salt)` apart; `:` is the old separator, further parts are ignored, hex of any case.
 * A salt of 9 bytes or more carries a flag byte first: bytes 1..8 are used. Throws `vtest-format`.
 */
export function parseVtestInfo(text: string): VtestCipher {
  if (text.length > MAX_VTEST_INFO_CHARS)
    throw fail('vtest-format', 'longer than ' + MAX_VTEST_INFO_CHARS + ' characters');
  const parts = text.split(text.includes(':') ? ':' : '/');
  if (parts.length < 3) throw fail('vtest-format', 'expected 3 parts, got ' + parts.length);
  const [ciphertext, iv, saltField] = parts.slice(0, 3).map(aHex);
  if (ciphertext.length === 0 || ciphertext.length % AES_BLOCK_BYTES !== 0)
    throw fail('vtest-format', 'ciphertext is not whole blocks');
  if (iv.length !== AES_BLOCK_BYTES) throw fail('vtest-format', 'expected an IV of 16 bytes, got ' + iv.length);
  if (saltField.length < SALT_BYTES) throw fail('vtest-format', 'expected a salt of 8 bytes, got ' + saltField.length);
  const salt = saltField.length === SALT_BYTES ? saltField : saltField.subarray(1, 1 + SALT_BYTES);
  return { ciphertext, iv, salt };
}

/**
 * Decrypts to bytes. Throws `vtest-format`, or `vtest-decrypt` for a wrong password or an altered text; about one wrong
 * password in 256 goes unnoticed here and only shows when the plaintext is parsed.
 */
export async function decryptVtestInfo(text: string, password: string): Promise<Buffer> {
  const parts = parseVtestInfo(text);
  const key = await vtestKey(password, parts.salt);
  try {
    return decryptParts(parts, key);
  } finally {
    key.fill(0);
  }
}

/** As decryptVtestInfo, with the key (32 bytes, stays the caller's) at hand. */
export function decryptParts(parts: VtestCipher, key: Uint8Array): Buffer {
  try {
    const decipher = createDecipheriv('aes-256-cbc', key, parts.iv);
    return Buffer.concat([decipher.update(parts.ciphertext), decipher.final()]);
  } catch {
    throw fail('vtest-decrypt', 'wrong password or altered text');
  }
}

/** Encrypts `plain` (UTF-8 when a string). `random` gives salt and IV. */
export async function encryptVtestInfo(
  plain: string | Uint8Array,
  password: string,
  random: (lenBytes: number) => Uint8Array,
): Promise<string> {
  const salt = random(SALT_BYTES);
  const key = await vtestKey(password, salt);
  try {
    return encryptParts(plain, key, salt, random(AES_BLOCK_BYTES));
  } finally {
    key.fill(0);
  }
}

/**
 * As encryptVtestInfo, with the key (32 bytes, stays the caller's) at hand. salt: 8 bytes, iv: 16 bytes, both fresh.
 */
export function encryptParts(plain: string | Uint8Array, key: Uint8Array, salt: Uint8Array, iv: Uint8Array): string {
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  const ciphertext = Buffer.concat([cipher.update(Buffer.from(plain as string)), cipher.final()]);
  return [ciphertext, iv, salt].map((bytes) => Buffer.from(bytes).toString('hex').toUpperCase()).join('/');
}

function aHex(text: string): Buffer {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) throw fail('vtest-format', 'expected pairs of hex digits');
  return Buffer.from(text, 'hex');
}
