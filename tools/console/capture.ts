// A capture of a session: CBOR items one after the other, header first, so that it can be read after a crash and sent
// in. Holds decoded lines without secrets, not raw bytes. Whoever sends one in may have made it up: every field is
// checked before it is shown.
import * as fs from 'node:fs';
import { decodeSequence, encodeItem, isSequence } from '../../host/kit/cbor-file';
import { fail } from '../../protocol/errors';
import { redact } from './redact';
import { LEVELS, type TrafficEntry } from './traffic';

const FORMAT = 'chaincloud capture';
const CAPTURE_VERSION = 2;
/** More bytes than an entry has: a longer rest of a file is damage, not an entry that was cut off. */
const ENTRY_MAX_BYTES = 65_536;
/** The farthest moment that a Date holds, ms since 1970. */
const AT_MAX_MS = 8.64e15;
const KINDS: readonly unknown[] = ['console', 'modem', 'link'];
const DIRECTIONS: readonly unknown[] = ['in', 'out'];

export interface Capture {
  add(entry: TrafficEntry): void;
  close(): void;
}

/** Opens `file` for a new capture. port: its name, for the header. */
export function createCapture(file: string, port: string, nowMs: number): Capture {
  const out = fs.openSync(file, 'w', 0o600);
  const header = { format: FORMAT, version: CAPTURE_VERSION, port, started_at: new Date(nowMs).toISOString() };
  fs.writeSync(out, encodeItem(header, true));
  return {
    add: (entry) => void fs.writeSync(out, encodeItem({ ...entry, text: redact(entry.text) })),
    close: () => fs.closeSync(out),
  };
}

/** Returns true for bytes that begin as a capture does. */
export function isCapture(bytes: Uint8Array): boolean {
  return isSequence(bytes);
}

/** Reads a capture. A last entry that was cut off is left out; any other fault: code `bad-capture`. */
export function readCapture(file: string): TrafficEntry[] {
  const bytes = fs.readFileSync(file);
  const sequence = isCapture(bytes) ? decodeSequence(bytes) : { items: [], restBytes: 0 };
  if (sequence === null || sequence.restBytes > ENTRY_MAX_BYTES)
    throw fail('bad-capture', `${file} is damaged: what follows its last whole entry is no entry that was cut off`);
  const [header, ...entries] = sequence.items;
  const { format, version } = (header ?? {}) as { format?: unknown; version?: unknown };
  if (format !== FORMAT || version !== CAPTURE_VERSION)
    throw fail('bad-capture', `${file} is no capture of this tool (version ${CAPTURE_VERSION})`);
  return entries.map((entry, i) => {
    if (!isEntry(entry)) throw fail('bad-capture', `${file}: item ${i + 2} is no entry`);
    const { at, kind, direction, level, text } = entry;
    // Control characters would be the terminal's.
    return { at, kind, direction, level, text: text.replace(/\p{Cc}/gu, '.') };
  });
}

function isEntry(item: unknown): item is TrafficEntry {
  const { at, kind, direction, level, text } = (item ?? {}) as Partial<Record<keyof TrafficEntry, unknown>>;
  return (
    Number.isInteger(at) &&
    Math.abs(at as number) <= AT_MAX_MS &&
    KINDS.includes(kind) &&
    DIRECTIONS.includes(direction) &&
    (LEVELS as readonly unknown[]).includes(level) &&
    typeof text === 'string'
  );
}
