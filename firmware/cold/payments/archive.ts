/**
 * Payments that no longer fit the journal. The oldest GROUP_ENTRIES of them move to a group of the board's ring of
 * archives (groups.ts); R_ARCHIVE counts it when it was written and read back, and keeps one digest over all live
 * groups, checked at boot: a group that is lost or changed stops the board (`archive-lost`) instead of making it forget
 * what was paid. Groups retire by age (retire.ts). When none can, and the ring and the journal are full, requests are
 * refused (`storage-full`).
 * An archived payment can be replaced, by one that pays the same and spends the same coin; the digest of its entry
 * covers both, and nobody can find others with the same. Its own transaction asked for again is such a replacement.
 */
import { concatBytes, NO_BYTES } from '../../crypto/bytes';
import { sha256 } from '../../crypto/index';
import { fail } from '../../../protocol/errors';
import { REFUSE_NOT_READY } from '../../../protocol/wire';
import { walk } from '../../journal/journal';
import {
  ARCHIVED_ACCOUNT,
  ARCHIVED_BYTES,
  ARCHIVED_DEBIT,
  ARCHIVED_DIGEST,
  ARCHIVED_FEE,
  ARCHIVED_FLAGS,
  ARCHIVED_TAG,
  ARCHIVED_TAG_BYTES,
  ARCHIVED_TIME,
  ARCHIVES_BASE,
  ARCHIVES_BASE_BYTES,
  ARCHIVES_BYTES,
  ARCHIVES_CHANGE,
  ARCHIVES_DIGEST,
  ARCHIVES_DIGEST_BYTES,
  ARCHIVES_LAST_SERIAL,
  ARCHIVES_LIVE,
  ARCHIVES_NEXT,
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
  RECORD_PAYLOAD,
  R_ARCHIVE,
  R_PAYMENT,
  isEqualAt,
  readSats,
  readU16,
  readU32,
  writeU16,
  writeU32,
} from '../../journal/records';
import type { Spent } from '../../../protocol/request/policy';
import type { Cold } from '../cold';
import { save } from '../state/store';
import {
  GROUP_BYTES,
  groupsMax,
  indexGroup,
  isIndexRight,
  mayHold,
  newIndexes,
  PAGE_GROUPS,
  readGroup,
  writeGroup,
  writeIndexes,
} from './groups';
import { addDebit, type SignedBefore } from './payment';
import { refusal } from '../link/refusal';

/** Octets of the latest R_ARCHIVE's payload, the caller's; zeros before the first. */
export function readHeadPart(cold: Cold, from: number, lenBytes: number): Uint8Array {
  const at = cold.state.at[R_ARCHIVE];
  return at === undefined
    ? new Uint8Array(lenBytes)
    : new Uint8Array(cold.hal.flash.readBytes(at + RECORD_PAYLOAD + from, lenBytes));
}

/** Payload of the latest R_ARCHIVE, the caller's; zeros before the first. */
export function readHead(cold: Cold): Uint8Array {
  return readHeadPart(cold, 0, ARCHIVES_BYTES);
}

/** The digest over one group more. */
export function nextDigest(digest: Uint8Array, group: Uint8Array): Uint8Array {
  return sha256(concatBytes([digest, sha256(group)]));
}

/** Counts a payment of an account's in live groups, or one fewer. */
export function countLive(head: Uint8Array, account: number, change: number): void {
  const slot = ARCHIVES_LIVE + 2 * account;
  writeU16(head, slot, readU16(head, slot) + change);
}

/** What stands for a payment's content (32 bytes) and the coin that it spends (36) in an archive. */
export function archivedDigest(content: Uint8Array, outpoint: Uint8Array): Uint8Array {
  return sha256(concatBytes([content, outpoint]));
}

function findInGroup(group: Uint8Array, account: number, tag: Uint8Array, found: SignedBefore): void {
  for (let at = 0; at < GROUP_BYTES; at += ARCHIVED_BYTES) {
    if (group[at + ARCHIVED_ACCOUNT] !== account || !isEqualAt(group, at + ARCHIVED_TAG, tag, ARCHIVED_TAG_BYTES))
      continue;
    found.archived = new Uint8Array(group.subarray(at + ARCHIVED_DIGEST, at + ARCHIVED_BYTES));
    found.count++;
    const feeSats = readSats(group, at + ARCHIVED_FEE);
    if (feeSats > found.feeSats) found.feeSats = feeSats;
  }
}

/** Adds to `found` what is archived under the account's tag. */
export function findArchived(cold: Cold, account: number, tag: Uint8Array, found: SignedBefore): void {
  const flash = cold.hal.flash;
  let n = cold.state.archiveFirst;
  while (n < cold.state.archiveCount) {
    if (n % PAGE_GROUPS === 0 && !mayHold(flash, n, account, tag)) {
      n += PAGE_GROUPS;
      continue;
    }
    findInGroup(readGroup(flash, n), account, tag, found);
    n++;
  }
}

/** One above the highest change index of the account's archived payments. */
export function changeNextArchived(cold: Cold, account: number): number {
  return readU32(readHeadPart(cold, ARCHIVES_CHANGE + 4 * account, 4), 0);
}

/** Adds what archived payments since fromSeconds spent. Newest groups first, until one holds nothing that recent. */
export function addArchived(cold: Cold, account: number, fromSeconds: number, spent: Spent): void {
  for (let n = cold.state.archiveCount - 1; n >= cold.state.archiveFirst; n--) {
    const group = readGroup(cold.hal.flash, n);
    let isRecent = false;
    for (let at = 0; at < GROUP_BYTES; at += ARCHIVED_BYTES) {
      if (!group[at + ARCHIVED_TAG]) {
        isRecent = true; // it tells nothing of what is before it
        continue;
      }
      if (readU32(group, at + ARCHIVED_TIME) < fromSeconds) continue;
      isRecent = true;
      if (group[at + ARCHIVED_ACCOUNT] === account)
        addDebit(
          spent,
          group[at + ARCHIVED_FLAGS],
          readSats(group, at + ARCHIVED_DEBIT),
          readSats(group, at + ARCHIVED_FEE),
        );
    }
    if (!isRecent) return;
  }
}

/** Checks every live group against the journal's digest, and the indexes; throws `archive-lost`. At boot. */
export function checkArchives(cold: Cold): void {
  const flash = cold.hal.flash;
  const head = readHead(cold);
  let digest: Uint8Array = head.subarray(ARCHIVES_BASE, ARCHIVES_BASE + ARCHIVES_BASE_BYTES);
  const count = cold.state.archiveCount;
  let isRight = count - cold.state.archiveFirst <= groupsMax(flash);
  let indexes: Uint8Array = NO_BYTES;
  for (let n = cold.state.archiveFirst; isRight && n < count; n++) {
    const group = readGroup(flash, n);
    const at = n % PAGE_GROUPS;
    digest = nextDigest(digest, group);
    if (!at) indexes = newIndexes();
    if (indexes.length) indexGroup(indexes, group);
    // Of a page whose first group is live, once all of them, or the last ones, are read
    if (indexes.length && (at === PAGE_GROUPS - 1 || n === count - 1))
      isRight = isIndexRight(flash, n, at === PAGE_GROUPS - 1 ? indexes : NO_BYTES);
  }
  if (!isRight || !isEqualAt(head, ARCHIVES_DIGEST, digest, ARCHIVES_DIGEST_BYTES))
    throw fail('archive-lost', 'an archive of payments is missing or was changed: restore the state backup');
}

/** Groups that the ring still takes from the journal: its last page is for what is carried (retire.ts). */
export function freeGroups(cold: Cold): number {
  const free = groupsMax(cold.hal.flash) - PAGE_GROUPS - (cold.state.archiveCount - cold.state.archiveFirst);
  return free > 0 ? free : 0;
}

/** Puts the oldest payments into `group`, and into `head` what R_ARCHIVE says of them. */
function gather(cold: Cold, group: Uint8Array, head: Uint8Array): void {
  let at = 0;
  walk(cold.journal!, function (type, payload) {
    if (type !== R_PAYMENT || readU32(payload, PAYMENT_SERIAL) <= cold.state.archivedSerial) return;
    const account = payload[PAYMENT_ACCOUNT];
    group.set(payload.subarray(PAYMENT_TAG, PAYMENT_TAG + ARCHIVED_TAG_BYTES), at);
    group[at + ARCHIVED_ACCOUNT] = account;
    group[at + ARCHIVED_FLAGS] = payload[PAYMENT_FLAGS];
    group.set(payload.subarray(PAYMENT_TIME, PAYMENT_TIME + 4), at + ARCHIVED_TIME);
    group.set(payload.subarray(PAYMENT_DEBIT, PAYMENT_DEBIT + 14), at + ARCHIVED_DEBIT);
    group.set(
      archivedDigest(
        payload.subarray(PAYMENT_CONTENT, PAYMENT_CONTENT + PAYMENT_CONTENT_BYTES),
        payload.subarray(PAYMENT_ANCHOR, PAYMENT_ANCHOR + PAYMENT_ANCHOR_BYTES),
      ),
      at + ARCHIVED_DIGEST,
    );
    const slot = ARCHIVES_CHANGE + 4 * account;
    if (readU32(payload, PAYMENT_CHANGE) > readU32(head, slot)) writeU32(head, slot, readU32(payload, PAYMENT_CHANGE));
    writeU32(head, ARCHIVES_LAST_SERIAL, readU32(payload, PAYMENT_SERIAL));
    countLive(head, account, 1);
    at += ARCHIVED_BYTES;
    return at === GROUP_BYTES;
  });
}

/**
 * Writes a group behind the last one, and it into `head`, the caller's to save. A place that a power cut spoiled
 * becomes a group of zeros, counted like any other, and the next one is tried. Throws the refusals `storage-full`,
 * `storage-failed`.
 */
export function appendGroup(cold: Cold, head: Uint8Array, group: Uint8Array): void {
  const flash = cold.hal.flash;
  const first = cold.state.archiveFirst;
  let isWritten = false;
  while (!isWritten) {
    const n = readU32(head, ARCHIVES_NEXT);
    if (n - first >= groupsMax(flash)) throw refusal(REFUSE_NOT_READY, 'storage-full');
    isWritten = writeGroup(flash, n, group);
    const back = readGroup(flash, n);
    if (!isEqualAt(back, 0, isWritten ? group : new Uint8Array(GROUP_BYTES), GROUP_BYTES))
      throw refusal(REFUSE_NOT_READY, 'storage-failed');
    writeU32(head, ARCHIVES_NEXT, n + 1);
    const before = head.subarray(ARCHIVES_DIGEST, ARCHIVES_DIGEST + ARCHIVES_DIGEST_BYTES);
    head.set(nextDigest(before, back), ARCHIVES_DIGEST);
  }
}

/** Saves the head: the groups that it counts are live. Then the indexes of pages that they fill. */
export function saveHead(cold: Cold, head: Uint8Array): void {
  const before = cold.state.archiveCount;
  save(cold, R_ARCHIVE, head);
  for (let n = before; n < cold.state.archiveCount; n++) writeIndexes(cold.hal.flash, n);
}

/**
 * Moves the oldest payments to a group; the next compaction lets go of their records. Throws the refusals
 * `storage-full`, `storage-failed`; nothing is changed then.
 */
export function archiveOldest(cold: Cold): void {
  if (!freeGroups(cold)) throw refusal(REFUSE_NOT_READY, 'storage-full');
  const group = new Uint8Array(GROUP_BYTES);
  const head = readHead(cold);
  gather(cold, group, head);
  appendGroup(cold, head, group);
  saveHead(cold, head);
}
