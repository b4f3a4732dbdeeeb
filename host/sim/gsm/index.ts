// The simulated GSM network's door.
export { createGsmNetwork } from './network';
export * from './types';
