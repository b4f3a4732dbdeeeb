// CBOR where it is a file and not the wire: a sequence of items, appended as they come (RFC 8742). The first one has
// the tag of self-described CBOR (RFC 8949 3.4.6): its three octets tell such a file from text. Finds where a sequence
// ends; the reader checks what its items mean. The wire's codec, strict and small, is protocol/cbor.
import { join } from 'node:path';
import { ROOT } from './package';

/** cbor-x as one file (tools/build/bundles): its package would bring an install script. */
const CBOR_X = join(ROOT, 'dist', 'bundled', 'cbor-x.js');

interface CborX {
  Decoder: new (options: object) => { decodeMultiple(bytes: Uint8Array): unknown[] };
  Encoder: new (options: object) => { encode(value: unknown): Uint8Array };
}

const FORM = { useRecords: false, variableMapSize: true };
const MAGIC = [0xd9, 0xd9, 0xf7];

export interface Sequence {
  /** Those before the end. Their form is unknown: any CBOR, tags included. */
  items: unknown[];
  /** Bytes after them: 0, or those of an item that is not whole. */
  restBytes: number;
}

/** Loaded at the first use: most commands need none of it. */
function cborX(): CborX {
  return require(CBOR_X) as CborX;
}

/** Encodes one item, to be appended to the file. isFirst: with the file's magic number. */
export function encodeItem(value: unknown, isFirst = false): Uint8Array {
  const { Encoder } = cborX();
  const item = new Encoder(FORM).encode(value);
  return isFirst ? Buffer.concat([Buffer.from(MAGIC), item]) : item;
}

/** Returns true for bytes that begin as such a file does. */
export function isSequence(bytes: Uint8Array): boolean {
  return MAGIC.every((octet, i) => bytes[i] === octet);
}

/** Decodes items up to the end or to one that the end cuts off. Returns null where the bytes are no CBOR. */
export function decodeSequence(bytes: Uint8Array): Sequence | null {
  if (bytes.length === 0) return { items: [], restBytes: 0 };
  const { Decoder } = cborX();
  try {
    return { items: new Decoder(FORM).decodeMultiple(bytes), restBytes: 0 };
  } catch (error) {
    const { incomplete, lastPosition = 0, values = [] } = error as Cut;
    return incomplete ? { items: values, restBytes: bytes.length - lastPosition } : null;
  }
}

/** What cbor-x adds to an error. */
interface Cut {
  incomplete?: boolean;
  /** Where the item begins that is not whole. */
  lastPosition?: number;
  values?: unknown[];
}
