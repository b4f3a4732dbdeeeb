// Bitcoin signed messages: base64 of a header byte and a recoverable signature (the form of Bitcoin's signmessage; for
// verification also the headers of BIP137 for segwit addresses).
// Text is hashed as UTF-8. On Espruino strings are bytes already and are taken as they are.
import { fail } from '../../../protocol/errors';
import { addressOfHash, type Network } from '../wallet/address';
import { concatBytes, constantTimeEqual, textBytes } from '../bytes';
import { ecdsaRecover, ecdsaSignRecoverable, pubkeyParse } from './ecdsa';
import { hash160 } from '../hash/ripemd160';
import { compactSize } from './sighash';
import { sha256d } from '../hash/sha256';

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const MAGIC = '\x18Bitcoin Signed Message:\n';

/** Bytes to base64 with padding (RFC 4648 4). */
export function base64Encode(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const x = (bytes[i] << 16) | ((left > 1 ? bytes[i + 1] : 0) << 8) | (left > 2 ? bytes[i + 2] : 0);
    text +=
      DIGITS[x >> 18] +
      DIGITS[(x >> 12) & 63] +
      (left > 1 ? DIGITS[(x >> 6) & 63] : '=') +
      (left > 2 ? DIGITS[x & 63] : '=');
  }
  return text;
}

/** Canonical base64 to bytes. Throws `crypto-base64`: length, character, padding, bits left over. */
export function base64Decode(text: string): Uint8Array {
  const n = text.length;
  let padding = 0;
  if (n % 4) throw fail('crypto-base64', 'base64 comes in fours');
  if (n && text[n - 1] === '=') padding = text[n - 2] === '=' ? 2 : 1;
  const out = new Uint8Array((n / 4) * 3 - padding);
  let pending = 0;
  let have = 0;
  let at = 0;
  for (let i = 0; i < n - padding; i++) {
    const digit = DIGITS.indexOf(text[i]);
    if (digit < 0) throw fail('crypto-base64', 'not a base64 character');
    pending = ((pending << 6) | digit) & 0xffff;
    have += 6;
    if (have >= 8) {
      have -= 8;
      out[at++] = (pending >> have) & 255;
    }
  }
  if (pending & ((1 << have) - 1)) throw fail('crypto-base64', 'bits left over');
  return out;
}

/** UTF-8 of a text: on Espruino the string's own bytes. */
function messageBytes(text: string): Uint8Array {
  return textBytes(typeof E === 'undefined' ? unescape(encodeURIComponent(text)) : text);
}

/** sha256d(magic ‖ length ‖ text). */
export function messageHash(text: string): Uint8Array {
  const bytes = messageBytes(text);
  return sha256d(concatBytes([textBytes(MAGIC), compactSize(bytes.length), bytes]));
}

/** Signs a text: base64 of 65 bytes, header 27..34. */
export function signMessage(text: string, priv32: Uint8Array, compressed?: boolean): string {
  const signed = ecdsaSignRecoverable(messageHash(text), priv32);
  const out = new Uint8Array(65);
  out[0] = 27 + signed.recid + (compressed === false ? 0 : 4);
  out.set(signed.sig, 1);
  return base64Encode(out);
}

// Is the key's address (of any network, P2PKH or P2WPKH) this one.
function isAddressOf(pub: Uint8Array, text: string): boolean {
  const hash = hash160(pub);
  const networks: Network[] = ['main', 'test', 'regtest'];
  for (let i = 0; i < 3; i++) {
    if (addressOfHash(hash, 'p2pkh', networks[i]) === text) return true;
    if (pub.length === 33 && addressOfHash(hash, 'p2wpkh', networks[i]) === text) return true;
  }
  return false;
}

/**
 * Did the holder of this address (P2PKH or P2WPKH) or public key (33 or 65 bytes) sign the text. False for malformed
 * signatures; throws for a key that is no point.
 */
export function verifyMessage(text: string, base64: string, addressOrPub: string | Uint8Array): boolean {
  if (typeof addressOrPub !== 'string') pubkeyParse(addressOrPub);
  let pub: Uint8Array;
  let isCompressed = true;
  try {
    const bytes = base64Decode(base64);
    const header = bytes[0];
    if (bytes.length !== 65 || header < 27 || header > 42) return false;
    isCompressed = header > 30;
    if (typeof addressOrPub !== 'string') isCompressed = addressOrPub.length === 33;
    pub = ecdsaRecover(bytes.subarray(1), (header - 27) & 3, messageHash(text), isCompressed);
  } catch (e) {
    return false;
  }
  if (typeof addressOrPub !== 'string') return constantTimeEqual(pub, addressOrPub);
  return isAddressOf(pub, addressOrPub);
}
