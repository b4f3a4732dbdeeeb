// A serial line between two parts of the simulation: two ends, each a BytePort, bytes at line speed on the runtime's
// clock. Taps see every byte that enters the line; faults change what comes out, for tests.
import { fail } from '../../../protocol/errors';
import { UART_CHUNK_BYTES } from '../../../firmware/hal';
import type { BytePort } from '../../kit/byte-port';
import type { Runtime, Timer } from '../../kit/runtime';

/** A start bit, 8 bits and a stop bit. */
export const BITS_PER_BYTE = 10;
export const BAUD_DEFAULT = 115200;

/** Sees bytes as they enter the line; `from` is the end that wrote them. */
export type Tap = (from: 0 | 1, bytes: Uint8Array, atMs: number) => void;

/** Changes what one direction carries: gets each piece and answers what comes out instead (empty: lost). */
export type Fault = (bytes: Uint8Array) => Uint8Array;

export interface WireOptions {
  baud?: number;
  tap?: Tap;
}

export type Wire = [BytePort, BytePort] & {
  /** Adds a tap; answers a call that takes it off. */
  tap(tap: Tap): () => void;
  /** Sets the fault of what end `from` writes; undefined mends the line. */
  fault(from: 0 | 1, fault: Fault | undefined): void;
  /** Pulls the plug (true: bytes vanish both ways) or puts it back. */
  cut(isCut: boolean): void;
};

/** One direction: a queue that empties at line speed into the far end. */
class Direction {
  fault: Fault | undefined;
  isCut = false;
  private queue: Uint8Array[] = [];
  private timer: Timer | undefined;
  private waiting: Uint8Array[] = [];
  private listener: ((bytes: Uint8Array) => void) | undefined;

  constructor(
    private readonly runtime: Runtime,
    private readonly byteMs: number,
  ) {}

  push(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i += UART_CHUNK_BYTES) this.queue.push(bytes.slice(i, i + UART_CHUNK_BYTES));
    this.next();
  }

  listen(listener: (bytes: Uint8Array) => void): void {
    this.listener = listener;
    if (this.waiting.length === 0) return;
    this.runtime.after(0, () => this.drain());
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = undefined;
    this.queue = [];
    this.waiting = [];
  }

  private next(): void {
    const piece = this.queue[0];
    if (!piece || this.timer) return;
    this.timer = this.runtime.after(piece.length * this.byteMs, () => {
      this.timer = undefined;
      this.queue.shift();
      this.deliver(piece);
      this.next();
    });
  }

  private deliver(piece: Uint8Array): void {
    const out = this.isCut ? new Uint8Array(0) : this.fault ? this.fault(piece) : piece;
    for (let i = 0; i < out.length; i += UART_CHUNK_BYTES) this.waiting.push(out.slice(i, i + UART_CHUNK_BYTES));
    this.drain();
  }

  private drain(): void {
    while (this.listener && this.waiting.length) this.listener(this.waiting.shift() as Uint8Array);
  }
}

/**
 * Makes a line. options: baud (BAUD_DEFAULT when left out), tap. Answers its two ends; what one writes the other hears.
 * Closing either end closes the line for both.
 */
export function wire(runtime: Runtime, options: WireOptions = {}): Wire {
  const byteMs = (BITS_PER_BYTE * 1000) / (options.baud ?? BAUD_DEFAULT);
  const directions = [new Direction(runtime, byteMs), new Direction(runtime, byteMs)];
  const taps = new Set<Tap>(options.tap ? [options.tap] : []);
  const onClose: (((error?: Error) => void) | undefined)[] = [undefined, undefined];
  let isClosed = false;

  const end = (index: 0 | 1): BytePort => ({
    write(bytes) {
      if (isClosed) throw fail('port-closed', 'the line is closed');
      if (bytes.length === 0) return;
      for (const tap of taps) tap(index, bytes.slice(), runtime.nowMs());
      directions[index].push(bytes);
    },
    onData: (listener) => directions[1 - index].listen(listener),
    onClose(listener) {
      onClose[index] = listener;
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      for (const direction of directions) direction.stop();
      const other = onClose[1 - index];
      if (other) runtime.after(0, () => other());
    },
  });

  return Object.assign([end(0), end(1)] as [BytePort, BytePort], {
    tap(tap: Tap) {
      taps.add(tap);
      return () => void taps.delete(tap);
    },
    fault(from: 0 | 1, fault: Fault | undefined) {
      directions[from].fault = fault;
    },
    cut(isCut: boolean) {
      for (const direction of directions) direction.isCut = isCut;
    },
  });
}

/** Joins two ports: what comes out of one goes into the other. */
export function join(a: BytePort, b: BytePort): void {
  a.onData((bytes) => b.write(bytes));
  b.onData((bytes) => a.write(bytes));
}
