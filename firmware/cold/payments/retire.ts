/**
 * Retiring: the oldest groups of archives are let go when the ring needs room or an account has its share. Their
 * numbers raise the account's mark, below which everything is `old`: never paid again, whatever it was. Names are
 * carried into a new group, since no mark covers them. What is younger than KEEP_S retires never: then the account with
 * its share waits (`room`), and nobody else.
 */
import { REFUSE_CONFLICT, REFUSE_NOT_READY } from '../../../protocol/wire';
import {
  ARCHIVED_ACCOUNT,
  ARCHIVED_BYTES,
  ARCHIVED_TAG,
  ARCHIVED_TIME,
  ARCHIVES_BASE,
  ARCHIVES_BASE_BYTES,
  ARCHIVES_FIRST,
  ARCHIVES_LIVE,
  ARCHIVES_MARK,
  readSats,
  readU16,
  readU32,
  writeSats,
  writeU32,
} from '../../journal/records';
import type { Cold } from '../cold';
import { refusal } from '../link/refusal';
import { nowSeconds } from '../state/store';
import { appendGroup, countLive, freeGroups, nextDigest, readHead, readHeadPart, saveHead } from './archive';
import { GROUP_BYTES, GROUP_ENTRIES, groupsMax, PAGE_GROUPS, readGroup } from './groups';
import { numberAt } from './number';

/** A payment's number is known this long at least. */
export const KEEP_S = 3 * 86400;
/** Free groups below which the oldest retire. */
const LOW_GROUPS = 2 * PAGE_GROUPS;
/** Groups that one task looks at. */
const AT_ONCE = PAGE_GROUPS;

/** Throws the refusal `old`: the account's number is below its mark, and nothing is known of it. Never counted. */
export function requireNotOld(cold: Cold, account: number, tag: Uint8Array): void {
  const number = numberAt(tag, 0);
  if (number >= 0 && number < readSats(readHeadPart(cold, ARCHIVES_MARK + 7 * account, 7), 0))
    throw refusal(REFUSE_CONFLICT, 'old');
}

/** Payments that each account may have in the ring; 0 where that is too small for any. */
function shareOf(cold: Cold): number {
  const groups = groupsMax(cold.hal.flash) - LOW_GROUPS;
  return groups > 0 ? Math.floor((GROUP_ENTRIES * groups) / (cold.state.accountCount || 1)) : 0;
}

/** Has the account its share of the ring, or all but `spare` payments of it? */
function hasShare(cold: Cold, head: Uint8Array, account: number, spare: number): boolean {
  return readU16(head, ARCHIVES_LIVE + 2 * account) + spare >= shareOf(cold);
}

/**
 * Throws the refusal `room` for an account that has its share; it waits until its oldest payments are KEEP_S old.
 * Throws `storage-full` where there is no ring.
 */
export function requireRoom(cold: Cold, account: number): void {
  if (!shareOf(cold)) throw refusal(REFUSE_NOT_READY, 'storage-full');
  if (hasShare(cold, readHead(cold), account, 0)) throw refusal(REFUSE_NOT_READY, 'room');
}

/** Are all payments of the group old enough, and do its names fit behind `atBytes` of a group? */
function canRetire(group: Uint8Array, beforeSeconds: number, atBytes: number): boolean {
  let names = 0;
  for (let at = 0; at < GROUP_BYTES; at += ARCHIVED_BYTES) {
    if (!group[at + ARCHIVED_TAG]) continue;
    if (readU32(group, at + ARCHIVED_TIME) > beforeSeconds) return false;
    if (numberAt(group, at + ARCHIVED_TAG) < 0) names += ARCHIVED_BYTES;
  }
  return atBytes + names <= GROUP_BYTES;
}

/** Lets go of a group: numbers raise marks in `head`, names go to `carried` behind atBytes. Returns where they end. */
function letGo(group: Uint8Array, head: Uint8Array, carried: Uint8Array, atBytes: number): number {
  for (let at = 0; at < GROUP_BYTES; at += ARCHIVED_BYTES) {
    const number = numberAt(group, at + ARCHIVED_TAG);
    const account = group[at + ARCHIVED_ACCOUNT];
    if (number === -1) {
      carried.set(group.subarray(at, at + ARCHIVED_BYTES), atBytes);
      atBytes += ARCHIVED_BYTES;
    }
    if (number < 0) continue;
    const slot = ARCHIVES_MARK + 7 * account;
    if (number >= readSats(head, slot)) writeSats(head, slot, number + 1);
    countLive(head, account, -1);
  }
  return atBytes;
}

/** Accounts that have their share of the ring, or all but `spare` payments of it, as bits. */
function accountsAtShare(cold: Cold, spare: number): number {
  if (cold.state.archiveFirst === cold.state.archiveCount) return 0;
  const head = readHead(cold);
  let bits = 0;
  for (let n = 0; n < cold.state.accountCount; n++) if (hasShare(cold, head, n, spare)) bits |= 1 << n;
  return bits;
}

/** The accounts that wait for room, as bits; all of them where the ring takes nothing from a full journal. */
export function waitingAccounts(cold: Cold, isJournalFull: boolean): number {
  if (isJournalFull && !freeGroups(cold)) return (1 << cold.state.accountCount) - 1;
  return accountsAtShare(cold, 0);
}

/** Is the ring short of room, or has an account its share but for two groups? */
export function isRetiringDue(cold: Cold): boolean {
  const live = cold.state.archiveCount - cold.state.archiveFirst;
  const isShort = live > 0 && live > groupsMax(cold.hal.flash) - LOW_GROUPS;
  return isShort || accountsAtShare(cold, 2 * GROUP_ENTRIES) !== 0;
}

/**
 * Retires the oldest groups, AT_ONCE at most. False: none was old enough. Throws the refusals of appendGroup; nothing
 * is changed then.
 */
export function retireOldest(cold: Cold): boolean {
  const flash = cold.hal.flash;
  const head = readHead(cold);
  const carried = new Uint8Array(GROUP_BYTES);
  const beforeSeconds = nowSeconds(cold) - KEEP_S;
  const first = cold.state.archiveFirst;
  let carriedBytes = 0;
  let n = first;
  while (n < cold.state.archiveCount && n < first + AT_ONCE) {
    const group = readGroup(flash, n);
    if (!canRetire(group, beforeSeconds, carriedBytes)) break;
    carriedBytes = letGo(group, head, carried, carriedBytes);
    head.set(nextDigest(head.subarray(ARCHIVES_BASE, ARCHIVES_BASE + ARCHIVES_BASE_BYTES), group), ARCHIVES_BASE);
    n++;
  }
  if (n === first) return false;
  if (carriedBytes) appendGroup(cold, head, carried);
  writeU32(head, ARCHIVES_FIRST, n);
  saveHead(cold, head);
  return true;
}
