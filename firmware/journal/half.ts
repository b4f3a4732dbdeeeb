/**
 * One half of the journal (journal.ts): its header, its records one by one, and what tells a torn write from damage.
 * Layouts: docs/flash-formats.md. The header is written before the rest, so a torn write is told from damage: after a
 * torn header nothing follows, after a torn body nothing follows the length that its sound header names. Anything else
 * is `journal-corrupt`.
 */
import { hmacSha256, hmacSha256Parts } from '../crypto/index';
import { cutBytes } from '../../protocol/bytes';
import { fail } from '../../protocol/errors';
import type { Flash } from '../hal';
import {
  HALF_BYTES,
  HALF_FIRST_SEQUENCE,
  HALF_GENERATION,
  HALF_MAC,
  HALF_MAC_BYTES,
  HALF_MAGIC,
  HALF_SNAPSHOT_END,
  RECORD_CHECK,
  RECORD_MAC_BYTES,
  RECORD_PAYLOAD,
  RECORD_SEQUENCE,
  RECORD_TYPE,
  readU32,
  writeU32,
} from './records';

const RECORD_MAX_BYTES = 496;
/** Bytes looked at in one piece: a page at once would take an eighth of the board's variables. */
const LOOK_BYTES = 256;
/** Bytes read back in one piece, for the same reason. */
const BACK_BYTES = 64;
const MAGIC = 0x43434a32;

/** What the records mean to their owner. Plain functions in one object: a function that is handed on costs memory. */
export interface RecordHandlers<Owner> {
  /** Called for each record that holds, in order; `payload` belongs to the callee. */
  take(type: number, payload: Uint8Array, offset: number, owner: Owner): void;
  /** Called at compaction: does the record still matter? `true` copies it. */
  keep(type: number, payload: Uint8Array, offset: number, owner: Owner): boolean;
}

export interface Journal {
  flash: Flash;
  /** Secret; MACs every record. Derived from the device secret. */
  key: Uint8Array;
  halfBytes: number;
  /** Offset of the live half. */
  base: number;
  generation: number;
  /** Sequence number of the next record. */
  seq: number;
  /** Offset, from the start of the flash, of the next record. */
  end: number;
  /** MAC of the last record, 32 bytes. */
  chain: Uint8Array;
  writes: number;
  erases: number;
  records: number;
  /** A write is under way, or one did not end: then nothing is written any more until the board starts again. */
  isWriting: boolean;
  handlers: RecordHandlers<unknown>;
  /** Whose records they are: handed to the handlers. */
  owner: unknown;
}

function chainMac(key: Uint8Array, chain: Uint8Array, bytes: Uint8Array, lenBytes: number): Uint8Array {
  return hmacSha256Parts(key, [chain, bytes.subarray(0, lenBytes)]);
}

function headerMac(key: Uint8Array, header: Uint8Array): Uint8Array {
  return hmacSha256(key, header.subarray(0, HALF_MAC));
}

/** Does the range read 0xFF? */
export function isErased(flash: Flash, offset: number, lenBytes: number): boolean {
  for (let at = 0; at < lenBytes; at += LOOK_BYTES) {
    const bytes = flash.readBytes(offset + at, lenBytes - at < LOOK_BYTES ? lenBytes - at : LOOK_BYTES);
    for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 255) return false;
  }
  return true;
}

function writeChecked(journal: Journal, offset: number, bytes: Uint8Array): void {
  journal.writes++;
  journal.flash.writeBytes(offset, bytes);
  for (let at = 0; at < bytes.length; at += BACK_BYTES) {
    const left = bytes.length - at;
    const back = journal.flash.readBytes(offset + at, left < BACK_BYTES ? left : BACK_BYTES);
    for (let i = 0; i < back.length; i++)
      if (back[i] !== bytes[at + i]) throw fail('flash-failed', 'a record did not read back');
  }
}

/** One byte over the other seven of a record's header: finds a header that is torn or damaged by itself. */
function headerCheck(header: Uint8Array): number {
  let check = 0x5a;
  for (let i = 0; i < RECORD_PAYLOAD; i++)
    if (i !== RECORD_CHECK) check = ((check << 1) ^ (check >> 7) ^ header[i]) & 255;
  return check;
}

/** Bytes on flash of a record whose payload has so many. */
export function recordSize(payloadBytes: number): number {
  return (RECORD_PAYLOAD + payloadBytes + RECORD_MAC_BYTES + 3) & -4;
}

/** Header of half 0 or 1 when its MAC holds, else undefined. */
export function readHalf(journal: Journal, half: number): Uint8Array | undefined {
  const header = journal.flash.readBytes(journal.flash.pageBytes + half * journal.halfBytes, HALF_BYTES);
  if (readU32(header, HALF_MAGIC) !== MAGIC) return undefined;
  const mac = headerMac(journal.key, header);
  for (let i = 0; i < HALF_MAC_BYTES; i++) if (mac[i] !== header[HALF_MAC + i]) return undefined;
  return header;
}

/** What the first record's MAC covers in place of a record before it. */
export function firstChain(journal: Journal, generation: number): Uint8Array {
  const label = new Uint8Array(5);
  label[4] = 1;
  writeU32(label, 0, generation);
  return hmacSha256(journal.key, label);
}

/**
 * Reads the record at journal.end, checks it and moves on. 0 read, 1 nothing more, 2 torn by a power cut.
 * Throws code `journal-corrupt` when what follows cannot come from a power cut.
 */
export function readNext(journal: Journal): number {
  const limit = journal.base + journal.halfBytes;
  const at = journal.end;
  const left = limit - at;
  if (left < RECORD_PAYLOAD + RECORD_MAC_BYTES) return 1;
  const flash = journal.flash;
  const header = flash.readBytes(at, RECORD_PAYLOAD);
  const payloadBytes = (header[0] << 8) | header[1];
  const size = recordSize(payloadBytes);
  const isHeader =
    size <= RECORD_MAX_BYTES &&
    size <= left &&
    header[RECORD_CHECK] === headerCheck(header) &&
    readU32(header, RECORD_SEQUENCE) === journal.seq;
  if (isHeader) {
    const body = flash.readBytes(at, size);
    const mac = chainMac(journal.key, journal.chain, body, RECORD_PAYLOAD + payloadBytes);
    let difference = 0;
    for (let i = 0; i < RECORD_MAC_BYTES; i++) difference |= mac[i] ^ body[RECORD_PAYLOAD + payloadBytes + i];
    if (difference === 0) {
      const payload = cutBytes(body, RECORD_PAYLOAD, RECORD_PAYLOAD + payloadBytes);
      journal.chain = mac;
      journal.seq++;
      journal.records++;
      journal.end = at + size;
      journal.handlers.take(header[RECORD_TYPE], payload, at, journal.owner);
      return 0;
    }
  }
  if (!isHeader && isErased(flash, at, RECORD_PAYLOAD + RECORD_MAC_BYTES)) return requireErased(flash, at, left, 1);
  return isHeader
    ? requireErased(flash, at + size, left - size, 2)
    : requireErased(flash, at + RECORD_PAYLOAD, left - RECORD_PAYLOAD, 2);
}

/**
 * Returns `result` when the next bytes after the journal's end are erased, as they must be; else throws
 * `journal-corrupt`.
 */
function requireErased(flash: Flash, at: number, left: number, result: number): number {
  const span = left < RECORD_MAX_BYTES ? left : RECORD_MAX_BYTES;
  if (span > 0 && !isErased(flash, at, span)) throw fail('journal-corrupt', 'a record in the middle does not hold');
  return result;
}

/** Erases a half, 0 or 1; returns its offset. Throws `flash-failed`. */
export function eraseHalf(journal: Journal, half: number): number {
  const flash = journal.flash;
  const base = flash.pageBytes + half * journal.halfBytes;
  const pages = journal.halfBytes / flash.pageBytes;
  for (let i = 0; i < pages; i++) {
    const page = base / flash.pageBytes + i;
    flash.clearPage(page);
    journal.erases++;
    if (!isErased(flash, page * flash.pageBytes, flash.pageBytes)) throw fail('flash-failed', 'a page did not erase');
  }
  return base;
}

/** Erases a half and begins it; it is live once commitHalf has written its header. Throws `flash-failed`. */
export function startHalf(journal: Journal, half: number, generation: number, seq: number): void {
  const base = eraseHalf(journal, half);
  journal.base = base;
  journal.generation = generation;
  journal.seq = seq;
  journal.end = base + HALF_BYTES;
  journal.chain = firstChain(journal, generation);
  journal.records = 0;
}

/** Writes the header: from then on the half is the live one. */
export function commitHalf(journal: Journal): void {
  const header = new Uint8Array(HALF_BYTES);
  writeU32(header, HALF_MAGIC, MAGIC);
  writeU32(header, HALF_GENERATION, journal.generation);
  writeU32(header, HALF_FIRST_SEQUENCE, journal.seq - journal.records);
  writeU32(header, HALF_SNAPSHOT_END, journal.end);
  const mac = headerMac(journal.key, header);
  header.set(mac.subarray(0, HALF_MAC_BYTES), HALF_MAC);
  writeChecked(journal, journal.base, header);
}

/** Writes a record at the end, unapplied; returns its offset. Throws `journal-full`, `flash-failed`. */
export function writeRecord(journal: Journal, type: number, payload: Uint8Array): number {
  const size = recordSize(payload.length);
  const at = journal.end;
  if (at + size > journal.base + journal.halfBytes) throw fail('journal-full', 'no room for a record');
  const bytes = new Uint8Array(size);
  bytes[0] = payload.length >> 8;
  bytes[1] = payload.length;
  bytes[RECORD_TYPE] = type;
  writeU32(bytes, RECORD_SEQUENCE, journal.seq);
  bytes[RECORD_CHECK] = headerCheck(bytes);
  bytes.set(payload, RECORD_PAYLOAD);
  const mac = chainMac(journal.key, journal.chain, bytes, RECORD_PAYLOAD + payload.length);
  bytes.set(mac.subarray(0, RECORD_MAC_BYTES), RECORD_PAYLOAD + payload.length);
  writeChecked(journal, at, bytes.subarray(0, RECORD_PAYLOAD));
  writeChecked(journal, at + RECORD_PAYLOAD, bytes.subarray(RECORD_PAYLOAD));
  journal.chain = mac;
  journal.seq++;
  journal.records++;
  journal.end = at + size;
  return at;
}
