// A Uart on one of Espruino's Serial objects. Espruino copies what is written into its transmit queue and waits when
// that is full, so a long write holds the board for the time the line needs. Which port and pins is the board's business.
import type { Uart } from '../../firmware/hal';

function ignore(): void {
  // A port without a listener keeps received bytes in RAM for ever; this one drops them.
}

/**
 * Sets a port up and answers it as a Uart. options: pins {tx, rx} on a chip, {path} where a port is a file.
 * The interpreter's own console must not be on this port any more.
 */
export function openUart(port: EspruinoSerial, baud: number, options: { [name: string]: unknown }): Uart {
  port.setup(baud, options);
  port.removeAllListeners('data');
  port.on('data', ignore);
  return {
    write: function (bytes) {
      port.write(bytes);
    },
    onData: function (listener) {
      port.removeAllListeners('data');
      port.on('data', function (text) {
        listener(E.toUint8Array(text));
      });
    },
  };
}
