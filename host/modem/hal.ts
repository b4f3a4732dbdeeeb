// The two pieces of the device's hardware boundary that the modem driver needs, on the host: a byte port as Uart
// (chunks of at most 64 bytes, as on the boards) and a runtime as Clock. Spec: firmware/hal.ts.
import { UART_CHUNK_BYTES, type Clock, type Uart } from '../../firmware/hal';
import type { BytePort } from '../kit/byte-port';
import { clockOf, uartOf } from '../kit/link-adapter';
import type { Runtime } from '../kit/runtime';

/** A byte port as the device's code sees a serial line. Writes after its end are dropped, as a cut cable drops them. */
export function portUart(port: BytePort): Uart {
  const uart = uartOf(port);
  return {
    write: uart.write,
    onData(listener) {
      uart.onData((bytes) => {
        for (let at = 0; at < bytes.length; at += UART_CHUNK_BYTES) listener(bytes.slice(at, at + UART_CHUNK_BYTES));
      });
    },
  };
}

/** A runtime as the device's code sees its clock. The time of day is the runtime's and cannot be set. */
export function runtimeClock(runtime: Runtime): Clock {
  return {
    ...clockOf(runtime),
    wallSeconds: () => Math.floor(runtime.nowMs() / 1000),
    setUnixSeconds: () => undefined,
  };
}
