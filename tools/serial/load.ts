// Loads the package serialport, which an installed package leaves to those who connect a board: it is compiled code.
import { fail } from '../../protocol/errors';

/** Returns the package. Throws code `no-serialport`. */
export async function loadSerialport(): Promise<typeof import('serialport')> {
  return import('serialport').catch((error: Error) => {
    throw fail(
      'no-serialport',
      `serial ports need a package of their own (${error.message.split('\n')[0]}): npm install serialport`,
    );
  });
}
