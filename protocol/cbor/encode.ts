/**
 * CBOR, deterministic (RFC 8949 4.2.1): shortest heads and floats, definite lengths, keys in bytewise order of their
 * encodings. Spec: SPEC.md 3.1. Leaves the meaning of values to messages.ts.
 */
import { cutBytes, putU32 } from '../bytes';
import { fail } from '../errors';
import { CBOR_BYTES_MAX, CBOR_DEPTH_MAX } from '../wire';
import { floatBytes, putFloat } from './float';
import { isCborMap } from './map';
import { malformedAt, putUtf8, utf8Length } from './text';
import { CborMap, CborObject, CborValue, MAX_SAFE, TWO_32 } from './types';

const FIRST_BYTES = 64;

interface Writer {
  bytes: Uint8Array;
  used: number;
}

interface KeyedItem {
  key: Uint8Array;
  value: CborValue;
}

/** Makes room for `count` more octets and answers where they go. */
function reserve(writer: Writer, count: number): number {
  const at = writer.used;
  const needed = at + count;
  if (needed > CBOR_BYTES_MAX) throw fail('cbor-too-long', 'more than ' + CBOR_BYTES_MAX + ' octets');
  if (needed > writer.bytes.length) {
    const grown = new Uint8Array(needed > 2 * writer.bytes.length ? needed : 2 * writer.bytes.length);
    grown.set(writer.bytes.subarray(0, at), 0);
    writer.bytes = grown;
  }
  writer.used = needed;
  return at;
}

/** Head of major type `major` (0..7) with argument `n` (0..2^53−1) in its shortest form. */
function writeHead(writer: Writer, major: number, n: number): void {
  const type = major << 5;
  if (n < 24) {
    const at = reserve(writer, 1);
    writer.bytes[at] = type | n;
  } else if (n < 256) {
    const at = reserve(writer, 2);
    writer.bytes[at] = type | 24;
    writer.bytes[at + 1] = n;
  } else if (n < 65536) {
    const at = reserve(writer, 3);
    writer.bytes[at] = type | 25;
    writer.bytes[at + 1] = n >> 8;
    writer.bytes[at + 2] = n;
  } else if (n < TWO_32) {
    const at = reserve(writer, 5);
    writer.bytes[at] = type | 26;
    putU32(writer.bytes, at + 1, n);
  } else {
    const at = reserve(writer, 9);
    const high = Math.floor(n / TWO_32);
    writer.bytes[at] = type | 27;
    putU32(writer.bytes, at + 1, high);
    putU32(writer.bytes, at + 5, n - high * TWO_32);
  }
}

function writeNumber(writer: Writer, value: number): void {
  const isWhole =
    value <= MAX_SAFE && value >= -MAX_SAFE && Math.floor(value) === value && !(value === 0 && 1 / value < 0);
  if (isWhole) return value < 0 ? writeHead(writer, 1, -1 - value) : writeHead(writer, 0, value);
  const count = floatBytes(value);
  const at = reserve(writer, count + 1);
  writer.bytes[at] = count === 2 ? 0xf9 : count === 4 ? 0xfa : 0xfb;
  putFloat(writer.bytes, at + 1, value, count);
}

function writeText(writer: Writer, text: string): void {
  const count = utf8Length(text);
  if (count < 0) throw fail('cbor-bad-text', 'a lone surrogate');
  writeHead(writer, 3, count);
  const at = reserve(writer, count);
  putUtf8(writer.bytes, at, text);
  if (malformedAt(writer.bytes, at, at + count) >= 0) throw fail('cbor-bad-text', 'not UTF-8');
}

/** Below zero when `a` sorts before `b`, bytewise. */
function compareKeys(a: KeyedItem, b: KeyedItem): number {
  const shorter = a.key.length < b.key.length ? a.key.length : b.key.length;
  for (let i = 0; i < shorter; i++) if (a.key[i] !== b.key[i]) return a.key[i] - b.key[i];
  return a.key.length - b.key.length;
}

function keyedItems(value: CborMap | CborObject): KeyedItem[] {
  const items: KeyedItem[] = [];
  if (isCborMap(value)) {
    value.forEach(function (item, key) {
      if (typeof key !== 'string' && (typeof key !== 'number' || Math.floor(key) !== key))
        throw fail('cbor-bad-key', 'keys are text or integers');
      items.push({ key: cborEncode(key), value: item });
    });
  } else {
    const names = Object.keys(value);
    for (let i = 0; i < names.length; i++) items.push({ key: cborEncode(names[i]), value: value[names[i]] });
  }
  return items.sort(compareKeys);
}

function writeArray(writer: Writer, value: CborValue[], depth: number): void {
  writeHead(writer, 4, value.length);
  for (let i = 0; i < value.length; i++) writeItem(writer, value[i], depth);
}

function writeMap(writer: Writer, value: CborMap | CborObject, depth: number): void {
  const items = keyedItems(value);
  writeHead(writer, 5, items.length);
  for (let i = 0; i < items.length; i++) {
    const key = items[i].key;
    const at = reserve(writer, key.length);
    writer.bytes.set(key, at);
    writeItem(writer, items[i].value, depth);
  }
}

/**
 * Plain data only: an object with a prototype of its own (a Date, a class) is refused. Espruino cannot tell, and need
 * not.
 */
function isPlain(value: object): boolean {
  const made = value.constructor;
  return (
    typeof made !== 'function' || made === Object || isCborMap(value) || Object.keys(value).indexOf('constructor') >= 0
  );
}

function writeItem(writer: Writer, value: CborValue, depth: number): void {
  if (typeof value === 'number') writeNumber(writer, value);
  else if (typeof value === 'string') writeText(writer, value);
  else if (typeof value === 'boolean') writeHead(writer, 7, value ? 21 : 20);
  else if (value === null || value === undefined) writeHead(writer, 7, value === null ? 22 : 23);
  else if (value instanceof Uint8Array) {
    writeHead(writer, 2, value.length);
    const at = reserve(writer, value.length);
    writer.bytes.set(value, at);
  } else if (typeof value !== 'object' || (!Array.isArray(value) && !isPlain(value))) {
    throw fail('cbor-unsupported', 'no CBOR form for this ' + typeof value);
  } else {
    if (depth >= CBOR_DEPTH_MAX) throw fail('cbor-depth', 'nested deeper than ' + CBOR_DEPTH_MAX);
    if (Array.isArray(value)) writeArray(writer, value, depth + 1);
    else writeMap(writer, value, depth + 1);
  }
}

/**
 * Encodes one value. Deterministic: equal values give equal bytes. −0 keeps its sign, a whole number beyond ±(2^53−1)
 * is a float. Throws codes `cbor-unsupported`, `cbor-bad-text`, `cbor-bad-key`, `cbor-depth`, `cbor-too-long`.
 */
export function cborEncode(value: CborValue): Uint8Array {
  const writer: Writer = { bytes: new Uint8Array(FIRST_BYTES), used: 0 };
  writeItem(writer, value, 0);
  return cutBytes(writer.bytes, 0, writer.used);
}

/** Encodes each value, one after the other without a frame around them (RFC 8742). Throws as `cborEncode` does. */
export function cborEncodeSequence(values: CborValue[]): Uint8Array {
  const writer: Writer = { bytes: new Uint8Array(FIRST_BYTES), used: 0 };
  for (let i = 0; i < values.length; i++) writeItem(writer, values[i], 0);
  return cutBytes(writer.bytes, 0, writer.used);
}
