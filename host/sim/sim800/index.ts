// The simulated SIM800's door.
export { createSim800 } from './modem';
export { createSim800OnPty, type PtyModem } from './on-pty';
export * from './types';
export { MODEM_KIND_NAMES, type ModemKindName } from './kinds';
