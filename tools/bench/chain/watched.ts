// How long something took, and how long this thread answered nobody meanwhile.
import { once } from 'node:events';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';

export const LOOP_RESOLUTION_MS = 5;

export interface Watched {
  seconds: number;
  /** The longest that anything else had to wait, milliseconds. */
  blockedMs: number;
  /** The same of a thread that did nothing: the machine's own part. */
  idleMs: number;
}

/** Runs `work`; `blockedFrom` resolves when HTTP is there, from where on it may not be kept waiting. */
export async function watched(work: () => Promise<unknown>, blockedFrom = Promise.resolve()): Promise<Watched> {
  const idle = new Worker(join(__dirname, 'idle-thread.js'));
  await once(idle, 'message');
  const delay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  void blockedFrom.then(() => delay.enable());
  const start = process.hrtime.bigint();
  await work();
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  delay.disable();
  idle.postMessage('end');
  const [idleMs] = (await once(idle, 'message')) as [number];
  return { seconds, blockedMs: Math.max(0, delay.max / 1e6), idleMs };
}
