// The simulated board: lines, flash, and the two engines that run an image on them.
export * from './types';
export { createFlash, PowerCut, type SimFlash } from './flash';
export { join, wire, type Wire } from './wire';
export { createNodeBoard } from './node/node-board';
export { createEspruinoBoard } from './espruino/espruino-board';
