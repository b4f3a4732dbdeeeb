// A simulated SIM800 for other people's software: on a pseudo-terminal, on the simulated network, under a number of its
// own. `gammu`, a terminal program or a V-Device elsewhere can then take part in a running simulation.
import type { Runtime } from '../../kit/runtime';
import { openPty } from '../board/espruino/pty';
import type { GsmNetwork } from '../gsm/types';
import { createSim800 } from './modem';
import type { Sim800 } from './types';

export interface PtyModem {
  /** What the software opens, such as /dev/pts/3; any speed. */
  path: string;
  sim: Sim800;
  /** Ends the modem and the terminal. */
  close(): void;
}

/** Time must pass beside the wall clock. Throws code `no-pty` where the optional package is missing. */
export function createSim800OnPty(runtime: Runtime, network: GsmNetwork, number: string, seed: string): PtyModem {
  const pty = openPty();
  const sim = createSim800({ runtime, seed, number, network, port: pty, bootMs: { rdy: 100, call: 200, sms: 300 } });
  return { path: pty.path, sim, close: () => sim.close() };
}
