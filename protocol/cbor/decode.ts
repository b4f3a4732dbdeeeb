/**
 * CBOR, strict: the only accepted form of a value is the one that encode.ts writes (with one mercy: a whole number may
 * come as a float). No recursion, so that nesting costs no call depth. Spec: SPEC.md 3.2 and 3.3.
 */
import { cutBytes, getU32 } from '../bytes';
import { CBOR_BYTES_MAX, CBOR_DEPTH_MAX } from '../wire';
import { floatBytes, getFloat } from './float';
import { cborMap } from './map';
import { textOfUtf8 } from './text';
import { cborError, CborValue, MAX_SAFE, TWO_32 } from './types';

const MAX_SAFE_HIGH = 0x1fffff;

interface Reader {
  bytes: Uint8Array;
  pos: number;
  /** Items still allowed. */
  itemsLeft: number;
}

/** A container being filled: `keys` is there for a map; a key waits while keys is longer than values. */
interface Open {
  left: number;
  values: CborValue[];
  keys?: (string | number)[];
  keyStart: number;
  keyEnd: number;
}

/** Argument of the head at reader.pos − 1, whose low five bits are `info`; moves past it. Integers and lengths only. */
function readArgument(reader: Reader, info: number): number {
  const at = reader.pos;
  if (info < 24) return info;
  const count = 1 << (info - 24);
  if (at + count > reader.bytes.length) throw cborError('cbor-truncated', reader.bytes.length);
  reader.pos = at + count;
  const bytes = reader.bytes;
  let value = bytes[at];
  if (count === 2) value = (value << 8) | bytes[at + 1];
  else if (count > 2) value = getU32(bytes, at);
  if (count === 8) {
    if (value > MAX_SAFE_HIGH) throw cborError('cbor-too-big', at - 1);
    value = value * TWO_32 + getU32(bytes, at + 4);
  }
  const least = count === 1 ? 24 : count === 2 ? 256 : count === 4 ? 65536 : TWO_32;
  if (value < least) throw cborError('cbor-non-shortest', at - 1);
  return value;
}

/** Major type 7: false, true, null, undefined and floats; everything else is turned away by name. */
function readSimple(reader: Reader, info: number): CborValue {
  const at = reader.pos;
  if (info === 20) return false;
  if (info === 21) return true;
  if (info === 22) return null;
  if (info === 23) return undefined;
  if (info < 25) throw cborError('cbor-simple', at - 1);
  const count = 1 << (info - 24);
  if (at + count > reader.bytes.length) throw cborError('cbor-truncated', reader.bytes.length);
  const value = getFloat(reader.bytes, at, count);
  if (value === undefined) throw cborError('cbor-bad-float', at - 1);
  if (floatBytes(value) !== count) throw cborError('cbor-non-shortest', at - 1);
  reader.pos = at + count;
  return value;
}

function readString(reader: Reader, isText: boolean, length: number, start: number): CborValue {
  const from = reader.pos;
  const end = from + length;
  if (end > reader.bytes.length) throw cborError('cbor-truncated', reader.bytes.length);
  reader.pos = end;
  if (!isText) return cutBytes(reader.bytes, from, end);
  const text = textOfUtf8(reader.bytes, from, end);
  if (text === undefined) throw cborError('cbor-bad-utf8', start);
  return text;
}

/** Notes a key that stands at bytes[start, end): text or integer, sorted after the one before. */
function takeKey(reader: Reader, open: Open, key: CborValue, start: number): void {
  if ((typeof key !== 'string' && typeof key !== 'number') || reader.bytes[start] >= 0xf9)
    throw cborError('cbor-bad-key', start);
  const keys = open.keys as (string | number)[];
  if (keys.length) {
    const bytes = reader.bytes;
    let i = 0;
    while (start + i < reader.pos && open.keyStart + i < open.keyEnd && bytes[start + i] === bytes[open.keyStart + i])
      i++;
    if (start + i === reader.pos) throw cborError('cbor-duplicate-key', start);
    if (bytes[start + i] < bytes[open.keyStart + i]) throw cborError('cbor-key-order', start);
  }
  open.keyStart = start;
  open.keyEnd = reader.pos;
  keys.push(key);
}

/** The finished container: an array, a plain object, or a CborMap where a plain object would not do. */
function finish(open: Open): CborValue {
  const keys = open.keys;
  if (!keys) return open.values;
  let isPlain = true;
  for (let i = 0; i < keys.length; i++) if (typeof keys[i] !== 'string' || keys[i] === '__proto__') isPlain = false;
  const map = isPlain ? undefined : cborMap();
  const object: { [key: string]: CborValue } = {};
  for (let i = 0; i < keys.length; i++) {
    if (map) map.set(keys[i], open.values[i]);
    else object[keys[i]] = open.values[i];
  }
  return map || object;
}

/** The integer of major type 1. */
function negative(argument: number, start: number): number {
  if (argument === MAX_SAFE) throw cborError('cbor-too-big', start);
  return -1 - argument;
}

/** Opens the container of `count` entries whose head stands at `start`. */
function openContainer(reader: Reader, isMap: boolean, count: number, start: number, depth: number): Open {
  if (depth >= CBOR_DEPTH_MAX) throw cborError('cbor-depth', start);
  if (count * (isMap ? 2 : 1) > reader.bytes.length - reader.pos)
    throw cborError('cbor-truncated', reader.bytes.length);
  if (count > reader.itemsLeft) throw cborError('cbor-items', start);
  return { left: count, values: [], keys: isMap ? [] : undefined, keyStart: 0, keyEnd: 0 };
}

/** Takes the leading byte of the next item; turns away by name what no item begins with here. */
function readLead(reader: Reader): number {
  const start = reader.pos;
  if (start >= reader.bytes.length) throw cborError('cbor-truncated', start);
  if (--reader.itemsLeft < 0) throw cborError('cbor-items', start);
  const lead = reader.bytes[reader.pos++];
  if (lead === 0xff) throw cborError('cbor-break', start);
  if ((lead & 31) === 31) throw cborError('cbor-indefinite', start);
  if ((lead & 31) > 27) throw cborError('cbor-reserved', start);
  if (lead >> 5 === 6) throw cborError('cbor-tag', start);
  return lead;
}

/** Reads one data item at reader.pos. */
function readItem(reader: Reader): CborValue {
  const opens: Open[] = [];
  for (;;) {
    const start = reader.pos;
    const lead = readLead(reader);
    const major = lead >> 5;
    const info = lead & 31;
    let open: Open | undefined = opens.length ? opens[opens.length - 1] : undefined;
    const isKey = open !== undefined && open.keys !== undefined && open.keys.length === open.values.length;
    let value: CborValue;
    if (major === 7) value = readSimple(reader, info);
    else {
      const argument = readArgument(reader, info);
      if (major === 0) value = argument;
      else if (major === 1) value = negative(argument, start);
      else if (major < 4) value = readString(reader, major === 3, argument, start);
      else {
        if (isKey) throw cborError('cbor-bad-key', start);
        open = openContainer(reader, major === 5, argument, start, opens.length);
        if (argument) {
          opens.push(open);
          continue;
        }
        value = finish(open);
      }
    }
    if (isKey) {
      takeKey(reader, opens[opens.length - 1], value, start);
      continue;
    }
    for (;;) {
      if (!opens.length) return value;
      open = opens[opens.length - 1];
      open.values.push(value);
      if (--open.left > 0) break;
      value = finish(open);
      opens.pop();
    }
  }
}

function readerOf(bytes: Uint8Array, itemsMax: number | undefined): Reader {
  if (!(bytes instanceof Uint8Array)) throw cborError('cbor-not-bytes', 0);
  if (bytes.length > CBOR_BYTES_MAX) throw cborError('cbor-too-long', CBOR_BYTES_MAX);
  return { bytes: bytes, pos: 0, itemsLeft: itemsMax === undefined ? CBOR_BYTES_MAX : itemsMax };
}

/**
 * Decodes exactly one value. `itemsMax` bounds the data items, and so the memory, that the input may make.
 * Throws a CborError with a code from the closed list of SPEC.md 3.3 and the offset; hands out nothing in part.
 */
export function cborDecode(bytes: Uint8Array, itemsMax?: number): CborValue {
  const reader = readerOf(bytes, itemsMax);
  const value = readItem(reader);
  if (reader.pos < bytes.length) throw cborError('cbor-trailing', reader.pos);
  return value;
}

/** Decodes values that follow each other to the end (RFC 8742), none at all included. Throws as `cborDecode` does. */
export function cborDecodeSequence(bytes: Uint8Array, itemsMax?: number): CborValue[] {
  const reader = readerOf(bytes, itemsMax);
  const values: CborValue[] = [];
  while (reader.pos < bytes.length) values.push(readItem(reader));
  return values;
}
