// A thread that does nothing but notice how long it was kept waiting: what the machine's other work costs anybody.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parentPort } from 'node:worker_threads';
import { LOOP_RESOLUTION_MS } from './watched';

const delay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
delay.enable();
setInterval(() => undefined, LOOP_RESOLUTION_MS);
parentPort?.once('message', () => {
  parentPort?.postMessage(delay.max / 1e6);
  process.exit();
});
parentPort?.postMessage('up');
