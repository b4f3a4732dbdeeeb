// "Bitcoin signed message" as the published app makes and reads it. Spec: docs/published-app.md 2.
// Two readers: strict (what every new verifier uses) and lenient (what the Java verifier took, for reading old
// records).

import { secp256k1 } from '@noble/curves/secp256k1';
import { sha256 } from '@noble/hashes/sha256';
import { fail } from '../../protocol/errors';

const MAGIC = Buffer.from('\x18Bitcoin Signed Message:\n', 'latin1');
const RECOVERABLE_SIG_BYTES = 65;
const HEADER_UNCOMPRESSED = 27;
const HEADER_COMPRESSED = 31;

export type Reader = 'strict' | 'lenient';

/** UTF-8 with `?` for an unpaired surrogate, as Java writes it. */
export function utf8LikeJava(text: string): Buffer {
  return Buffer.from(
    text.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, (unit) => (unit.length === 2 ? unit : '?')),
    'utf8',
  );
}

/** SHA256d of the magic, the length as a varint and the text. 32 bytes. */
export function messageHash(text: string): Uint8Array {
  const body = utf8LikeJava(text);
  return sha256(sha256(Buffer.concat([MAGIC, varint(body.length), body])));
}

/** 88 characters: header 31 or 32, r, s (RFC 6979, low s). `priv`: 32 bytes, secret. */
export function signMessage(text: string, priv: Uint8Array): string {
  const signature = secp256k1.sign(messageHash(text), priv, { lowS: true });
  const header = HEADER_COMPRESSED + signature.recovery;
  return Buffer.concat([Uint8Array.of(header), signature.toCompactRawBytes()]).toString('base64');
}

/**
 * The public key that made `base64`: 33 bytes, or 65 when the header says uncompressed (lenient only).
 * Throws `signature-format` (shape, header, range, high s in strict) or `signature-point` (r is no point).
 */
export function recoverMessageKey(text: string, base64: string, reader: Reader): Uint8Array {
  const raw = reader === 'strict' ? strictBase64(base64) : lenientBase64(base64);
  const header = raw[0];
  const lowest = reader === 'strict' ? HEADER_COMPRESSED : HEADER_UNCOMPRESSED;
  if (header < lowest || header > HEADER_COMPRESSED + 3)
    throw fail('signature-format', 'header ' + header + ' is out of range');
  const compressed = header >= HEADER_COMPRESSED;
  const recovery = (header - HEADER_UNCOMPRESSED) & 3;
  const signature = aSignature(raw.subarray(1, RECOVERABLE_SIG_BYTES));
  if (reader === 'strict' && signature.hasHighS()) throw fail('signature-format', 's is above n/2');
  try {
    return signature.addRecoveryBit(recovery).recoverPublicKey(messageHash(text)).toRawBytes(compressed);
  } catch {
    throw fail('signature-point', 'r is not on the curve');
  }
}

/** True when `pub` (33 bytes) signed `text`. Never throws: whatever is malformed is false. */
export function isSignedBy(text: string, base64: string, pub: Uint8Array, reader: Reader = 'strict'): boolean {
  try {
    return Buffer.compare(recoverMessageKey(text, base64, reader), pub) === 0;
  } catch {
    return false;
  }
}

function aSignature(compact: Uint8Array): InstanceType<typeof secp256k1.Signature> {
  try {
    return secp256k1.Signature.fromCompact(compact);
  } catch {
    throw fail('signature-format', 'r or s is out of range');
  }
}

function strictBase64(text: string): Uint8Array {
  if (!/^[A-Za-z0-9+/]{87}=$/.test(text)) throw fail('signature-format', 'expected 88 characters of base64');
  const raw = Buffer.from(text, 'base64');
  if (raw.toString('base64') !== text) throw fail('signature-format', 'base64 is not canonical');
  return raw;
}

function lenientBase64(text: string): Uint8Array {
  const packed = text.replace(/[ \t\r\n]/g, '');
  if (packed === '' || !/^[A-Za-z0-9+/]*={0,2}$/.test(packed)) throw fail('signature-format', 'not base64');
  const raw = Buffer.from(packed, 'base64');
  if (raw.length < RECOVERABLE_SIG_BYTES) throw fail('signature-format', 'expected 65 bytes, got ' + raw.length);
  return raw;
}

function varint(value: number): Uint8Array {
  if (value < 253) return Uint8Array.of(value);
  if (value < 65536) return Uint8Array.of(253, value & 255, value >> 8);
  return Uint8Array.of(254, value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24);
}
