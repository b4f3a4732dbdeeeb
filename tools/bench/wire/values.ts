/** Seeded CBOR values for property tests, and the notation of test/vectors/cbor. */
import type { CborValue } from '../../../protocol/cbor';

const TEXTS = [
  '',
  'a',
  'IETF',
  'é',
  '水',
  '\u{10151}',
  '__proto__',
  'constructor',
  'toString',
  'length',
  '\u0000',
  'x'.repeat(23),
  'y'.repeat(24),
  'z'.repeat(300),
];
const EDGES = [
  0,
  1,
  23,
  24,
  255,
  256,
  65535,
  65536,
  4294967295,
  4294967296,
  2.1e15,
  Number.MAX_SAFE_INTEGER,
  -1,
  -24,
  -25,
  -256,
  -257,
  -65536,
  -65537,
  -4294967296,
  -4294967297,
  -Number.MAX_SAFE_INTEGER,
];
const FLOATS = [
  0.5,
  1.5,
  0.1,
  -4.1,
  1e300,
  5e-324,
  5.960464477539063e-8,
  65504.5,
  3.4028234663852886e38,
  1.1754943508222875e-38,
  100000.5,
  Infinity,
  -Infinity,
];

const pickFrom = <T>(next: () => number, list: T[]): T => list[Math.floor(next() * list.length)];

function anyMap(next: () => number, depth: number, keys: 'text' | 'mixed'): CborValue {
  const entries: [string | number, CborValue][] = Array.from({ length: Math.floor(next() * 6) }, () => [
    keys === 'mixed' && next() < 0.5
      ? Math.floor(next() * 70000) - 35000
      : pickFrom(next, TEXTS) + Math.floor(next() * 5),
    anyValue(next, depth, keys),
  ]);
  const map = new Map(entries);
  return [...map.keys()].every((key) => typeof key === 'string') ? Object.fromEntries(map) : map;
}

/** One random value, nested at most `depth` deep. `keys` 'mixed' makes maps with integer keys too. */
export function anyValue(next: () => number, depth = 4, keys: 'text' | 'mixed' = 'text'): CborValue {
  const pick = <T>(list: T[]): T => pickFrom(next, list);
  const kind = Math.floor(next() * (depth > 0 ? 11 : 8));
  switch (kind) {
    case 0:
      return pick(EDGES);
    case 1:
      return Math.floor((next() - 0.5) * 2 ** Math.floor(next() * 53));
    case 2:
      return pick(FLOATS);
    case 3:
      return Math.fround(next() * 2 ** (next() * 60 - 30)) || 0.5;
    case 4:
      return pick([true, false, null, undefined]);
    case 5:
      return pick(TEXTS);
    case 6:
      return Uint8Array.from({ length: Math.floor(next() * 300) }, () => Math.floor(next() * 256));
    case 7:
      return String.fromCodePoint(
        ...Array.from({ length: Math.floor(next() * 20) }, () =>
          pick([0x41, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff]),
        ),
      );
    case 8:
    case 9:
      return Array.from({ length: Math.floor(next() * 30) }, () => anyValue(next, depth - 1, keys));
    default:
      return anyMap(next, depth - 1, keys);
  }
}

/** A value written in JSON: {"$":"nan"}, {"$":"bytes","hex"}, {"$":"map","pairs"} stand for what JSON lacks. */
export function ofNotation(value: unknown): CborValue {
  if (Array.isArray(value)) return value.map(ofNotation);
  if (value === null || typeof value !== 'object') return value as CborValue;
  const item = value as { $?: string; hex: string; pairs: [string | number, unknown][] };
  switch (item.$) {
    case undefined:
      return Object.fromEntries(Object.entries(item).map(([key, member]) => [key, ofNotation(member)]));
    case 'bytes':
      return new Uint8Array(Buffer.from(item.hex, 'hex'));
    case 'map':
      return new Map(item.pairs.map(([key, member]) => [key, ofNotation(member)]));
    case 'undefined':
      return undefined;
    case 'nan':
      return NaN;
    case 'inf':
      return Infinity;
    case '-inf':
      return -Infinity;
    default:
      return -0;
  }
}
