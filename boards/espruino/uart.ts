// A Uart on one of Espruino's Serial objects. Espruino copies what is written into its transmit queue and waits when
// that is full, so a long write holds the board for the time the line needs. Which port and pins is the board's
// business. The Uart is the Serial object itself, with its own `write` and one function more from the prototype of all
// ports: an object with two closures for each port would take sixty variables.
import type { Uart } from '../../firmware/hal';

function ignore(): void {
  // drops what comes before somebody listens
}

let isHearing = false;

/** A listener began and did not end: Espruino takes such a one off its port. */
export function isStuck(): boolean {
  return isHearing;
}

/** `onData` of a port. A port without a listener keeps received bytes in RAM for ever. */
function hear(this: EspruinoSerial, listener: (bytes: Uint8Array) => void): void {
  this.removeAllListeners('data');
  this.on('data', function (text) {
    isHearing = true;
    listener(E.toUint8Array(text));
    isHearing = false;
  });
}

/**
 * Sets a port up and answers it as a Uart. options: pins {tx, rx} on a chip, {path} where a port is a file.
 * The interpreter's own console must not be on this port any more.
 */
export function openUart(port: EspruinoSerial, baud: number, options: { [name: string]: unknown }): Uart {
  const uart = port as unknown as Uart;
  port.setup(baud, options);
  Object.getPrototypeOf(port).onData = hear;
  uart.onData(ignore);
  return uart;
}
