// The speed of a modem that says nothing at the board's: it is looked for, and set to the board's for good. Spec:
// 27.007 and the manuals: AT+IPREX sets it for good where there is one (A76XX, SIM7600), AT+IPR with AT&W elsewhere
// (SIM800). A SIM800 from the factory follows its host's speed, an A7670 and a SIM7600 speak 115,200.
import { fail } from '../../../protocol/errors';
import type { BenchModem } from './bench-modem';

const SPEEDS = [9600, 19200, 38400, 57600, 115200, 230400, 460800];
const TRIES = 2;
const SETTLE_MS = 400;

async function answersAt(modem: BenchModem, baud: number): Promise<boolean> {
  await modem.setBaud(baud);
  for (let i = 0; i < TRIES; i++) if ((await modem.ask('AT\r')) !== '') return true;
  return false;
}

/**
 * Finds the speed of a silent modem and sets it to `baud`. Returns what it was; undefined: it answers at none. Throws
 * `modem-speed` for one that keeps its own.
 */
export async function mendSpeed(modem: BenchModem, baud: number): Promise<number | undefined> {
  for (const was of SPEEDS.filter((each) => each !== baud)) {
    if (!(await answersAt(modem, was))) continue;
    const isKept = /\r\nOK\r\n/.test(await modem.ask(`AT+IPREX=${baud}\r`));
    if (!isKept) await modem.ask(`AT+IPR=${baud}\r`);
    await modem.wait(SETTLE_MS);
    if (!(await answersAt(modem, baud)))
      throw fail('modem-speed', `the modem speaks ${was} baud, the board ${baud}, and it does not take AT+IPR=${baud}`);
    if (!isKept) await modem.ask('AT&W\r');
    return was;
  }
  await modem.setBaud(baud);
  return undefined;
}
