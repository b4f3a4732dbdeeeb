// A byte line with the manners that a board's prompt needs: bytes leave no faster than the line takes them, so that an
// XOFF finds little on its way; XOFF holds them back, and after a while without XON they go on all the same, because a
// lost XON would hold them for ever. In a packet's two length bytes 17 and 19 are numbers. Time is the runtime's, so it
// works on the simulator's clock too.
import { fail } from '../../../protocol/errors';
import type { BytePort } from '../../../host/kit/byte-port';
import { clockOf } from '../../../host/kit/link-adapter';
import { pause, type Runtime } from '../../../host/kit/runtime';
import { XOFF, XON } from './packets';

/** Longest wait for XON after XOFF. */
export const XOFF_LIMIT_MS = 1500;
/**
 * Bytes that may be on their way when XOFF comes: a quarter of Espruino's input buffer, which asks at three quarters.
 */
const AHEAD_BYTES = 192;
const SEEN_LIMIT = 100_000;

export interface Line {
  /** Queues bytes. Throws code `port-gone` when the line is dead. */
  send(bytes: Uint8Array | string): void;
  /** All that came since `clear`, one character a byte, without XON and XOFF. */
  seen(): string;
  clear(): void;
  /**
   * Waits until `test` of what was seen answers something, and answers that; undefined after `timeoutMs` since the last
   * byte was sent. Throws code `port-gone`.
   */
  until<T>(test: (seen: string) => T | undefined, timeoutMs: number): Promise<T | undefined>;
  /** Lets time pass. */
  pause(ms: number): Promise<void>;
  /** Drops what is queued and not sent. */
  drop(): void;
  readonly xoffCount: number;
}

class PacedLine implements Line {
  private seenText = '';
  private queue: Uint8Array[] = [];
  private isHeld = false;
  private heldAtMs = 0;
  xoffCount = 0;
  private isArmed = false;
  private aheadUntilMs = 0;
  private gone: Error | undefined;
  private poke: (() => void) | undefined;
  private readonly clock = clockOf(this.runtime);
  private readonly byteMs = this.baud ? 10_000 / this.baud : 0;

  constructor(
    private readonly port: BytePort,
    private readonly runtime: Runtime,
    private readonly baud?: number,
  ) {
    this.port.onClose((error) => this.die(error));
    this.port.onData((bytes) => {
      for (const byte of bytes) {
        if (/\x10\x01[\0-\x1f]?$/.test(this.seenText.slice(-3))) this.seenText += String.fromCharCode(byte);
        else if (byte === XOFF) {
          this.isHeld = true;
          this.heldAtMs = this.clock.uptimeMs();
          this.xoffCount++;
        } else if (byte === XON) this.isHeld = false;
        else this.seenText += String.fromCharCode(byte);
      }
      if (this.seenText.length > SEEN_LIMIT) this.seenText = this.seenText.slice(-SEEN_LIMIT / 2);
      if (!this.isHeld && this.queue.length > 0 && !this.isArmed) this.sendDue();
      this.poke?.();
    });
  }

  private sendDue(): void {
    this.isArmed = false;
    if (this.isHeld && this.clock.uptimeMs() - this.heldAtMs >= XOFF_LIMIT_MS) this.isHeld = false;
    while (this.queue.length > 0 && !this.gone) {
      if (this.isHeld) return this.arm(Math.max(1, XOFF_LIMIT_MS - (this.clock.uptimeMs() - this.heldAtMs)));
      const now = this.clock.uptimeMs();
      const room = this.baud
        ? Math.floor(AHEAD_BYTES - Math.max(0, this.aheadUntilMs - now) / this.byteMs)
        : this.queue[0].length;
      if (room < Math.min(64, this.queue[0].length)) return this.arm(64 * this.byteMs);
      const part = this.queue[0].subarray(0, room);
      if (part.length === this.queue[0].length) this.queue.shift();
      else this.queue[0] = this.queue[0].subarray(part.length);
      this.aheadUntilMs = Math.max(this.aheadUntilMs, now) + part.length * this.byteMs;
      try {
        this.port.write(part);
      } catch (error) {
        this.die(error as Error);
      }
    }
    this.poke?.();
  }

  private arm(delayMs: number): void {
    if (this.isArmed) return;
    this.isArmed = true;
    this.runtime.after(delayMs, () => this.sendDue());
  }

  private die(error?: Error): void {
    this.gone ??= fail(
      'port-gone',
      error
        ? error.message.replace(/^port-gone: /, '')
        : 'the line was closed at the other end: check the cable and the power',
    );
    this.queue = [];
    this.poke?.();
  }

  send(bytes: Uint8Array | string) {
    if (this.gone) throw this.gone;
    this.queue.push(typeof bytes === 'string' ? new Uint8Array(Buffer.from(bytes, 'latin1')) : bytes.slice());
    if (!this.isArmed) this.sendDue();
  }

  seen() {
    return this.seenText;
  }

  clear() {
    this.seenText = '';
  }

  drop() {
    this.queue = [];
  }

  pause(ms: number) {
    return pause(this.runtime, ms);
  }

  until<T>(test: (seen: string) => T | undefined, timeoutMs: number): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      let isOver = false;
      const end = (act: () => void): void => {
        isOver = true;
        this.poke = undefined;
        act();
      };
      const look = (): void => {
        if (isOver) return;
        const found = test(this.seenText);
        if (found !== undefined) end(() => resolve(found));
        else if (this.gone) end(() => reject(this.gone));
      };
      const watch = (quietMs: number): void =>
        void this.runtime.after(quietMs, () => {
          if (isOver) return;
          if (this.queue.length > 0 || this.clock.uptimeMs() < this.aheadUntilMs) return watch(timeoutMs);
          end(() => resolve(undefined));
        });
      this.poke = look;
      look();
      if (!isOver) watch(timeoutMs + Math.max(0, this.aheadUntilMs - this.clock.uptimeMs()));
    });
  }
}

/** baud: pace of the line in bits a second; undefined where bytes need no pacing. */
export function createLine(port: BytePort, runtime: Runtime, baud?: number): Line {
  return new PacedLine(port, runtime, baud);
}
