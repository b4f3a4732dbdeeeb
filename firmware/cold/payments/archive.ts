/**
 * Payments that no longer fit the journal. The oldest ARCHIVE_ENTRIES of them move to a file of the board's Storage;
 * the journal keeps how many files there are and one digest over all of them, checked at boot: a file that is lost or
 * changed stops the board (`archive-lost`) instead of making it forget what was paid. A file is written, read back, and
 * only then counted. Entry: tag 8 | account u8 | flags u8 | seconds u32 | debit 7 (R_PAYMENT) | fee 7 | SHA-256 of
 * content and anchor 32. Files are "u1", "u2" ... R_ARCHIVE: files u32 | last serial u32 | digest 32 | one above the
 * highest change index archived u32, for each account; the digest is SHA-256 of the digest before and the SHA-256 of
 * the file, 32 zeros before the first.
 * An archived payment can be replaced, by one that pays the same and spends the same coin; the digest covers both, and
 * nobody can find others with the same. Its own transaction asked for again is such a replacement. Files are never
 * retired: when Storage holds no more, and the journal neither, requests are refused (`storage-full`), and status shows
 * it long before.
 */
import { concatBytes } from '../../crypto/bytes';
import { sha256 } from '../../crypto/index';
import { FILE_HEADER_BYTES } from '../../hal';
import { fail } from '../../../protocol/errors';
import { REFUSE_NOT_READY } from '../../../protocol/wire';
import { readRecord, walk } from '../../journal/journal';
import {
  ARCHIVED_ACCOUNT,
  ARCHIVED_BYTES,
  ARCHIVED_DEBIT,
  ARCHIVED_DIGEST,
  ARCHIVED_FEE,
  ARCHIVED_FLAGS,
  ARCHIVED_TAG_BYTES,
  ARCHIVED_TIME,
  ARCHIVES_BYTES,
  ARCHIVES_CHANGE,
  ARCHIVES_DIGEST,
  ARCHIVES_DIGEST_BYTES,
  ARCHIVES_FILES,
  ARCHIVES_LAST_SERIAL,
  PAYMENT_ACCOUNT,
  PAYMENT_ANCHOR,
  PAYMENT_ANCHOR_BYTES,
  PAYMENT_CHANGE,
  PAYMENT_CONTENT,
  PAYMENT_DEBIT,
  PAYMENT_CONTENT_BYTES,
  PAYMENT_FLAGS,
  PAYMENT_SERIAL,
  PAYMENT_TAG,
  PAYMENT_TIME,
  R_ARCHIVE,
  R_PAYMENT,
  isEqualAt,
  readSats,
  readU32,
  writeU32,
} from '../../journal/records';
import type { Spent } from '../../../protocol/request/policy';
import type { Cold } from '../cold';
import { save } from '../state/store';
import { addDebit, type SignedBefore } from './payment';
import { refusal } from '../link/refusal';

/** First letter of an archive's file; its number follows. */
export const ARCHIVE_FILE = 'u';
export const ARCHIVE_ENTRIES = 16;
/** Bytes of an archive file. */
export const ARCHIVE_BYTES = ARCHIVE_ENTRIES * ARCHIVED_BYTES;

function readFileOf(cold: Cold, n: number): Uint8Array {
  const bytes = cold.hal.files.readFile(ARCHIVE_FILE + n);
  if (!bytes || bytes.length !== ARCHIVE_BYTES)
    throw fail('archive-lost', 'an archive of payments is missing: restore the state backup');
  return bytes;
}

/** Payload of the latest R_ARCHIVE; zeros before the first. */
function readHead(cold: Cold): Uint8Array {
  const at = cold.state.at[R_ARCHIVE];
  return at === undefined ? new Uint8Array(ARCHIVES_BYTES) : new Uint8Array(readRecord(cold.journal!, at));
}

function nextDigest(digest: Uint8Array, file: Uint8Array): Uint8Array {
  return sha256(concatBytes([digest, sha256(file)]));
}

/** What stands for a payment's content (32 bytes) and the coin that it spends (36) in an archive. */
export function archivedDigest(content: Uint8Array, outpoint: Uint8Array): Uint8Array {
  return sha256(concatBytes([content, outpoint]));
}

/** Adds to `found` what is archived under the tag. */
export function findArchived(cold: Cold, tag: Uint8Array, found: SignedBefore): void {
  for (let n = 1; n <= cold.state.archiveCount; n++) {
    const bytes = readFileOf(cold, n);
    for (let at = 0; at < ARCHIVE_BYTES; at += ARCHIVED_BYTES) {
      if (bytes[at] !== tag[0] || !isEqualAt(bytes, at, tag, ARCHIVED_TAG_BYTES)) continue;
      found.archived = new Uint8Array(bytes.subarray(at + ARCHIVED_DIGEST, at + ARCHIVED_BYTES));
      found.count++;
      const feeSats = readSats(bytes, at + ARCHIVED_FEE);
      if (feeSats > found.feeSats) found.feeSats = feeSats;
    }
  }
}

/** One above the highest change index of the account's archived payments. */
export function changeNextArchived(cold: Cold, account: number): number {
  return readU32(readHead(cold), ARCHIVES_CHANGE + 4 * account);
}

/** Adds what archived payments since fromSeconds spent. Newest files first, until one holds nothing that recent. */
export function addArchived(cold: Cold, account: number, fromSeconds: number, spent: Spent): void {
  for (let n = cold.state.archiveCount; n > 0; n--) {
    const bytes = readFileOf(cold, n);
    let isRecent = false;
    for (let at = 0; at < ARCHIVE_BYTES; at += ARCHIVED_BYTES) {
      if (readU32(bytes, at + ARCHIVED_TIME) < fromSeconds) continue;
      isRecent = true;
      if (bytes[at + ARCHIVED_ACCOUNT] === account)
        addDebit(
          spent,
          bytes[at + ARCHIVED_FLAGS],
          readSats(bytes, at + ARCHIVED_DEBIT),
          readSats(bytes, at + ARCHIVED_FEE),
        );
    }
    if (!isRecent) return;
  }
}

/** Checks every archive file against the journal's digest; throws `archive-lost`. At boot. */
export function checkArchives(cold: Cold): void {
  let digest: Uint8Array = new Uint8Array(32);
  for (let n = 1; n <= cold.state.archiveCount; n++) digest = nextDigest(digest, readFileOf(cold, n));
  if (!isEqualAt(readHead(cold), ARCHIVES_DIGEST, digest, ARCHIVES_DIGEST_BYTES))
    throw fail('archive-lost', 'an archive of payments was changed: restore the state backup');
}

/** Does Storage take another archive? */
export function hasFileRoom(cold: Cold): boolean {
  return cold.hal.files.freeBytes() >= ARCHIVE_BYTES + FILE_HEADER_BYTES;
}

/** Puts the oldest payments into `bytes`, and into `head` what R_ARCHIVE says of them. */
function gather(cold: Cold, bytes: Uint8Array, head: Uint8Array): void {
  let at = 0;
  walk(cold.journal!, function (type, payload) {
    if (type !== R_PAYMENT || readU32(payload, PAYMENT_SERIAL) <= cold.state.archivedSerial) return;
    for (let i = 0; i < ARCHIVED_TAG_BYTES; i++) bytes[at + i] = payload[PAYMENT_TAG + i];
    bytes[at + ARCHIVED_ACCOUNT] = payload[PAYMENT_ACCOUNT];
    bytes[at + ARCHIVED_FLAGS] = payload[PAYMENT_FLAGS];
    for (let i = 0; i < 4; i++) bytes[at + ARCHIVED_TIME + i] = payload[PAYMENT_TIME + i];
    for (let i = 0; i < 14; i++) bytes[at + ARCHIVED_DEBIT + i] = payload[PAYMENT_DEBIT + i];
    bytes.set(
      archivedDigest(
        payload.subarray(PAYMENT_CONTENT, PAYMENT_CONTENT + PAYMENT_CONTENT_BYTES),
        payload.subarray(PAYMENT_ANCHOR, PAYMENT_ANCHOR + PAYMENT_ANCHOR_BYTES),
      ),
      at + ARCHIVED_DIGEST,
    );
    const slot = ARCHIVES_CHANGE + 4 * payload[PAYMENT_ACCOUNT];
    if (readU32(payload, PAYMENT_CHANGE) > readU32(head, slot)) writeU32(head, slot, readU32(payload, PAYMENT_CHANGE));
    writeU32(head, ARCHIVES_LAST_SERIAL, readU32(payload, PAYMENT_SERIAL));
    at += ARCHIVED_BYTES;
    return at === ARCHIVE_BYTES;
  });
}

/**
 * Moves the oldest payments to a file; the next compaction lets go of their records. Throws the refusals
 * `storage-full`, `storage-failed`; nothing is changed then.
 */
export function archiveOldest(cold: Cold): void {
  const files = cold.hal.files;
  const n = cold.state.archiveCount + 1;
  if (!hasFileRoom(cold)) throw refusal(REFUSE_NOT_READY, 'storage-full');
  const bytes = new Uint8Array(ARCHIVE_BYTES);
  const head = readHead(cold);
  gather(cold, bytes, head);
  if (!files.writeFile(ARCHIVE_FILE + n, bytes)) throw refusal(REFUSE_NOT_READY, 'storage-full');
  const back = files.readFile(ARCHIVE_FILE + n);
  if (!back || !isEqualAt(back, 0, bytes, ARCHIVE_BYTES)) throw refusal(REFUSE_NOT_READY, 'storage-failed');
  writeU32(head, ARCHIVES_FILES, n);
  head.set(nextDigest(head.subarray(ARCHIVES_DIGEST, ARCHIVES_CHANGE), bytes), ARCHIVES_DIGEST);
  save(cold, R_ARCHIVE, head);
}
