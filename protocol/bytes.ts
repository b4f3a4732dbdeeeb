/**
 * Small work on bytes, and on numbers as text, that every part of the protocol shares. Text here is ASCII or a byte
 * string; UTF-8 is cbor/text.ts. Where Espruino has a built-in for a loop over every byte it is used: same result, a
 * hundred times faster.
 */

/** A new Uint8Array: `a` followed by `b`. */
export function joinBytes(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a, 0);
  out.set(b, a.length);
  return out;
}

/** A copy of bytes[start, end). */
export function cutBytes(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const out = new Uint8Array(end - start);
  out.set(bytes.subarray(start, end), 0);
  return out;
}

/** Bytes of a text whose characters are all below 256, one byte each. */
export function bytesOfText(text: string): Uint8Array {
  const out = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i);
  return out;
}

const TEXT_STEP = 24;

/** Text of bytes[start, end), one character a byte. */
export function textOfBytes(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at += TEXT_STEP) {
    text += String.fromCharCode.apply(null, bytes.subarray(at, at + TEXT_STEP < end ? at + TEXT_STEP : end) as never);
  }
  return text;
}

/** Same length and content, in time that depends on the length only: for tags and other secrets. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i] ^ b[i];
  return difference === 0;
}

/** Overwrites with zeros. */
export function wipeBytes(bytes: Uint8Array): void {
  bytes.fill(0);
}

/** Writes `value` (0..2^32−1) at `offset`, four bytes, big endian. */
export function putU32(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 24;
  bytes[offset + 1] = value >>> 16;
  bytes[offset + 2] = value >>> 8;
  bytes[offset + 3] = value;
}

/** `value` (0..2^32−1) as four bytes, big endian. */
export function u32Bytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  putU32(bytes, 0, value);
  return bytes;
}

/** Four bytes at `offset`, big endian: 0..2^32−1. */
export function getU32(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] << 24) | (bytes[offset + 1] << 16) | (bytes[offset + 2] << 8) | bytes[offset + 3]) >>> 0;
}

/** CRC-32 (ISO 3309, as in zlib) of bytes[0, end). */
export function crc32(bytes: Uint8Array, end: number): number {
  if (typeof E !== 'undefined' && typeof E.CRC32 === 'function') return E.CRC32(bytes.subarray(0, end)) >>> 0;
  let crc = -1;
  for (let i = 0; i < end; i++) {
    crc ^= bytes[i];
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

/** Digits of the largest u32. */
const DIGITS_MAX = 10;

/**
 * The number that decimal digits stand for, `least`..`most`; −1 for any other text: empty, with a sign, a leading zero,
 * a space, a point, an exponent, another base. most: at most 2^32 − 1.
 */
export function decimalOf(text: string | undefined, least: number, most: number): number {
  if (!text || !/^[0-9]+$/.test(text) || text.length > DIGITS_MAX || (text.length > 1 && text.charAt(0) === '0'))
    return -1;
  const value = parseInt(text, 10);
  return value >= least && value <= most ? value : -1;
}
