// Base58Check: base 58 with four bytes of double SHA-256 behind the payload (as of Bitcoin's first release).
import { fail } from '../../../protocol/errors';
import { constantTimeEqual, copyBytes } from '../bytes';
import { sha256d } from '../hash/sha256';

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
/** Longest payload: an extended key's 78 bytes. */
export const BASE58_MAX_PAYLOAD_BYTES = 78;
/** Longest text: 82 bytes take 112 digits. */
export const BASE58_MAX_TEXT = 112;

/** Payload (1..78 bytes, version included) to text. Throws `crypto-base58`. */
export function base58checkEncode(payload: Uint8Array): string {
  const n = payload.length;
  if (!n || n > BASE58_MAX_PAYLOAD_BYTES) throw fail('crypto-base58', 'a payload is 1 to 78 bytes');
  const all = new Uint8Array(n + 4);
  const digits = new Uint8Array(BASE58_MAX_TEXT);
  let used = 0;
  let zeros = 0;
  all.set(payload);
  all.set(sha256d(payload).subarray(0, 4), n);
  while (zeros < n + 4 && !all[zeros]) zeros++;
  for (let i = zeros; i < n + 4; i++) {
    let carry = all[i];
    for (let j = 0; j < used || carry; j++) {
      carry += digits[j] << 8;
      digits[j] = carry % 58;
      carry = (carry / 58) | 0;
      if (j >= used) used = j + 1;
    }
  }
  let text = '';
  for (let i = 0; i < zeros; i++) text += '1';
  for (let i = used - 1; i >= 0; i--) text += ALPHABET[digits[i]];
  return text;
}

/** Text to payload without the checksum. Throws `crypto-base58` (character, length) and `crypto-checksum`. */
export function base58checkDecode(text: string): Uint8Array {
  const n = text.length;
  if (n < 6 || n > BASE58_MAX_TEXT) throw fail('crypto-base58', 'not a length of base58check');
  const bytes = new Uint8Array(84);
  let used = 0;
  let zeros = 0;
  while (zeros < n && text[zeros] === '1') zeros++;
  for (let i = zeros; i < n; i++) {
    let carry = ALPHABET.indexOf(text[i]);
    if (carry < 0) throw fail('crypto-base58', 'not a base58 character');
    for (let j = 0; j < used || carry; j++) {
      carry += bytes[j] * 58;
      bytes[j] = carry;
      carry >>= 8;
      if (j >= used) used = j + 1;
    }
  }
  const lenBytes = zeros + used;
  if (lenBytes < 5 || lenBytes > BASE58_MAX_PAYLOAD_BYTES + 4)
    throw fail('crypto-base58', 'not a length of base58check');
  const out = new Uint8Array(lenBytes);
  for (let i = 0; i < used; i++) out[zeros + i] = bytes[used - 1 - i];
  const payload = copyBytes(out, 0, lenBytes - 4);
  if (!constantTimeEqual(sha256d(payload).subarray(0, 4), out.subarray(lenBytes - 4)))
    throw fail('crypto-checksum', 'the base58 checksum does not match');
  return payload;
}
