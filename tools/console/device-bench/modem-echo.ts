// Whether the line to a board's modem keeps every octet: the modem's own echo (ATE1) brings back what the board wrote,
// so a loss either way shows.
import type { BenchModem } from './bench-modem';

export interface Echo {
  /** Octets written, and those that did not come back. */
  octets: number;
  lost: number;
}

const LINES = 20;
/** A command that does nothing, about as long as a modem takes one with a PDU behind it. */
const LINE = `AT${' '.repeat(253)}\r`;

/** Leaves the echo off. Throws what a prompt throws. */
export async function measureEcho(modem: BenchModem): Promise<Echo> {
  await modem.ask('ATE1\r');
  const echo: Echo = { octets: LINES * LINE.length, lost: 0 };
  for (let i = 0; i < LINES; i++) {
    const came = (await modem.ask(LINE)).split('\r\n')[0];
    echo.lost += Math.max(0, LINE.length - came.length);
  }
  await modem.ask('ATE0\r');
  return echo;
}
