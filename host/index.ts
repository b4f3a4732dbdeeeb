// What other programs import of this package: the simulator as a library, and the programs of the system to start by
// oneself.
export { createSimulation, type Simulation, type SimulationOptions } from './sim/simulation';
export { runStory, STORY, type Step, type StoryListener, type StoryResult } from './sim/story';
export { CALM_POLLS, NUMBERS, QUICK_POLLS, SIM_TOKENS, type Polls } from './sim/numbers';
export { startControl, type Control } from './sim/control';
export { createPump, type Pump } from './sim/clock/pump';
export { formatEvent, type LogEvent } from './kit/log';
export { realRuntime, type Runtime } from './kit/runtime';
export { startApi } from './api';
export { startGateway } from './gateway';
export { startVDevice } from './vdevice';
export { startWebsite } from './website';
