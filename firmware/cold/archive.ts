/**
 * Payments that no longer fit the journal. The oldest ARCHIVE_ENTRIES of them move to a file of the board's Storage; the journal
 * keeps how many files there are and one digest over all of them, checked at boot: a file that is lost or changed stops the
 * board (`archive-lost`) instead of making it forget what was paid. A file is written, read back, and only then counted.
 * Entry: account u8 | flags u8 | tag 12 | seconds u32 | debited amount 7 | debited fee 7 | transaction 12. Files are "u1", "u2" ...
 * An archived transaction asked for again is signed again and not counted; a replacement of it is not possible any more.
 */
import { concatBytes } from '../crypto/bytes';
import { sha256 } from '../crypto/index';
import { fail } from '../../protocol/errors';
import { compact, readRecord, walk } from '../journal/journal';
import { PAID_ACCOUNT, PAID_DEBIT, PAID_FLAG_BUMP, PAID_FLAGS, PAID_SERIAL, PAID_TAG, PAID_TIME, PAID_TX, R_ARCHIVE, R_PAID, isEqualAt, readSats, readU32, writeU32 } from '../journal/records';
import type { Spent } from '../policy/policy';
import type { Cold } from './context';
import { save } from './store';

export const ARCHIVE_ENTRIES = 64;
/** Payments in the journal above which the oldest are archived. */
export const PAID_KEPT_MAX = 96;
const ENTRY_BYTES = 44;
const TAG_BYTES = 12;
const AT_TAG = 2;
const AT_TIME = 14;
const AT_DEBIT = 18;
const AT_DEBIT_FEE = 25;
const AT_TX = 32;
const TX_BYTES = 12;
/** What archivedAs answers. */
export const ARCHIVED_NOT = 0;
export const ARCHIVED_OTHER = 1;
export const ARCHIVED_SAME = 2;

function readFileOf(cold: Cold, n: number): Uint8Array {
  const bytes = cold.hal.files.read('u' + n);
  if (!bytes || bytes.length % ENTRY_BYTES) throw fail('archive-lost', 'an archive of payments is missing: restore the state backup');
  return bytes;
}

/** Is there an archived payment of the account under the tag, and is it this very transaction (16 octets of its id, or undefined)? */
export function archivedAs(cold: Cold, account: number, tag: Uint8Array, tx: Uint8Array | undefined): number {
  let found = ARCHIVED_NOT;
  for (let n = 1; n <= cold.state.archiveCount; n++) {
    const bytes = readFileOf(cold, n);
    for (let at = 0; at < bytes.length; at += ENTRY_BYTES) {
      if (bytes[at] !== account || !isEqualAt(bytes, at + AT_TAG, tag, TAG_BYTES)) continue;
      if (tx && isEqualAt(bytes, at + AT_TX, tx, TX_BYTES)) return ARCHIVED_SAME;
      found = ARCHIVED_OTHER;
    }
  }
  return found;
}

/** Adds what archived payments since fromSeconds spent. Newest files first, until one holds nothing that recent. */
export function addArchived(cold: Cold, account: number, fromSeconds: number, spent: Spent): void {
  for (let n = cold.state.archiveCount; n > 0; n--) {
    const bytes = readFileOf(cold, n);
    let isRecent = false;
    for (let at = 0; at < bytes.length; at += ENTRY_BYTES) {
      if (readU32(bytes, at + AT_TIME) < fromSeconds) continue;
      isRecent = true;
      if (bytes[at] !== account) continue;
      spent.sats += readSats(bytes, at + AT_DEBIT);
      spent.feeSats += readSats(bytes, at + AT_DEBIT_FEE);
      if (!(bytes[at + 1] & PAID_FLAG_BUMP)) spent.count++;
    }
    if (!isRecent) return;
  }
}

/** Checks every archive file against the journal's digest; throws `archive-lost`. At boot. */
export function checkArchives(cold: Cold): void {
  const at = cold.state.at[R_ARCHIVE];
  if (at === undefined) return;
  const expected = readRecord(cold.journal as any, at);
  let digest: Uint8Array = new Uint8Array(32);
  for (let n = 1; n <= cold.state.archiveCount; n++) digest = sha256(concatBytes([digest, readFileOf(cold, n)]));
  if (!isEqualAt(expected, 8, digest, 32)) throw fail('archive-lost', 'an archive of payments was changed: restore the state backup');
}

/** Moves the oldest payments to a file when the journal holds too many. Answers whether it did. */
export function archiveOldest(cold: Cold): boolean {
  if (cold.state.paidSerial - cold.state.archivedSerial <= PAID_KEPT_MAX) return false;
  const state = cold.state;
  const n = state.archiveCount + 1;
  const bytes = new Uint8Array(ARCHIVE_ENTRIES * ENTRY_BYTES);
  let used = 0;
  let serial = state.archivedSerial;
  walk(cold.journal as any, function (type, payload) {
    if (type !== R_PAID || readU32(payload, PAID_SERIAL) <= state.archivedSerial) return;
    const at = used * ENTRY_BYTES;
    bytes[at] = payload[PAID_ACCOUNT];
    bytes[at + 1] = payload[PAID_FLAGS];
    for (let i = 0; i < TAG_BYTES; i++) bytes[at + AT_TAG + i] = payload[PAID_TAG + i];
    for (let i = 0; i < 4; i++) bytes[at + AT_TIME + i] = payload[PAID_TIME + i];
    for (let i = 0; i < 14; i++) bytes[at + AT_DEBIT + i] = payload[PAID_DEBIT + i];
    for (let i = 0; i < TX_BYTES; i++) bytes[at + AT_TX + i] = payload[PAID_TX + i];
    serial = readU32(payload, PAID_SERIAL);
    return ++used === ARCHIVE_ENTRIES;
  });
  const last = state.at[R_ARCHIVE];
  const before = last === undefined ? new Uint8Array(32) : new Uint8Array(readRecord(cold.journal as any, last).subarray(8, 40));
  if (!cold.hal.files.write('u' + n, bytes)) throw fail('storage-full', 'no room for an archive of payments');
  const back = cold.hal.files.read('u' + n);
  if (!back || !isEqualAt(back, 0, bytes, bytes.length)) throw fail('storage-failed', 'an archive of payments did not read back');
  const payload = new Uint8Array(40);
  writeU32(payload, 0, n);
  writeU32(payload, 4, serial);
  payload.set(sha256(concatBytes([before, bytes])), 8);
  save(cold, R_ARCHIVE, payload);
  compact(cold.journal as any);
  return true;
}
