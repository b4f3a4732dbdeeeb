// A byte line with the manners that a board's prompt needs: bytes leave no faster than the line takes them, so that an
// XOFF finds little on its way; XOFF holds them back, and after a while without XON they go on all the same, because a
// lost XON would hold them for ever. In a packet's two length bytes 17 and 19 are numbers. Time is the runtime's, so it
// works on the simulator's clock too.
import { fail } from '../../../protocol/errors';
import type { BytePort } from '../../../host/kit/byte-port';
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

/** baud: pace of the line in bits a second; undefined where bytes need no pacing. */
export function createLine(port: BytePort, runtime: Runtime, baud?: number): Line {
  let seenText = '';
  let queue: Uint8Array[] = [];
  let isHeld = false;
  let heldAtMs = 0;
  let xoffCount = 0;
  let isArmed = false;
  let aheadUntilMs = 0;
  let gone: Error | undefined;
  let poke: (() => void) | undefined;

  const byteMs = baud ? 10_000 / baud : 0;

  function sendDue(): void {
    isArmed = false;
    if (isHeld && runtime.nowMs() - heldAtMs >= XOFF_LIMIT_MS) isHeld = false;
    while (queue.length > 0 && !gone) {
      if (isHeld) return arm(Math.max(1, XOFF_LIMIT_MS - (runtime.nowMs() - heldAtMs)));
      const now = runtime.nowMs();
      const room = baud ? Math.floor(AHEAD_BYTES - Math.max(0, aheadUntilMs - now) / byteMs) : queue[0].length;
      if (room < Math.min(64, queue[0].length)) return arm(64 * byteMs);
      const part = queue[0].subarray(0, room);
      if (part.length === queue[0].length) queue.shift();
      else queue[0] = queue[0].subarray(part.length);
      aheadUntilMs = Math.max(aheadUntilMs, now) + part.length * byteMs;
      try {
        port.write(part);
      } catch (error) {
        die(error as Error);
      }
    }
    poke?.();
  }

  function arm(delayMs: number): void {
    if (isArmed) return;
    isArmed = true;
    runtime.after(delayMs, sendDue);
  }

  function die(error?: Error): void {
    gone ??= fail(
      'port-gone',
      error
        ? error.message.replace(/^port-gone: /, '')
        : 'the line was closed at the other end: check the cable and the power',
    );
    queue = [];
    poke?.();
  }

  port.onClose(die);
  port.onData((bytes) => {
    for (const byte of bytes) {
      if (/\x10\x01[\0-\x1f]?$/.test(seenText.slice(-3))) seenText += String.fromCharCode(byte);
      else if (byte === XOFF) {
        isHeld = true;
        heldAtMs = runtime.nowMs();
        xoffCount++;
      } else if (byte === XON) isHeld = false;
      else seenText += String.fromCharCode(byte);
    }
    if (seenText.length > SEEN_LIMIT) seenText = seenText.slice(-SEEN_LIMIT / 2);
    if (!isHeld && queue.length > 0 && !isArmed) sendDue();
    poke?.();
  });

  return {
    send(bytes) {
      if (gone) throw gone;
      queue.push(typeof bytes === 'string' ? new Uint8Array(Buffer.from(bytes, 'latin1')) : bytes.slice());
      if (!isArmed) sendDue();
    },
    seen: () => seenText,
    clear: () => void (seenText = ''),
    drop: () => void (queue = []),
    get xoffCount() {
      return xoffCount;
    },
    pause: (ms) => pause(runtime, ms),
    until(test, timeoutMs) {
      return new Promise((resolve, reject) => {
        let isOver = false;
        const end = (act: () => void): void => {
          isOver = true;
          poke = undefined;
          act();
        };
        const look = (): void => {
          if (isOver) return;
          const found = test(seenText);
          if (found !== undefined) end(() => resolve(found));
          else if (gone) end(() => reject(gone));
        };
        const watch = (quietMs: number): void =>
          void runtime.after(quietMs, () => {
            if (isOver) return;
            if (queue.length > 0 || runtime.nowMs() < aheadUntilMs) return watch(timeoutMs);
            end(() => resolve(undefined));
          });
        poke = look;
        look();
        if (!isOver) watch(timeoutMs + Math.max(0, aheadUntilMs - runtime.nowMs()));
      });
    },
  };
}
