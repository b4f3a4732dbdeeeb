/**
 * Archived payments on flash: groups of GROUP_ENTRIES in a ring of pages that are erased and written in place, and an
 * index of each full page, so that a number is looked for in few of them. Layouts: docs/flash-formats.md. Leaves to
 * others: which groups are live (archive.ts), what retires (retire.ts).
 */
import type { Flash } from '../../hal';
import { isErased } from '../../journal/half';
import {
  ARCHIVED_ACCOUNT,
  ARCHIVED_BYTES,
  ARCHIVED_TAG,
  INDEX_ABOVE,
  INDEX_BYTES,
  INDEX_LOWEST,
  INDEX_NAMES,
  isEqualAt,
  readSats,
  writeSats,
} from '../../journal/records';
import { MAX_ACCOUNTS } from '../state/state';
import { numberAt } from './number';

export const GROUP_ENTRIES = 8;
export const GROUP_BYTES = GROUP_ENTRIES * ARCHIVED_BYTES;
/** Groups of a page. */
export const PAGE_GROUPS = 7;
/** From a group to the next one. */
const CELL_BYTES = 512;
const INDEXES_BYTES = MAX_ACCOUNTS * INDEX_BYTES;
/** Zeros behind the indexes, written last: flash takes whole words. */
const END_BYTES = 4;

function pageOf(flash: Flash, n: number): number {
  return flash.pageCount + (Math.floor(n / PAGE_GROUPS) % flash.archivePages);
}

function offsetOf(flash: Flash, n: number): number {
  return pageOf(flash, n) * flash.pageBytes + (n % PAGE_GROUPS) * CELL_BYTES;
}

function indexOffset(flash: Flash, n: number): number {
  return pageOf(flash, n) * flash.pageBytes + PAGE_GROUPS * CELL_BYTES;
}

/** Groups that can be live at once: a page of the ring is always free to be erased. */
export function groupsMax(flash: Flash): number {
  return flash.archivePages < 2 ? 0 : (flash.archivePages - 1) * PAGE_GROUPS;
}

export function readGroup(flash: Flash, n: number): Uint8Array {
  return flash.readBytes(offsetOf(flash, n), GROUP_BYTES);
}

/**
 * Writes group n, in a page that it erases when it is its first one. False: a power cut left something else there; then
 * the group is made zeros. Nothing is read back: the caller does that.
 */
export function writeGroup(flash: Flash, n: number, bytes: Uint8Array): boolean {
  if (n % PAGE_GROUPS === 0) flash.clearPage(pageOf(flash, n));
  const there = readGroup(flash, n);
  let isFree = true;
  for (let i = 0; i < GROUP_BYTES; i++) if ((there[i] & bytes[i]) !== bytes[i]) isFree = false;
  flash.writeBytes(offsetOf(flash, n), isFree ? bytes : new Uint8Array(GROUP_BYTES));
  return isFree;
}

/** Erases the pages of a ring that hold anything. */
export function clearGroups(flash: Flash): void {
  for (let page = flash.pageCount; page < flash.pageCount + flash.archivePages; page++) {
    if (!isErased(flash, page * flash.pageBytes, flash.pageBytes)) flash.clearPage(page);
  }
}

/** Puts group n of a backup back, whose oldest group is `first`, in a ring of which nothing is to be kept. */
export function restoreGroup(flash: Flash, n: number, first: number, bytes: Uint8Array): void {
  if (n === first || n % PAGE_GROUPS === 0) flash.clearPage(pageOf(flash, n));
  flash.writeBytes(offsetOf(flash, n), bytes);
}

/** Puts an entry of a group into the indexes of its page. */
function addToIndex(indexes: Uint8Array, group: Uint8Array, at: number): void {
  const number = numberAt(group, at + ARCHIVED_TAG);
  const slot = group[at + ARCHIVED_ACCOUNT] * INDEX_BYTES;
  if (number === -1) indexes[slot + INDEX_NAMES]++;
  if (number < 0) return;
  const above = readSats(indexes, slot + INDEX_ABOVE);
  if (!above || number < readSats(indexes, slot + INDEX_LOWEST)) writeSats(indexes, slot + INDEX_LOWEST, number);
  if (number >= above) writeSats(indexes, slot + INDEX_ABOVE, number + 1);
}

/** Indexes of a page of which no group was added yet. */
export function newIndexes(): Uint8Array {
  return new Uint8Array(INDEXES_BYTES);
}

/** Adds a group to the indexes of its page. */
export function indexGroup(indexes: Uint8Array, group: Uint8Array): void {
  for (let at = 0; at < GROUP_BYTES; at += ARCHIVED_BYTES) addToIndex(indexes, group, at);
}

/** Writes the index of the page whose last group is n, once that group is counted. */
export function writeIndexes(flash: Flash, n: number): void {
  if (n % PAGE_GROUPS !== PAGE_GROUPS - 1) return;
  const indexes = newIndexes();
  for (let i = n - PAGE_GROUPS + 1; i <= n; i++) indexGroup(indexes, readGroup(flash, i));
  const at = indexOffset(flash, n);
  flash.writeBytes(at, indexes);
  flash.writeBytes(at + INDEXES_BYTES, new Uint8Array(END_BYTES));
}

/** Is the index of group n's page not written, or these? Empty ones: the page is not full, and none may be written. */
export function isIndexRight(flash: Flash, n: number, indexes: Uint8Array): boolean {
  const there = flash.readBytes(indexOffset(flash, n), INDEXES_BYTES + END_BYTES);
  return there[INDEXES_BYTES] !== 0 || (indexes.length > 0 && isEqualAt(there, 0, indexes, INDEXES_BYTES));
}

/** May the page whose first group is n hold the account's payment of that tag? */
export function mayHold(flash: Flash, n: number, account: number, tag: Uint8Array): boolean {
  const indexes = flash.readBytes(indexOffset(flash, n), INDEXES_BYTES + END_BYTES);
  const slot = account * INDEX_BYTES;
  if (indexes[INDEXES_BYTES] !== 0) return true;
  const number = numberAt(tag, 0);
  if (number < 0) return indexes[slot + INDEX_NAMES] > 0;
  return number >= readSats(indexes, slot + INDEX_LOWEST) && number < readSats(indexes, slot + INDEX_ABOVE);
}
