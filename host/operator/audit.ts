// The audit log of HSM-Cold, checked offline: every entry's head is the hash of the head before it and of the entry, so
// an entry that was changed, removed or put in shows. A chain alone proves nothing about its two ends: who can write
// the file can leave entries out at the beginning, cut them off at the end, or invent the whole of it. So a log that
// does not begin with entry 1 holds only when it is tied to what was seen before (earlier exports, pinned heads,
// heartbeats), and what no such thing reaches is named. The layout is the record's declaration (firmware/journal);
// heartbeats are heartbeat.ts's. Spec: SPEC.md 10.
import { createHash } from 'node:crypto';
import {
  AUDIT_ACCOUNT,
  AUDIT_CODE,
  AUDIT_DETAIL,
  AUDIT_HEAD,
  AUDIT_HEAD_BYTES,
  AUDIT_NUMBER,
  AUDIT_SECONDS,
} from '../../firmware/journal/layout';
import { U32_MAX } from '../../protocol/wire';

export interface AuditEntry {
  n: number;
  unixSeconds: number;
  code: number;
  /** 255: none. */
  account: number;
  detail: Uint8Array;
  head: string;
}

/**
 * A head seen elsewhere: entry number from 1, and the head's first 16 to 64 hex digits. All 64 also verify the entry
 * after it.
 */
export interface AuditPin {
  n: number;
  head: string;
}

export interface LogVerdict {
  ok: boolean;
  entries: number;
  first: number;
  last: number;
  head: string;
  /** What is wrong, one line each. */
  faults: string[];
  /** What is not wrong and not proved either, one line each. */
  notes: string[];
}

/** What one `log` of the board gave: its entries, and the closing line. */
interface LogExport {
  entries: AuditEntry[];
  closing?: { n: number; head: string };
}

const FIRST_HEAD = '0'.repeat(2 * AUDIT_HEAD_BYTES);
const ENTRY =
  /^audit ([1-9]\d{0,9}) (0|[1-9]\d{0,9}) (0|[1-9]\d{0,2}) (0|[1-9]\d{0,2}) (-|(?:[0-9a-f]{2})+) ([0-9a-f]{64})$/;
const CLOSING = /^head (0|[1-9]\d{0,9}) ([0-9a-f]{64})$/;
/** The line of the console's `status`: no entry. */
const STATUS = /^audit \d+ head [0-9a-f]{64}$/;

function entryOf(line: string): AuditEntry | undefined {
  const m = ENTRY.exec(line);
  if (!m) return undefined;
  const [n, unixSeconds, code, account] = [1, 2, 3, 4].map((i) => Number(m[i])) as [number, number, number, number];
  if (n > U32_MAX || unixSeconds > U32_MAX || code > 255 || account > 255) return undefined;
  return {
    n,
    unixSeconds,
    code,
    account,
    detail: new Uint8Array(Buffer.from(m[5] === '-' ? '' : m[5], 'hex')),
    head: m[6],
  };
}

/** Reads the lines of the console's `log`. Lines that are not of the log are left out. */
export function parseLog(lines: string[]): AuditEntry[] {
  return lines.flatMap((line) => entryOf(line) ?? []);
}

/** The head after an entry: the hash of the head before it and of the entry's record without its own. */
function headAfter(previous: string, entry: AuditEntry): string {
  const record = Buffer.alloc(AUDIT_DETAIL);
  record.writeUInt32BE(entry.n, AUDIT_NUMBER);
  record.writeUInt32BE(entry.unixSeconds, AUDIT_SECONDS);
  record[AUDIT_CODE] = entry.code;
  record[AUDIT_ACCOUNT] = entry.account;
  return createHash('sha256')
    .update(Buffer.from(previous, 'hex'))
    .update(record.subarray(0, AUDIT_HEAD))
    .update(record.subarray(AUDIT_HEAD + AUDIT_HEAD_BYTES))
    .update(entry.detail)
    .digest('hex');
}

function isSame(a: AuditEntry, b: AuditEntry): boolean {
  return (
    a.unixSeconds === b.unixSeconds &&
    a.code === b.code &&
    a.account === b.account &&
    a.head === b.head &&
    Buffer.compare(a.detail, b.detail) === 0
  );
}

/** `entry 3 is` or `entries 3 to 5 are`. */
function spanOf(from: number, to: number): string {
  return from === to ? `entry ${from} is` : `entries ${from} to ${to} are`;
}

/** A file may hold several exports, as a capture of a console session does: each ends with its closing line. */
function exportsOf(lines: string[], faults: string[], where: string): LogExport[] {
  const exports: LogExport[] = [];
  let entries: AuditEntry[] = [];
  for (const line of lines) {
    const entry = entryOf(line);
    const closing = CLOSING.exec(line);
    if (entry) entries.push(entry);
    else if (closing) {
      exports.push({ entries, closing: { n: Number(closing[1]), head: closing[2] } });
      entries = [];
    } else if (/^(audit|head) \d/.test(line) && !STATUS.test(line))
      faults.push(`${where}a line is no entry: "${line.slice(0, 40)}"`);
  }
  if (entries.length > 0 || exports.length === 0) exports.push({ entries });
  return exports;
}

/** Checks the order within one export and its closing line. */
function checkExport({ entries, closing }: LogExport, faults: string[], where: string): void {
  entries.forEach((entry, i) => {
    const previous = entries[i - 1];
    if (previous && entry.n > previous.n + 1) faults.push(`${where}${spanOf(previous.n + 1, entry.n - 1)} missing`);
    else if (previous && entry.n <= previous.n) faults.push(`${where}entry ${entry.n} is out of order`);
  });
  const last = entries[entries.length - 1];
  if (!closing) faults.push(`${where}the closing line with the head is missing`);
  else if (!last) faults.push(`${where}there is no entry`);
  else if (closing.n !== last.n || closing.head !== last.head) faults.push(`${where}the last entries are missing`);
}

/**
 * All exports as one log: the entries in order, and the last that a file shows which does not reach the end: it was
 * seen before.
 */
function joinFiles(files: string[][], faults: string[]): { entries: AuditEntry[]; seenTo: number } {
  const byNumber = new Map<number, AuditEntry>();
  const ends: number[] = [];
  files.forEach((lines, i) => {
    const where = files.length > 1 ? `file ${i + 1}: ` : '';
    let end = 0;
    for (const each of exportsOf(lines, faults, where)) {
      checkExport(each, faults, where);
      for (const entry of each.entries) {
        const known = byNumber.get(entry.n);
        if (known && !isSame(known, entry))
          faults.push(`${where}entry ${entry.n} is not the one that was shown before`);
        else byNumber.set(entry.n, entry);
        end = Math.max(end, entry.n);
      }
    }
    ends.push(end);
  });
  ends.sort((a, b) => b - a);
  return { entries: [...byNumber.values()].sort((a, b) => a.n - b.n), seenTo: ends[1] ?? 0 };
}

/** Follows the hashes. Answers whether the first entry was verified: what is before it is known. */
function followChain(entries: AuditEntry[], pins: AuditPin[], faults: string[]): boolean {
  const headOf = (n: number): string | undefined =>
    n === 0 ? FIRST_HEAD : pins.find((pin) => pin.n === n && pin.head.length === 64)?.head;
  entries.forEach((entry, i) => {
    const previous = entries[i - 1];
    const isNext = previous?.n === entry.n - 1;
    const before = isNext ? previous.head : headOf(entry.n - 1);
    if (previous && !isNext) faults.push(`${spanOf(previous.n + 1, entry.n - 1)} missing`);
    if (before !== undefined && headAfter(before, entry) !== entry.head)
      faults.push(`entry ${entry.n} was changed, or what is before it was`);
    if (previous && entry.unixSeconds < previous.unixSeconds) faults.push(`entry ${entry.n} goes back in time`);
  });
  return entries.length > 0 && headOf(entries[0].n - 1) !== undefined;
}

/** Compares with what was seen elsewhere. Answers the number of the last entry that it holds; 0: none. */
function checkPins(entries: AuditEntry[], pins: AuditPin[], faults: string[], notes: string[]): number {
  const [first, last] = [entries[0]?.n ?? 0, entries[entries.length - 1]?.n ?? 0];
  let heldTo = 0;
  for (const pin of pins) {
    const entry = entries.find((each) => each.n === pin.n);
    if (pin.n > last) faults.push(`entry ${pin.n}, seen before, is missing: entries were removed at the end`);
    else if (entry && !entry.head.startsWith(pin.head))
      faults.push(`entry ${pin.n} is not the one that was seen before`);
    else if (entry || (pin.n === first - 1 && pin.head.length === 64)) heldTo = Math.max(heldTo, pin.n);
    else notes.push(`entry ${pin.n}, seen before, is not shown: it was not compared`);
  }
  return heldTo;
}

/** Judges a log that begins after entry 1: a note where `isTied` to what was seen before, a fault otherwise. */
function checkBeginning(first: AuditEntry, isTied: boolean, isVerified: boolean): string[] {
  const found = [
    `${spanOf(1, first.n - 1)} not shown${isTied ? '' : ', and nothing seen before ties the rest to them'}`,
  ];
  if (!isVerified) found.push(`entry ${first.n} is unverified: the head before it is not known`);
  return found;
}

function check(files: string[][], pins: AuditPin[], isShown: boolean): LogVerdict {
  const faults: string[] = [];
  const notes: string[] = [];
  const { entries, seenTo } = joinFiles(files, faults);
  const isFirstVerified = followChain(entries, pins, faults);
  const heldTo = checkPins(entries, pins, faults, notes);
  if (entries.length === 0)
    return { ok: faults.length === 0, entries: 0, first: 0, last: 0, head: '', faults: [...new Set(faults)], notes };
  const [first, last] = [entries[0], entries[entries.length - 1]];
  if (first.n > 1) {
    const isTied = isShown || heldTo > 0;
    (isTied ? notes : faults).push(...checkBeginning(first, isTied, isFirstVerified));
  }
  const from = Math.max(heldTo, seenTo) + 1;
  if (!isShown && from <= last.n)
    notes.push(`${spanOf(Math.max(from, first.n), last.n)} held by nothing but the log itself`);
  return {
    ok: faults.length === 0,
    entries: entries.length,
    first: first.n,
    last: last.n,
    head: last.head,
    faults: [...new Set(faults)],
    notes,
  };
}

/**
 * Checks exports as one log, offline. files: the lines of each, in any order; they overlap or join. pins: heads known
 * from elsewhere. Faults: what was changed, moved, removed or put in; entries between two exports that none shows; a
 * beginning that is not shown and that nothing seen before ties; a pin that does not match or lies beyond the end.
 * Notes: what nothing but the file confirms.
 */
export function verifyLog(files: string[][], pins: AuditPin[] = []): LogVerdict {
  return check(files, pins, false);
}

/**
 * Checks what a board shows now at its own console: it keeps its last entries only, so that a late beginning is a note.
 */
export function verifyShown(lines: string[]): LogVerdict {
  return check([lines], [], true);
}
