/**
 * How a thing on flash is declared: its fields in their order, from which come offsets, the page docs/flash-formats.md
 * and the annotations of test/flash. Data for tools and tests: nothing of this is in an image.
 */

/** A field at a fixed place. Numbers are big endian; `sats` are 7 bytes. */
export interface FixedField {
  name: string;
  form: 'u8' | 'u16' | 'u32' | 'sats' | 'bytes' | 'text' | 'sealed';
  /** Bytes; undefined: all that is left, in the last field alone. */
  lenBytes: number | undefined;
  meaning: string;
  /** The field comes so many times; default once. */
  count?: number;
}

/** An item of a CBOR array. */
export interface CborField {
  name: string;
  form: string;
  meaning: string;
  /** Bytes `nonce 4 | sealed`. */
  isSealed?: boolean;
}

/** Fields of something: all at fixed places, or the items of one CBOR array. */
export type Layout = { fixed: FixedField[] } | { cbor: CborField[] };

/** A thing on flash that is no record of the journal. */
export interface FlashFormat {
  title: string;
  /** Of the constants that come from it: PREFIX_FIELD is an offset, PREFIX_BYTES the size. None: no constants. */
  prefix?: string;
  /** Where it lies, who writes it, what it is for. Markdown. */
  text: string;
  layout: Layout;
}

/** A record of a journal. */
export interface FlashRecord {
  /** Number on flash, never reused. */
  type: number;
  /** Without the prefix `R_`. */
  name: string;
  board: 'cold' | 'hot';
  /**
   * Which records compaction keeps: the latest of its type, of its type and account, of its type and place, or members
   * of a list (`keep` says which).
   */
  key: 'type' | 'account' | 'place' | 'list';
  keep?: string;
  /** In the state backup as it is. */
  isInBackup?: boolean;
  /** Of the constants that come from its fields (FlashFormat); none: no constants. */
  prefix?: string;
  /** Files that write it; the records of a backup are also written by the command `state`. */
  writers: string[];
  meaning: string;
  layout: Layout;
  /** What the sealed bytes hold. Its constants have the prefix as well. */
  sealed?: Layout;
}

const LEN_BYTES: { [form: string]: number } = { u8: 1, u16: 2, u32: 4, sats: 7 };

/** A number at a fixed place. */
export function number(name: string, form: 'u8' | 'u16' | 'u32' | 'sats', meaning: string): FixedField {
  return { name, form, lenBytes: LEN_BYTES[form], meaning };
}

/** Bytes at a fixed place; all that is left when lenBytes is undefined. */
export function bytes(name: string, lenBytes: number | undefined, meaning: string): FixedField {
  return { name, form: 'bytes', lenBytes, meaning };
}

/** Bytes of a fixed field, all its repetitions; undefined: what is left. */
export function sizeOf(field: FixedField): number | undefined {
  return field.lenBytes === undefined ? undefined : field.lenBytes * (field.count ?? 1);
}

/** Offset of each fixed field: name → offset; and `end`, the size, where it is fixed. */
export function offsetsOf(fields: FixedField[]): Map<string, number> {
  const offsets = new Map<string, number>();
  let at = 0;
  for (const field of fields) {
    offsets.set(field.name, at);
    at += sizeOf(field) ?? 0;
  }
  return offsets.set('end', at);
}
