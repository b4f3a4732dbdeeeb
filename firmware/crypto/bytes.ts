// Bytes: conversions from and to 256-bit numbers and text, comparison, copies, wiping.
// Leaves to others: the numbers themselves (words.ts, field.ts, modn.ts).
import { fail } from '../../protocol/errors';
import { element } from './curve/field';

/** A typed array's own slice is a plain array on Espruino, so copies are made by copyBytes. */
export { cutBytes as copyBytes, equalBytes as constantTimeEqual } from '../../protocol/bytes';

/** Nothing: for parts that are empty or absent. One array, never written to. */
export const NO_BYTES = new Uint8Array(0);

/** A number from 64 hexadecimal digits (constants of the code, not input). */
export function fromHex(text: string): Uint32Array {
  const r = element();
  for (let i = 0; i < 8; i++) r[i] = parseInt(text.substr(56 - 8 * i, 8), 16);
  return r;
}

/** r = 32 bytes, big endian. */
export function setBytes(r: Uint32Array, bytes32: ArrayLike<number>): void {
  const view = new Uint8Array(r.buffer, r.byteOffset, 32);
  view.set(bytes32);
  view.reverse();
}

/** Writes a into out[at..at+31], big endian. a may be secret; no copy is left behind. */
export function putBytes(out: Uint8Array, at: number, a: Uint32Array): void {
  const view = new Uint8Array(out.buffer, out.byteOffset + at, 32);
  view.set(new Uint8Array(a.buffer, a.byteOffset, 32));
  view.reverse();
}

/** 32 bytes, big endian. */
export function toBytes(a: Uint32Array): Uint8Array {
  const out = new Uint8Array(32);
  putBytes(out, 0, a);
  return out;
}

/** Overwrites a secret. */
export function wipe(secret: Uint8Array | Uint32Array | Float64Array): void {
  secret.fill(0);
}

/** The parts one after another. */
export function concatBytes(parts: Uint8Array[]): Uint8Array {
  let n = 0;
  for (let i = 0; i < parts.length; i++) n += parts[i].length;
  const out = new Uint8Array(n);
  n = 0;
  for (let i = 0; i < parts.length; i++) {
    out.set(parts[i], n);
    n += parts[i].length;
  }
  return out;
}

/** The bytes of an 8-bit string; a code above 255 is a caller's error (`crypto-text`): encode UTF-8 first. */
export function textBytes(text: string): Uint8Array {
  const out = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c > 255) throw fail('crypto-text', 'a byte string is expected');
    out[i] = c;
  }
  return out;
}

/** Throws `crypto-length` unless `bytes` is a Uint8Array of that length. */
export function aBytes(bytes: Uint8Array, lenBytes: number, name: string): Uint8Array {
  if (!(bytes instanceof Uint8Array) || bytes.length !== lenBytes)
    throw fail('crypto-length', name + ' must be ' + lenBytes + ' bytes');
  return bytes;
}

/** Adds one to a counter of 16 bytes, big endian. */
export function nextCounter(counter: Uint8Array): void {
  for (let i = 15; i >= 0; i--) {
    counter[i]++;
    if (counter[i]) return;
  }
}
