/**
 * Lets host programs run the very link code of the device: a BytePort looks like a Uart, a Runtime like a Clock.
 */
import type { LinkClock, LinkUart } from '../../protocol/link/types';
import type { BytePort } from './byte-port';
import type { Runtime, Timer } from './runtime';

/**
 * A Uart over `port`. What is written after the port is closed is dropped, as a cut cable drops it: the link sees
 * silence and goes down.
 */
export function uartOf(port: BytePort): LinkUart {
  let isClosed = false;
  port.onClose(() => {
    isClosed = true;
  });
  return {
    write(bytes) {
      if (isClosed) return;
      try {
        port.write(bytes);
      } catch (error) {
        if ((error as { code?: string }).code !== 'port-closed') throw error;
        isClosed = true;
      }
    },
    onData: (listener) => port.onData(listener),
  };
}

/**
 * A Clock over `runtime`: milliseconds since this call, standing still while a wall clock is set back. The only such
 * adapter: the modem driver's (host/modem/hal.ts) is made of it.
 */
export function clockOf(runtime: Runtime): LinkClock {
  const timers = new Map<number, Timer>();
  let seenMs = runtime.nowMs();
  let uptimeMs = 0;
  let last = 0;
  return {
    uptimeMs() {
      const nowMs = runtime.nowMs();
      uptimeMs += Math.max(0, nowMs - seenMs);
      seenMs = nowMs;
      return uptimeMs;
    },
    after(delayMs, fn) {
      const id = ++last;
      timers.set(
        id,
        runtime.after(delayMs, () => {
          timers.delete(id);
          fn();
        }),
      );
      return id;
    },
    cancel(id) {
      timers.get(id)?.cancel();
      timers.delete(id);
    },
  };
}
