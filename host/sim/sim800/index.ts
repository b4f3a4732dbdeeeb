// The simulated SIM800's door.
export { createSim800 } from './modem';
export * from './types';
