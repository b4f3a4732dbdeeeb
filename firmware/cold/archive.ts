/**
 * Payments that no longer fit the journal. The oldest ARCHIVE_ENTRIES of them move to a file of the board's Storage; the journal
 * keeps how many files there are and one digest over all of them, checked at boot: a file that is lost or changed stops the
 * board (`archive-lost`) instead of making it forget what was paid. A file is written, read back, and only then counted.
 * Entry: account u8 | flags u8 | tag 12 | seconds u32 | debited amount 7 | debited fee 7 | transaction 12 | content 12 | request 12 |
 * anchor 12 (of the SHA-256 of the coin) | fee 7 | 0. Files are "u1", "u2" ...
 * An archived payment is as good as one in the journal: asked for again it is signed again and not counted, and it can be replaced.
 */
import { concatBytes } from '../crypto/bytes';
import { sha256 } from '../crypto/index';
import { fail } from '../../protocol/errors';
import { compact, readRecord, walk } from '../journal/journal';
import {
  PAID_ACCOUNT, PAID_ANCHOR, PAID_ANCHOR_BYTES, PAID_CONTENT, PAID_DEBIT, PAID_FEE, PAID_FLAG_BUMP, PAID_FLAGS, PAID_REQUEST, PAID_SERIAL, PAID_TAG, PAID_TIME, PAID_TX, R_ARCHIVE, R_PAID, isEqualAt, readSats, readU32, writeU32,
} from '../journal/records';
import type { Spent } from '../policy/policy';
import type { Cold } from './context';
import type { PaidBefore } from './paid';
import { save } from './store';

export const ARCHIVE_ENTRIES = 32;
/** Payments in the journal above which the oldest are archived. */
export const PAID_KEPT_MAX = 56;
const ENTRY_BYTES = 88;
const TAG_BYTES = 12;
const AT_TAG = 2;
const AT_TIME = 14;
const AT_DEBIT = 18;
const AT_DEBIT_FEE = 25;
const AT_TX = 32;
const AT_CONTENT = 44;
const AT_REQUEST = 56;
const AT_ANCHOR = 68;
const AT_FEE = 80;
const DIGEST_BYTES = 12;

function readFileOf(cold: Cold, n: number): Uint8Array {
  const bytes = cold.hal.files.readFile('u' + n);
  if (!bytes || bytes.length % ENTRY_BYTES) throw fail('archive-lost', 'an archive of payments is missing: restore the state backup');
  return bytes;
}

/** Adds to `found` what is archived under the tag; tx may be left out while it is not known. */
export function findArchived(cold: Cold, account: number, tag: Uint8Array, request: Uint8Array, content: Uint8Array, tx: Uint8Array | undefined, found: PaidBefore): void {
  for (let n = 1; n <= cold.state.archiveCount; n++) {
    const bytes = readFileOf(cold, n);
    for (let at = 0; at < bytes.length; at += ENTRY_BYTES) {
      if (bytes[at] !== account || bytes[at + AT_TAG] !== tag[0] || !isEqualAt(bytes, at + AT_TAG, tag, TAG_BYTES)) continue;
      if (!found.count) found.anchorDigest = new Uint8Array(bytes.subarray(at + AT_ANCHOR, at + AT_ANCHOR + DIGEST_BYTES));
      found.count++;
      if (tx && isEqualAt(bytes, at + AT_TX, tx, DIGEST_BYTES)) found.hasTx = true;
      if (isEqualAt(bytes, at + AT_REQUEST, request, DIGEST_BYTES)) found.hasRequest = true;
      if (!isEqualAt(bytes, at + AT_CONTENT, content, DIGEST_BYTES)) found.isSameContent = false;
      const feeSats = readSats(bytes, at + AT_FEE);
      if (feeSats > found.feeSats) found.feeSats = feeSats;
    }
  }
}

/** What stands for a coin in an archive. */
export function anchorDigest(outpoint36: Uint8Array): Uint8Array {
  return sha256(outpoint36).subarray(0, DIGEST_BYTES);
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
    for (let i = 0; i < 7; i++) bytes[at + AT_FEE + i] = payload[PAID_FEE + i];
    for (let i = 0; i < DIGEST_BYTES; i++) {
      bytes[at + AT_TX + i] = payload[PAID_TX + i];
      bytes[at + AT_CONTENT + i] = payload[PAID_CONTENT + i];
      bytes[at + AT_REQUEST + i] = payload[PAID_REQUEST + i];
    }
    bytes.set(anchorDigest(payload.subarray(PAID_ANCHOR, PAID_ANCHOR + PAID_ANCHOR_BYTES)), at + AT_ANCHOR);
    serial = readU32(payload, PAID_SERIAL);
    return ++used === ARCHIVE_ENTRIES;
  });
  const last = state.at[R_ARCHIVE];
  const before = last === undefined ? new Uint8Array(32) : new Uint8Array(readRecord(cold.journal as any, last).subarray(8, 40));
  if (!cold.hal.files.writeFile('u' + n, bytes)) throw fail('storage-full', 'no room for an archive of payments');
  const back = cold.hal.files.readFile('u' + n);
  if (!back || !isEqualAt(back, 0, bytes, bytes.length)) throw fail('storage-failed', 'an archive of payments did not read back');
  const payload = new Uint8Array(40);
  writeU32(payload, 0, n);
  writeU32(payload, 4, serial);
  payload.set(sha256(concatBytes([before, bytes])), 8);
  save(cold, R_ARCHIVE, payload);
  compact(cold.journal as any);
  return true;
}
