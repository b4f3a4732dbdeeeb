// The simulated board: lines, flash, and the two engines that run an image on them.
export * from './types';
export { createFlash, PowerCut, type FlashOptions, type FlashStats, type SimFlash } from './flash';
export { CHUNK_BYTES, join, wire, type Fault, type Tap, type Wire, type WireOptions } from './wire';
export { createNodeBoard } from './node/node-board';
export { createEspruinoBoard } from './espruino/espruino-board';
