/**
 * The board's durable state: an append-only journal on `hal.flash`, in two halves of which one is live.
 * Each record carries a sequence number and a MAC that covers the whole chain before it, so a record that is changed,
 * removed or put back is noticed; a write that a power cut tore is recognised and dropped. Compaction copies the live
 * records into the other half and commits it with one header write: at every instant one half is whole.
 *
 * Page 0 belongs to the device page (device.ts), the last SCRATCH_PAGES to nobody for long. The halves share those
 * between. Leaves to others: headers and records (half.ts), what the records mean (state/state.ts).
 */
import { fail } from '../../protocol/errors';
import type { Flash } from '../hal';
import {
  commitHalf,
  eraseHalf,
  firstChain,
  readHalf,
  readNext,
  recordSize,
  startHalf,
  writeRecord,
  type Journal,
  type RecordHandlers,
} from './half';
import {
  HALF_BYTES,
  HALF_FIRST_SEQUENCE,
  HALF_GENERATION,
  HALF_SNAPSHOT_END,
  RECORD_PAYLOAD,
  RECORD_TYPE,
  readU32,
} from './records';

export type { Journal } from './half';

export const RECORD_PAYLOAD_MAX = 480;
/** The area's last pages, for what needs not last: firmware/cold/signing/tx/scratch.ts. */
export const SCRATCH_PAGES = 3;

/**
 * Opens the journal and replays it through the handlers; with `isFresh` makes an empty one, whatever was there.
 * key: 32 bytes, secret. owner: handed to the handlers, so that they are plain functions (a closure costs memory).
 * Throws code `journal-corrupt` when records were changed or removed; then nothing is written.
 */
export function openJournal<Owner>(
  flash: Flash,
  key: Uint8Array,
  isFresh: boolean,
  handlers: RecordHandlers<Owner>,
  owner?: Owner,
): Journal {
  const halfBytes = ((flash.pageCount - 1 - SCRATCH_PAGES) >> 1) * flash.pageBytes;
  const journal: Journal = {
    flash: flash,
    key: key,
    halfBytes: halfBytes,
    base: flash.pageBytes,
    generation: 0,
    seq: 1,
    end: 0,
    chain: key,
    writes: 0,
    erases: 0,
    records: 0,
    isWriting: false,
    handlers: handlers,
    owner: owner,
  };
  if (isFresh) {
    startHalf(journal, 1, 0, 1);
    startHalf(journal, 0, 1, 1);
    commitHalf(journal);
    return journal;
  }
  const first = readHalf(journal, 0);
  const second = readHalf(journal, 1);
  const header =
    first && (!second || readU32(first, HALF_GENERATION) > readU32(second, HALF_GENERATION)) ? first : second;
  if (!header) throw fail('journal-corrupt', 'no half of the journal holds');
  journal.base = flash.pageBytes + (header === first ? 0 : halfBytes);
  journal.generation = readU32(header, HALF_GENERATION);
  journal.seq = readU32(header, HALF_FIRST_SEQUENCE);
  journal.end = journal.base + HALF_BYTES;
  journal.chain = firstChain(journal, journal.generation);
  const snapshotEnd = readU32(header, HALF_SNAPSHOT_END);
  let what = 0;
  while (what === 0) what = readNext(journal);
  if (journal.end < snapshotEnd) throw fail('journal-corrupt', 'the journal is shorter than its snapshot');
  if (what === 2) compact(journal);
  return journal;
}

function beginWriting(journal: Journal): void {
  if (journal.isWriting) throw fail('journal-stopped', 'a write did not end: the board must start again');
  journal.isWriting = true;
}

/**
 * Copies the records that `keep` wants into the other half, commits it, then voids the old header.
 * Each copied record is applied again with its new offset. Throws `journal-full`, `flash-failed`; the old half then
 * stays live.
 */
export function compact(journal: Journal): void {
  beginWriting(journal);
  const flash = journal.flash;
  const oldBase = journal.base;
  const oldEnd = journal.end;
  const old = { generation: journal.generation, seq: journal.seq, chain: journal.chain, records: journal.records };
  try {
    startHalf(journal, oldBase === flash.pageBytes ? 1 : 0, old.generation + 1, old.seq);
    for (let at = oldBase + HALF_BYTES; at < oldEnd;) {
      const header = flash.readBytes(at, RECORD_PAYLOAD);
      const payloadBytes = (header[0] << 8) | header[1];
      const payload = flash.readBytes(at + RECORD_PAYLOAD, payloadBytes);
      if (journal.handlers.keep(header[RECORD_TYPE], payload, at, journal.owner))
        writeRecord(journal, header[RECORD_TYPE], payload);
      at += recordSize(payloadBytes);
    }
    commitHalf(journal);
  } catch (error) {
    journal.base = oldBase;
    journal.end = oldEnd;
    journal.generation = old.generation;
    journal.seq = old.seq;
    journal.chain = old.chain;
    journal.records = old.records;
    journal.isWriting = false;
    throw error;
  }
  journal.writes++;
  flash.writeBytes(oldBase, new Uint8Array(4));
  walk(journal, function (type, payload, at) {
    journal.handlers.take(type, payload, at, journal.owner);
  });
  journal.isWriting = false;
}

/**
 * Compacts, then erases the half of before: what was superseded, or torn, is nowhere on the flash any more. Twelve
 * erases in the usual layout. Throws `journal-full`, `flash-failed`; the live half is good even then.
 */
export function purge(journal: Journal): void {
  compact(journal);
  beginWriting(journal);
  try {
    eraseHalf(journal, journal.base === journal.flash.pageBytes ? 1 : 0);
  } catch (error) {
    journal.isWriting = false;
    throw error;
  }
  journal.isWriting = false;
}

/**
 * Calls `visit` for every record of the live half, oldest first, without checking the chain again; stops when it
 * returns true.
 */
export function walk(
  journal: Journal,
  visit: (type: number, payload: Uint8Array, offset: number) => boolean | void,
): void {
  for (let at = journal.base + HALF_BYTES; at < journal.end;) {
    const header = journal.flash.readBytes(at, RECORD_PAYLOAD);
    const payloadBytes = (header[0] << 8) | header[1];
    if (visit(header[RECORD_TYPE], journal.flash.readBytes(at + RECORD_PAYLOAD, payloadBytes), at)) return;
    at += recordSize(payloadBytes);
  }
}

/** Payload of the record at `offset`. */
export function readRecord(journal: Journal, offset: number): Uint8Array {
  const header = journal.flash.readBytes(offset, RECORD_PAYLOAD);
  return journal.flash.readBytes(offset + RECORD_PAYLOAD, (header[0] << 8) | header[1]);
}

/** Bytes left in the live half. */
export function roomBytes(journal: Journal): number {
  return journal.base + journal.halfBytes - journal.end;
}

/**
 * Makes a record durable, then applies it. Compacts first when there is no room. Throws `journal-full` when even the
 * compacted journal has none, `flash-failed` when the flash does not keep what was written, `journal-stopped` after a
 * write that did not end: what lies where the next record would go is known only to a fresh start.
 */
export function append(journal: Journal, type: number, payload: Uint8Array): void {
  if (payload.length > RECORD_PAYLOAD_MAX)
    throw fail('journal-record-long', 'a record is longer than RECORD_PAYLOAD_MAX');
  if (recordSize(payload.length) > roomBytes(journal)) compact(journal);
  beginWriting(journal);
  if (recordSize(payload.length) > roomBytes(journal)) {
    journal.isWriting = false;
    throw fail('journal-full', 'no room for a record');
  }
  const at = writeRecord(journal, type, payload);
  journal.handlers.take(type, payload, at, journal.owner);
  journal.isWriting = false;
}
