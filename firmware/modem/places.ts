// The places of a modem's store that wait to be read or to be deleted, and what becomes of one that fails: tried again
// at once, then after growing pauses, in the end deleted unread, so that no place holds up another and none is held for
// ever. Leaves the commands to ready.ts, decoding to incoming.ts.
// An entry of `reads` and `dels` is one number: place, tries, senseless readings, and the minute of the uptime before
// which it is left alone. An entry of `held` is place, tries and the running number of its hand-over. An object would
// cost the device five variables a place.
import { MAX_PLACES, Modem, STAT_BAD_SMS, notify } from './state';

/** More than places can be. */
export const PLACES = 1000;
/**
 * Units of an entry: one try (16 at most), one senseless reading (READ_TRIES: given up; in `held` one hand-over), one
 * minute.
 */
const TRY = 1000;
const SENSELESS = 16000;
const MINUTE = 64000;

/** Tries of a place in a row, before it is left alone for a while; senseless readings after which it is deleted. */
export const READ_TRIES = 3;
/** Tries after which a place that cannot be read is deleted: with the pauses, some 11 hours after the first. */
const LAST_TRY = 14;
/** Pause after READ_TRIES tries, minutes; each further one is twice as long, up to 80 minutes. */
const FIRST_PAUSE = 5;
const DOUBLINGS = 4;

function minuteNow(modem: Modem): number {
  return Math.floor(modem.outbox.clock.uptimeMs() / 60000);
}

function triesOf(entry: number): number {
  return Math.floor(entry / TRY) % 16;
}

/** Index of the first entry whose time has come; -1 when there is none. */
function dueIndex(modem: Modem, list: number[]): number {
  const minute = minuteNow(modem);
  for (let i = 0; i < list.length; i++) if (Math.floor(list[i] / MINUTE) <= minute) return i;
  return -1;
}

/** Brings the first entry whose time has come to the front; returns false when there is none. */
export function bringDue(modem: Modem, list: number[]): boolean {
  const at = dueIndex(modem, list);
  if (at < 0) return false;
  const entry = list[at];
  list[at] = list[0];
  list[0] = entry % MINUTE;
  return true;
}

/** The entry after one more failure; reports a place that is left alone from now on. */
function failedEntry(modem: Modem, entry: number, senseless: number): number {
  const tries = triesOf(entry) < LAST_TRY ? triesOf(entry) + 1 : LAST_TRY;
  const place = entry % PLACES;
  if (tries < READ_TRIES) return place + TRY * tries + SENSELESS * senseless;
  if (tries === READ_TRIES) notify(modem, 'sms-stuck', place);
  const doublings = tries - READ_TRIES < DOUBLINGS ? tries - READ_TRIES : DOUBLINGS;
  const due = minuteNow(modem) + (FIRST_PAUSE << doublings);
  return place + TRY * tries + SENSELESS * senseless + MINUTE * due;
}

function senselessOf(entry: number): number {
  return Math.floor(entry / SENSELESS) % 4;
}

/** A message that cannot be read is counted and reported once, and deleted. */
function giveUp(modem: Modem, entry: number): void {
  const isAgain = senselessOf(entry) >= READ_TRIES;
  modem.dels.push((isAgain ? entry % SENSELESS : entry % PLACES) + SENSELESS * READ_TRIES);
  if (isAgain) return;
  modem.n[STAT_BAD_SMS]++;
  notify(modem, 'bad-sms', modem.n[STAT_BAD_SMS]);
}

/**
 * Reading the first of `reads` has failed: no answer, an error, a cut or mangled message; isWhole: it came whole and
 * makes no sense.
 */
export function failRead(modem: Modem, isWhole: boolean): void {
  const entry = modem.reads.splice(0, 1)[0];
  const senseless = senselessOf(entry) + (isWhole ? 1 : 0);
  if (senseless >= READ_TRIES || triesOf(entry) + 1 >= LAST_TRY) giveUp(modem, entry);
  else modem.reads.push(failedEntry(modem, entry, senseless));
}

/**
 * Deleting the first of `dels` has failed. Without an answer the place may hold a new message by now: it is read again
 * before anything else is done to it, and comes twice if it is the old one. A place that was given up stays so.
 */
export function failDelete(modem: Modem, isAnswered: boolean): void {
  const deleted = modem.dels.splice(0, 1)[0];
  const entry = failedEntry(modem, deleted, senselessOf(deleted));
  if (isAnswered) modem.dels.push(entry);
  else modem.reads.push(entry);
}

/** Packs the entry of `held` for the first of `reads`; entryOfHeld() gives back what `dels` takes. */
export function holdFirst(modem: Modem, number: number): number {
  return number * SENSELESS + (modem.reads.splice(0, 1)[0] % SENSELESS);
}

export function entryOfHeld(hold: number): number {
  return hold % SENSELESS;
}

function indexOfPlace(list: number[], place: number): number {
  for (let i = 0; i < list.length; i++) if (list[i] % PLACES === place) return i;
  return -1;
}

/** Index of the entry of `reads` that is left alone longest; -1 when all are due. */
function longestLeft(modem: Modem): number {
  let found = -1;
  for (let i = 0; i < modem.reads.length; i++)
    if (modem.reads[i] >= MINUTE && (found < 0 || modem.reads[i] > modem.reads[found])) found = i;
  return found;
}

/** Places of which something is known or waited for; one that is left alone may be of no message at all. */
export function countKnown(modem: Modem): number {
  let count = modem.held.length + modem.dels.length;
  for (let i = 0; i < modem.reads.length; i++) if (modem.reads[i] < MINUTE) count++;
  return count;
}

/**
 * Keeps a place in mind, once. isNew: a message has come there just now, so a place that was left alone is due at once,
 * and one whose deletion was refused is free of its old message.
 */
export function rememberPlace(modem: Modem, place: number, isNew: boolean): void {
  if (place < 0 || place >= PLACES || indexOfPlace(modem.held, place) >= 0) return;
  const at = indexOfPlace(modem.reads, place);
  if (at >= 0) {
    if (isNew && modem.reads[at] >= MINUTE)
      modem.reads[at] = place + TRY * (triesOf(modem.reads[at]) < READ_TRIES ? triesOf(modem.reads[at]) : READ_TRIES);
    return;
  }
  const del = indexOfPlace(modem.dels, place);
  if (del >= 0) {
    if (!isNew || modem.dels[del] < MINUTE) return;
    modem.dels.splice(del, 1);
  }
  if (modem.reads.length >= MAX_PLACES) {
    const left = longestLeft(modem);
    if (left < 0) return;
    modem.reads.splice(left, 1);
  }
  modem.reads.push(place);
}

/** The store is full: the place that failed most often is given up, unless there is something to read or to delete. */
export function makeRoom(modem: Modem): void {
  const left = longestLeft(modem);
  if (left < 0 || modem.dels.length || dueIndex(modem, modem.reads) >= 0) return;
  giveUp(modem, modem.reads.splice(left, 1)[0]);
}

/** The SIM is gone: what is kept in mind of its places belongs to no message of the next one. */
export function forgetPlaces(modem: Modem): void {
  modem.reads = [];
  modem.dels = [];
  modem.held = [];
}
