/**
 * Frames on a UART: COBS (Cheshire & Baker 1999) with 0x00 between frames, so that a receiver finds the next frame
 * after any garbage. Spec: SPEC.md 4.1. Whole blocks are moved at a time; leaves check sums and tags to secure.ts.
 */
import { cutBytes } from '../bytes';
import { LINE_FRAME_MAX } from '../wire';

const BLOCK_MAX = 254;
/** A line's room grows by so many octets more than came. */
const LINE_STEP = 128;

/** COBS of `body` (1..FRAME_BODY_MAX octets) and the closing 0x00; with `opens`, a 0x00 in front as well. */
export function frameLine(body: Uint8Array, opens: boolean): Uint8Array {
  const length = body.length;
  const out = new Uint8Array(length + Math.floor(length / BLOCK_MAX) + 3);
  let write = opens ? 1 : 0;
  let read = 0;
  while (read <= length) {
    let zero = body.indexOf(0, read);
    if (zero < 0) zero = length;
    const isFull = zero - read >= BLOCK_MAX;
    while (zero - read >= BLOCK_MAX) {
      out[write] = BLOCK_MAX + 1;
      out.set(body.subarray(read, read + BLOCK_MAX), write + 1);
      write += BLOCK_MAX + 1;
      read += BLOCK_MAX;
    }
    if (isFull && read === length) break;
    out[write] = zero - read + 1;
    if (zero > read) out.set(body.subarray(read, zero), write + 1);
    write += zero - read + 1;
    read = zero + 1;
  }
  return cutBytes(out, 0, write + 1);
}

/** Body of the COBS line[0, end) without its delimiter; undefined when it is not COBS in its one form. */
export function frameBody(line: Uint8Array, end: number): Uint8Array | undefined {
  const out = new Uint8Array(end);
  let read = 0;
  let write = 0;
  let code = 0;
  while (read < end) {
    const before = code;
    code = line[read];
    if (code === 0 || read + code > end || (before === BLOCK_MAX + 1 && code === 1 && read + 1 === end))
      return undefined;
    if (code > 1) out.set(line.subarray(read + 1, read + code), write);
    write += code - 1;
    read += code;
    if (code <= BLOCK_MAX && read < end) out[write++] = 0;
  }
  return write ? cutBytes(out, 0, write) : undefined;
}

/** The line as far as it has come since the last 0x00. Its room grows with what comes: a quiet line holds none. */
export interface LineBuffer {
  bytes: Uint8Array;
  fill: number;
  /** Longer than a frame can be: nothing of it counts, up to the next 0x00. */
  isOverlong: boolean;
}

export function lineBuffer(): LineBuffer {
  return { bytes: new Uint8Array(0), fill: 0, isOverlong: false };
}

/** Room for so many octets more. */
function lineGrow(line: LineBuffer, count: number): void {
  const bytes = new Uint8Array(line.fill + count + LINE_STEP);
  bytes.set(line.bytes.subarray(0, line.fill));
  line.bytes = bytes;
}

/**
 * Takes bytes[from, …) into the buffer up to and including the next 0x00. Answers the offset after it, or −1 when
 * `bytes` has none. When it answers an offset the line is complete: read it, then call `lineClear`.
 */
export function lineTake(line: LineBuffer, bytes: Uint8Array, from: number): number {
  const zero = bytes.indexOf(0, from);
  const end = zero < 0 ? bytes.length : zero;
  if (line.fill + end - from >= LINE_FRAME_MAX) line.isOverlong = true;
  else if (end > from) {
    if (line.fill + end - from > line.bytes.length) lineGrow(line, end - from);
    line.bytes.set(bytes.subarray(from, end), line.fill);
    line.fill += end - from;
  }
  return zero < 0 ? -1 : zero + 1;
}

export function lineClear(line: LineBuffer): void {
  line.fill = 0;
  line.bytes = new Uint8Array(0);
  line.isOverlong = false;
}
