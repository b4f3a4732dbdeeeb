// What lies between a chip's lines and its JavaScript: the UART's FIFO, the driver's ring, the task that polls it, and
// Espruino's ring of events. Also how long JavaScript is held: by erases, and by writes that the line takes its time
// for. One of these lives from power-on to power-off; with no mode on, bytes pass at once.
// Facts: the ESP32 port of Espruino (uartTask, jshPushIOCharEvents, uart_driver_install without IRAM).
import { UART_CHUNK_BYTES } from '../../../../firmware/hal';
import type { Runtime, Timer } from '../../../kit/runtime';
import { BITS_PER_BYTE } from '../wire';
import type { PortModes } from './modes';

export const FIFO_BYTES = 128;
const DRIVER_RING_BYTES = 1024;
const EVENT_RING_BYTES = 4096;
const POLL_MS = 5;
const IDLE_POLL_MS = 100;

interface Line {
  ring: number[];
  /** The last poll that found something. */
  foundMs: number;
  poll?: Timer;
  /** Octets that the FIFO took in the erase numbered `erase`. */
  fifo: { erase: number; bytes: number };
  /** When the line will have sent all that was written. */
  sentMs: number;
}

export interface ChipPortOptions {
  runtime: Runtime;
  modes: PortModes;
  /** Gives JavaScript an event of a line. */
  deliver(line: string, bytes: Uint8Array): void;
}

export class ChipPort {
  private readonly runtime = this.options.runtime;
  private readonly modes = this.options.modes;
  private readonly lines = new Map<string, Line>();
  private events: { line: string; bytes: Uint8Array }[] = [];
  private handling: Timer | undefined;
  private erases = { startMs: 0, untilMs: 0, doneBefore: 0 };
  private busyUntilMs = 0;
  private readonly lostBytes: { [line: string]: number } = {};

  constructor(private readonly options: ChipPortOptions) {}

  private lineOf(name: string): Line {
    const known = this.lines.get(name);
    if (known) return known;
    const line: Line = { ring: [], foundMs: 0, fifo: { erase: 0, bytes: 0 }, sentMs: 0 };
    this.lines.set(name, line);
    return line;
  }

  private lose(name: string, count: number): void {
    if (count > 0) this.lostBytes[name] = (this.lostBytes[name] ?? 0) + count;
  }

  /** What of these bytes the FIFO holds while a page is erased; all of them at other times. */
  private throughFifo(name: string, line: Line, bytes: Uint8Array): Uint8Array {
    const now = this.runtime.nowMs();
    if (now >= this.erases.untilMs) return bytes;
    const erase = this.erases.doneBefore + Math.floor((now - this.erases.startMs) / this.modes.eraseMs);
    if (line.fifo.erase !== erase) line.fifo = { erase, bytes: 0 };
    const kept = bytes.subarray(0, Math.max(0, FIFO_BYTES - line.fifo.bytes));
    line.fifo.bytes += kept.length;
    return kept;
  }

  /** Bytes come in on a line. */
  hear(name: string, bytes: Uint8Array): void {
    const line = this.lineOf(name);
    const kept = this.throughFifo(name, line, bytes);
    const room = this.modes.hasRings ? Math.max(0, DRIVER_RING_BYTES - line.ring.length) : kept.length;
    line.ring.push(...kept.subarray(0, room));
    this.lose(name, bytes.length - Math.min(kept.length, room));
    if (!this.modes.isPolled) return this.poll(name, line);
    line.poll ??= this.runtime.after(this.pollDelayMs(line), () => {
      line.poll = undefined;
      this.poll(name, line);
    });
  }

  /** Until the next poll of the line: 5 ms after one that found something, then every 100 ms. */
  private pollDelayMs(line: Line): number {
    const sinceMs = this.runtime.nowMs() - line.foundMs - POLL_MS;
    const delayMs = sinceMs <= 0 ? -sinceMs : IDLE_POLL_MS - (sinceMs % IDLE_POLL_MS);
    return Math.max(delayMs, this.erases.untilMs - this.runtime.nowMs());
  }

  private poll(name: string, line: Line): void {
    const bytes = Uint8Array.from(line.ring.splice(0));
    if (bytes.length > 0) line.foundMs = this.runtime.nowMs();
    for (let at = 0; at < bytes.length; at += UART_CHUNK_BYTES) {
      const piece = bytes.subarray(at, at + UART_CHUNK_BYTES);
      const waiting = this.events.reduce((sum, event) => sum + event.bytes.length, 0);
      if (this.modes.hasRings && waiting + piece.length > EVENT_RING_BYTES) this.lose(name, piece.length);
      else this.events.push({ line: name, bytes: piece });
    }
    this.handle();
  }

  /** JavaScript takes events until something holds it. */
  private handle(): void {
    if (this.handling) return;
    while (this.events.length > 0) {
      const waitMs = this.busyMs();
      if (waitMs > 0) {
        this.handling = this.runtime.after(waitMs, () => {
          this.handling = undefined;
          this.handle();
        });
        return;
      }
      const { line, bytes } = this.events.shift()!;
      if (this.modes.isLossy) this.dropWaiting(line);
      this.options.deliver(line, bytes);
    }
  }

  private dropWaiting(line: string): void {
    const lost = this.events.filter((event) => event.line === line);
    this.events = this.events.filter((event) => event.line !== line);
    this.lose(
      line,
      lost.reduce((sum, event) => sum + event.bytes.length, 0),
    );
  }

  private hold(untilMs: number): void {
    this.busyUntilMs = Math.max(this.busyUntilMs, untilMs);
  }

  /** How long JavaScript is still held: a timer that is due waits so long, and what it writes leaves after that. */
  busyMs(): number {
    return Math.max(0, this.busyUntilMs - this.runtime.nowMs());
  }

  /** JavaScript erases a page. */
  erase(): void {
    const { eraseMs } = this.modes;
    if (eraseMs === 0) return;
    const startMs = Math.max(this.runtime.nowMs(), this.busyUntilMs);
    if (startMs > this.erases.untilMs) {
      const done = Math.round((this.erases.untilMs - this.erases.startMs) / eraseMs);
      this.erases = { startMs, untilMs: startMs, doneBefore: this.erases.doneBefore + done + 1 };
    }
    this.erases.untilMs += eraseMs;
    this.hold(this.erases.untilMs);
  }

  /** JavaScript writes to a line of that speed: it is held until the rest fits into the FIFO. */
  wrote(name: string, lenBytes: number, baud: number): void {
    if (!this.modes.hasRings) return;
    const byteMs = (BITS_PER_BYTE * 1000) / baud;
    const line = this.lineOf(name);
    line.sentMs = Math.max(this.runtime.nowMs(), this.busyUntilMs, line.sentMs) + lenBytes * byteMs;
    this.hold(line.sentMs - FIFO_BYTES * byteMs);
  }

  /** Octets lost so far, by line. */
  lost(): { [line: string]: number } {
    return { ...this.lostBytes };
  }

  stop(): void {
    for (const line of this.lines.values()) line.poll?.cancel();
    this.handling?.cancel();
    this.lines.clear();
    this.events = [];
  }
}
