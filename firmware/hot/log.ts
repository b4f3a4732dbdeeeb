/**
 * HSM-Hot's flash: the device page, whose secret is the link key, and a journal with the count of starts and the
 * board's own log.
 */
import { textBytes } from '../crypto/bytes';
import { hmacSha256 } from '../crypto/index';
import { hexOf } from '../console/hex';
import { printLine } from '../console/terminal';
import { append, openJournal, walk, type Journal } from '../journal/journal';
import { u32Bytes } from '../../protocol/bytes';
import { LOG_NUMBER, LOG_START, LOG_TEXT, LOG_UPTIME, R_AUDIT, R_BOOT, readU32, writeU32 } from '../journal/records';
import type { Hot } from './context';

const LOG_KEPT = 64;
/** At most one log entry of a refusal in this time: a flood must not wear the flash. */
const LOG_EVERY_MS = 60000;

function takeRecord(type: number, payload: Uint8Array, offset: number, hot: Hot): void {
  if (type === R_BOOT) {
    hot.boots = readU32(payload, 0);
    hot.bootAt = offset;
  } else if (type === R_AUDIT) hot.logCount = readU32(payload, LOG_NUMBER);
}

function isKept(type: number, payload: Uint8Array, offset: number, hot: Hot): boolean {
  return type === R_AUDIT ? readU32(payload, LOG_NUMBER) > hot.logCount - LOG_KEPT : offset === hot.bootAt;
}

/** Throws `journal-corrupt`. isFresh: an empty journal, whatever was there. Counts this start of the board. */
export function openStore(hot: Hot, isFresh: boolean): void {
  const key = hmacSha256(hot.secret as Uint8Array, textBytes('chaincloud hot journal'));
  hot.journal = openJournal(hot.hal.flash, key, isFresh, { take: takeRecord, keep: isKept }, hot);
  append(hot.journal, R_BOOT, u32Bytes(hot.boots + 1));
}

/** Writes an entry of the board's own log. */
export function note(hot: Hot, text: string): void {
  if (!hot.journal) return;
  const bytes = textBytes(text);
  const payload = new Uint8Array(LOG_TEXT + bytes.length);
  writeU32(payload, LOG_NUMBER, hot.logCount + 1);
  writeU32(payload, LOG_UPTIME, Math.floor(hot.hal.clock.uptimeMs() / 1000));
  writeU32(payload, LOG_START, hot.boots);
  payload.set(bytes, LOG_TEXT);
  append(hot.journal, R_AUDIT, payload);
}

export function noteRefusal(hot: Hot, text: string): void {
  const now = hot.hal.clock.uptimeMs();
  if (hot.loggedMs && now - hot.loggedMs < LOG_EVERY_MS) return;
  hot.loggedMs = now || 1;
  note(hot, text + ' malformed ' + hot.counters.malformed + ' limited ' + hot.counters.limited);
}

/** Prints the log: number, start, uptime in seconds, text in hex. */
export function printLog(hot: Hot): void {
  const terminal = hot.terminal;
  walk(hot.journal as Journal, function (type, payload) {
    if (type === R_AUDIT)
      printLine(
        terminal,
        'log ' +
          readU32(payload, LOG_NUMBER) +
          ' ' +
          readU32(payload, LOG_START) +
          ' ' +
          readU32(payload, LOG_UPTIME) +
          ' ' +
          hexOf(payload.subarray(LOG_TEXT)),
      );
  });
}
