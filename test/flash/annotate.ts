// Octets on flash taken apart by the declarations of firmware/journal: rows of [field, hexadecimal]. Reads by offsets
// of its own and not by the firmware's code.
import { createHmac } from 'node:crypto';
import { mnemonicToSeedSync } from '@scure/bip39';
import {
  ARCHIVE_ENTRY,
  ARCHIVE_INDEX,
  BACKUP_KINDS,
  BACKUP_LINE,
  BACKUP_PLAIN,
  BATCH_FILE,
  DEVICE_PAGE,
  HALF_HEADER,
  RECORD_FRAME,
  SERVICE_MARK,
} from '../../firmware/journal/flash-formats';
import { COLD_RECORDS, HOT_RECORDS } from '../../firmware/journal/flash-records';
import {
  offsetsOf,
  sizeOf,
  type FixedField,
  type FlashFormat,
  type FlashRecord,
  type Layout,
} from '../../firmware/journal/flash-table';
import { GROUP_ENTRIES, PAGE_GROUPS } from '../../firmware/cold/payments/groups';
import { MAX_ACCOUNTS } from '../../firmware/cold/state/state';
import { open } from '../../firmware/crypto';
import { ARCHIVED_BYTES, INDEX_BYTES } from '../../firmware/journal/records';
import { cborDecode, cborEncode } from '../../protocol/cbor';
import type { BoardOctets, Produced } from './produce';

/** [what it is, hexadecimal], in order. */
export type Pieces = [string, string][];

export interface Row {
  name: string;
  /** Offset in the flash area, or in the file. */
  at: number;
  pieces: Pieces;
  /** What the sealed octets hold, where they are opened. */
  opened?: Pieces;
}

export type Frozen = { [part: string]: Row[] };

export const PAGE_BYTES = 4096;
const SCRATCH_PAGES = 3;
/** From a group of archives to the next one. */
const CELL_BYTES = 512;
const TAG_BYTES = 16;
const NONCE_BYTES = 4;

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const u32 = (bytes: Uint8Array, at: number): number => Buffer.from(bytes).readUInt32BE(at);
const fixedOf = (layout: Layout): FixedField[] => ('fixed' in layout ? layout.fixed : []);
const hmac = (key: Uint8Array, text: Uint8Array | string): Uint8Array =>
  new Uint8Array(createHmac('sha256', key).update(text).digest());

function annotateFixed(fields: FixedField[], bytes: Uint8Array): Pieces {
  let at = 0;
  return fields.map((field) => {
    const to = at + (sizeOf(field) ?? bytes.length - at);
    const piece: [string, string] = [field.name, hexOf(bytes.subarray(at, to))];
    at = to;
    return piece;
  });
}

function annotate(layout: Layout, bytes: Uint8Array): Pieces {
  if ('fixed' in layout) return annotateFixed(layout.fixed, bytes);
  const items = cborDecode(bytes) as unknown[];
  const encoded = items.map((item) => hexOf(cborEncode(item as never)));
  const head = hexOf(bytes).slice(0, 2 * bytes.length - encoded.join('').length);
  const name = (i: number): string => layout.cbor[i]?.name ?? 'undeclared';
  return [[`array of ${items.length}`, head], ...encoded.map((hex, i): [string, string] => [name(i), hex])];
}

/** The keys that open what is sealed: of the words, and of a board's device page. */
export interface Keys {
  storage(secret: Uint8Array): Uint8Array;
  backup: Uint8Array;
}

export function keysOf(words: string[]): Keys {
  const seed = mnemonicToSeedSync(words.join(' '));
  return {
    storage: (secret) => hmac(seed, Buffer.concat([Buffer.from('chaincloud storage'), secret])),
    backup: hmac(seed, 'chaincloud backup'),
  };
}

function openedOf(record: FlashRecord, payload: Uint8Array, key: Uint8Array): Pieces | undefined {
  if (!record.sealed) return undefined;
  const isFixed = 'fixed' in record.layout;
  const sealed = isFixed ? payload : ((cborDecode(payload) as unknown[])[1] as Uint8Array);
  const nonce = sealed.slice(0, NONCE_BYTES);
  return annotate(record.sealed, open(key, nonce, new Uint8Array(0), sealed.slice(NONCE_BYTES), TAG_BYTES));
}

/** Offset of the live half: the one with the higher generation whose magic stands. */
function liveHalf(cells: Uint8Array): number {
  const header = offsetsOf(fixedOf(HALF_HEADER.layout));
  const halfBytes = ((cells.length / PAGE_BYTES - 1 - SCRATCH_PAGES) >> 1) * PAGE_BYTES;
  const bases = [PAGE_BYTES, PAGE_BYTES + halfBytes].filter(
    (base) => hexOf(cells.subarray(base, base + 4)) === '43434a32',
  );
  const generation = (base: number): number => u32(cells, base + header.get('generation')!);
  return bases.sort((a, b) => generation(b) - generation(a))[0];
}

function recordRows(cells: Uint8Array, records: FlashRecord[], key: Uint8Array | undefined): Row[] {
  const base = liveHalf(cells);
  const header = annotate(
    HALF_HEADER.layout,
    cells.subarray(base, base + offsetsOf(fixedOf(HALF_HEADER.layout)).get('end')!),
  );
  const rows: Row[] = [{ name: 'half header', at: base, pieces: header }];
  const frame = fixedOf(RECORD_FRAME.layout);
  const [head, tail] = [frame.slice(0, 4), frame.slice(5)];
  const headBytes = offsetsOf(head).get('end')!;
  let at = base + offsetsOf(fixedOf(HALF_HEADER.layout)).get('end')!;
  while (cells[at + 2] !== 255) {
    const lenBytes = (cells[at] << 8) | cells[at + 1];
    const record = records.find(({ type }) => type === cells[at + 2]);
    if (!record) throw new Error(`record of undeclared type ${cells[at + 2]} at ${at}`);
    const payload = cells.slice(at + headBytes, at + headBytes + lenBytes);
    const end = at + ((headBytes + lenBytes + 8 + 3) & -4);
    const pieces = [
      ...annotateFixed(head, cells.subarray(at)),
      ...annotate(record.layout, payload),
      ...annotateFixed(
        tail.map((field) => (field.name === 'padding' ? { ...field, lenBytes: undefined } : field)),
        cells.subarray(at + headBytes + lenBytes, end),
      ),
    ];
    rows.push({ name: `R_${record.name}`, at, pieces, opened: key && openedOf(record, payload, key) });
    at = end;
  }
  return rows;
}

/** Rows of a page of archives: its entries, and its indexes where they are written. */
function archiveRows(page: Uint8Array): Row[] {
  const rows: Row[] = [];
  const add = (name: string, format: FlashFormat, at: number): void => {
    const end = at + offsetsOf(fixedOf(format.layout)).get('end')!;
    rows.push({ name: `file archive ${name}`, at, pieces: annotate(format.layout, page.subarray(at, end)) });
  };
  for (let group = 0; group < PAGE_GROUPS && page[group * CELL_BYTES] !== 255; group++)
    for (let i = 0; i < GROUP_ENTRIES; i++)
      add(`group ${group} entry ${i}`, ARCHIVE_ENTRY, group * CELL_BYTES + i * ARCHIVED_BYTES);
  const indexes = PAGE_GROUPS * CELL_BYTES;
  if (page[indexes] !== 255)
    for (let n = 0; n < MAX_ACCOUNTS; n++) add(`index ${n}`, ARCHIVE_INDEX, indexes + n * INDEX_BYTES);
  return rows;
}

function fileRows(name: string, bytes: Uint8Array): Row[] {
  if (name === 'archive') return archiveRows(bytes);
  const format = /^[bm]\d/.test(name) ? BATCH_FILE : SERVICE_MARK;
  const size = offsetsOf(fixedOf(format.layout)).get('end')!;
  return Array.from({ length: bytes.length / size }, (_, i) => ({
    name: `file ${name}${bytes.length > size ? ` entry ${i}` : ''}`,
    at: i * size,
    pieces: annotate(format.layout, bytes.subarray(i * size, (i + 1) * size)),
  }));
}

function boardRows(board: BoardOctets, records: FlashRecord[], keys?: Keys): Row[] {
  const cells = new Uint8Array(Buffer.from(board.flash, 'hex'));
  const page = offsetsOf(fixedOf(DEVICE_PAGE.layout));
  const secret = cells.subarray(page.get('secret'), page.get('check'));
  return [
    { name: 'device page', at: 0, pieces: annotate(DEVICE_PAGE.layout, cells.subarray(0, page.get('end'))) },
    ...recordRows(cells, records, keys?.storage(secret)),
    ...Object.entries(board.files).flatMap(([name, hex]) => fileRows(name, new Uint8Array(Buffer.from(hex, 'hex')))),
  ];
}

function backupRow(line: string, n: number, key: Uint8Array): Row {
  const bytes = new Uint8Array(Buffer.from(line, 'base64'));
  const sealedAt = offsetsOf(fixedOf(BACKUP_LINE.layout)).get('sealed')!;
  const plain = open(key, bytes.slice(0, sealedAt), new Uint8Array(0), bytes.slice(sealedAt), TAG_BYTES);
  const record = COLD_RECORDS.find(({ type }) => type === plain[0]);
  const kind = BACKUP_KINDS.find(([value]) => value === plain[0]);
  const [kindPiece, payloadPiece] = annotate(BACKUP_PLAIN.layout, plain) as [[string, string], [string, string]];
  return {
    name: `line ${n} ${record ? `R_${record.name}` : (kind?.[1] ?? 'undeclared')}`,
    at: n,
    pieces: annotate(BACKUP_LINE.layout, bytes),
    opened: [kindPiece, ...(record ? annotate(record.layout, plain.subarray(1)) : [payloadPiece])],
  };
}

/** Everything that was produced, by board. */
export function frozenOf(produced: Produced): Frozen {
  const keys = keysOf(produced.words);
  return {
    cold: boardRows(produced.cold, COLD_RECORDS, keys),
    hot: boardRows(produced.hot, HOT_RECORDS),
    restored: boardRows(produced.restored, COLD_RECORDS, keys),
    backup: produced.backup.map((line, n) => backupRow(line, n, keys.backup)),
  };
}

/** The flash area and files of a board, from rows. pageCount: of the area. */
export function octetsOfRows(rows: Row[], pageCount: number): { cells: Uint8Array; files: Map<string, Uint8Array> } {
  const cells = new Uint8Array(PAGE_BYTES * pageCount).fill(255);
  const files = new Map<string, Uint8Array>();
  for (const row of rows) {
    const bytes = new Uint8Array(Buffer.from(row.pieces.map(([, hex]) => hex).join(''), 'hex'));
    const name = /^file (\S+)/.exec(row.name)?.[1];
    if (name === 'archive') {
      if (!files.has(name)) files.set(name, new Uint8Array(PAGE_BYTES).fill(255));
      files.get(name)!.set(bytes, row.at);
    } else if (name) files.set(name, new Uint8Array(Buffer.concat([files.get(name) ?? new Uint8Array(0), bytes])));
    else cells.set(bytes, row.at);
  }
  return { cells, files };
}
