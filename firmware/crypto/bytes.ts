// Bytes, and 256-bit numbers as Uint32Array(8) of little endian words: conversions, comparison, addition, wiping.
// Straight-line on purpose: an interpreted loop around eight words costs three times as much.
import { fail } from '../../protocol/errors';
import { RADIX, element } from './field';

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

/** r = a + b; answers the carry, 0 or 1. A word sum is below 2^33 + 1. */
export function add256(r: Uint32Array, a: Uint32Array, b: Uint32Array): number {
  const q = RADIX;
  const c = a[0] + b[0];
  const d = a[1] + b[1] + ((c / q) | 0);
  const e = a[2] + b[2] + ((d / q) | 0);
  const f = a[3] + b[3] + ((e / q) | 0);
  const g = a[4] + b[4] + ((f / q) | 0);
  const h = a[5] + b[5] + ((g / q) | 0);
  const i = a[6] + b[6] + ((h / q) | 0);
  const j = a[7] + b[7] + ((i / q) | 0);
  r.set([c, d, e, f, g, h, i, j]);
  return (j / q) | 0;
}

/** r = a - b mod 2^256; answers the borrow, 0 or 1. Each word has 2^32 added and the borrow of the one before counted. */
export function sub256(r: Uint32Array, a: Uint32Array, b: Uint32Array): number {
  const q = RADIX;
  const x = RADIX - 1;
  const c = a[0] - b[0] + q;
  const d = a[1] - b[1] + x + ((c / q) | 0);
  const e = a[2] - b[2] + x + ((d / q) | 0);
  const f = a[3] - b[3] + x + ((e / q) | 0);
  const g = a[4] - b[4] + x + ((f / q) | 0);
  const h = a[5] - b[5] + x + ((g / q) | 0);
  const i = a[6] - b[6] + x + ((h / q) | 0);
  const j = a[7] - b[7] + x + ((i / q) | 0);
  r.set([c, d, e, f, g, h, i, j]);
  return 1 - ((j / q) | 0);
}

const SCRATCH = element();

/** a < b, always by a whole subtraction. */
export function isLess(a: Uint32Array, b: Uint32Array): boolean {
  return sub256(SCRATCH, a, b) === 1;
}

/** All words zero; no early exit. */
export function isZero(a: Uint32Array): boolean {
  return (a[0] | a[1] | a[2] | a[3] | a[4] | a[5] | a[6] | a[7]) === 0;
}

/** Same length and same bytes, without an early exit on the contents. */
export function constantTimeEqual(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  let different = 0;
  for (let i = 0; i < a.length; i++) different |= a[i] ^ b[i];
  return different === 0;
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

/** A copy of bytes[from..to-1] (a typed array's own slice is a plain array on Espruino). */
export function copyBytes(bytes: Uint8Array, from: number, to: number): Uint8Array {
  const out = new Uint8Array(to - from);
  out.set(new Uint8Array(bytes.buffer, bytes.byteOffset + from, to - from));
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
  if (!(bytes instanceof Uint8Array) || bytes.length !== lenBytes) throw fail('crypto-length', name + ' must be ' + lenBytes + ' bytes');
  return bytes;
}
