// A capture of a session: one JSON object a line, header first, so that it can be cut, searched and sent in. Holds
// decoded lines without secrets, not raw bytes.
import * as fs from 'node:fs';
import { fail } from '../../protocol/errors';
import { redact } from './redact';
import { LEVELS, type TrafficEntry } from './traffic';

const FORMAT = 'chaincloud capture';
const CAPTURE_VERSION = 1;

export interface Capture {
  add(entry: TrafficEntry): void;
  close(): void;
}

/** Opens `file` for a new capture. port: its name, for the header. */
export function createCapture(file: string, port: string, nowMs: number): Capture {
  const out = fs.openSync(file, 'w', 0o600);
  const line = (value: unknown): void => void fs.writeSync(out, `${JSON.stringify(value)}\n`);
  line({ format: FORMAT, version: CAPTURE_VERSION, port, started_at: new Date(nowMs).toISOString() });
  return { add: (entry) => line({ ...entry, text: redact(entry.text) }), close: () => fs.closeSync(out) };
}

/** Reads a capture. A last line that was cut off is left out; any other fault: code `bad-capture` with its line. */
export function readCapture(file: string): TrafficEntry[] {
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  const parse = (text: string, n: number): Record<string, unknown> | undefined => {
    try {
      return JSON.parse(text) as Record<string, unknown>;
    } catch {
      if (n === lines.length - 1) return undefined;
      throw fail('bad-capture', `${file}: line ${n + 1} is no JSON`);
    }
  };
  const head = parse(lines[0] ?? '', 0);
  if (head?.format !== FORMAT || head.version !== CAPTURE_VERSION)
    throw fail('bad-capture', `${file} is no capture of this tool (version ${CAPTURE_VERSION})`);
  return lines.slice(1).flatMap((text, i) => {
    const entry = text === '' ? undefined : (parse(text, i + 1) as unknown as TrafficEntry | undefined);
    if (entry === undefined) return [];
    if (typeof entry.at !== 'number' || typeof entry.text !== 'string' || !LEVELS.includes(entry.level))
      throw fail('bad-capture', `${file}: line ${i + 2} is no entry`);
    return [entry];
  });
}
