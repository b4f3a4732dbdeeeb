/**
 * Two link ends on one virtual clock and a serial line between them that can lose, flip, double and add octets.
 * Seeded: the same seed gives the same line. Used by the link's tests and by the wire benchmark.
 */
import { newLink, type Link } from '../../../protocol/link/link';
import type { LinkClock, LinkUart, PeerOptions } from '../../../protocol/link/types';

/** Small seeded generator (xorshift32): 0 ≤ x < 1. */
export function seeded(seed: number): () => number {
  let x = seed | 0 || 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 4294967296;
  };
}

export function seededBytes(next: () => number): (lenBytes: number) => Uint8Array {
  return (lenBytes) => Uint8Array.from({ length: lenBytes }, () => Math.floor(next() * 256));
}

/** A clock that stands still until `run` moves it. */
export class TestClock implements LinkClock {
  private nowMs = 0;
  private last = 0;
  private timers: { id: number; atMs: number; fn: () => void }[] = [];

  uptimeMs(): number {
    return this.nowMs;
  }

  after(delayMs: number, fn: () => void): number {
    const id = ++this.last;
    this.timers.push({ id, atMs: this.nowMs + delayMs, fn });
    return id;
  }

  cancel(id: number): void {
    this.timers = this.timers.filter((timer) => timer.id !== id);
  }

  /** Runs timers in order until `untilMs` or until `isDone`; answers the number of timers run. */
  run(untilMs: number, isDone: () => boolean = () => false): number {
    let count = 0;
    while (!isDone()) {
      const next = this.timers.reduce<{ id: number; atMs: number; fn: () => void } | undefined>(
        (best, timer) =>
          !best || timer.atMs < best.atMs || (timer.atMs === best.atMs && timer.id < best.id) ? timer : best,
        undefined,
      );
      if (!next || next.atMs > untilMs) {
        this.nowMs = Math.max(this.nowMs, untilMs);
        return count;
      }
      this.nowMs = Math.max(this.nowMs, next.atMs);
      this.timers = this.timers.filter((timer) => timer !== next);
      next.fn();
      count++;
    }
    return count;
  }
}

export interface LineOptions {
  /** Bits a second, ten to an octet; 0: no time at all. */
  baud?: number;
  /** Sees and may replace each chunk of at most 64 octets on its way; undefined loses it. */
  fault?: (bytes: Uint8Array, to: number) => Uint8Array | undefined;
}

export interface LineEnd extends LinkUart {
  /** Octets written at this end. */
  sent: number;
  /** Puts octets on the line as if this end had written them. */
  inject(bytes: Uint8Array): void;
}

/** A full-duplex line: two ends, octets in order, in chunks of at most 64. */
export function line(clock: TestClock, options: LineOptions = {}): [LineEnd, LineEnd] {
  const listeners: (((bytes: Uint8Array) => void) | undefined)[] = [undefined, undefined];
  const freeAtMs = [0, 0];
  const send = (from: number, bytes: Uint8Array): void => {
    const to = 1 - from;
    for (let at = 0; at < bytes.length; at += 64) {
      const chunk = bytes.slice(at, at + 64);
      const startMs = Math.max(clock.uptimeMs(), freeAtMs[from]);
      freeAtMs[from] = startMs + (options.baud ? (chunk.length * 10_000) / options.baud : 0);
      clock.after(freeAtMs[from] - clock.uptimeMs(), () => {
        const seen = options.fault ? options.fault(chunk, to) : chunk;
        if (seen && seen.length) listeners[to]?.(Uint8Array.from(seen));
      });
    }
  };
  const end = (from: number): LineEnd => ({
    sent: 0,
    write(bytes) {
      this.sent += bytes.length;
      send(from, Uint8Array.from(bytes));
    },
    onData(listener) {
      listeners[from] = listener;
    },
    inject: (bytes) => send(from, bytes),
  });
  return [end(0), end(1)];
}

/** A link without clock and line, for what feeds it by hand: `write` takes what it sends. */
export function bareLink(
  options: Pick<PeerOptions, 'role' | 'bootId' | 'secure'>,
  write: (bytes: Uint8Array) => void,
): Link {
  const stats = {
    bytesIn: 0,
    bytesOut: 0,
    framesIn: 0,
    framesOut: 0,
    badFrames: 0,
    badMessages: 0,
    duplicates: 0,
    retransmits: 0,
    handshakes: 0,
    refusedVersions: 0,
  };
  return newLink({ uart: { write, onData: () => undefined }, clock: undefined as never, ...options }, stats);
}
