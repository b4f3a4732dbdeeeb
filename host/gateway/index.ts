// The gateway: stands between the API and HSM-Hot's serial line. Fetches a job, runs it, posts the answer, one at a
// time. Keeps nothing on disk: a job stays open at the API until its answer has arrived there. An answer that the API
// does not take becomes a failure of its job, so that the API postpones it and gives out the next one.

import { fail } from '../../protocol/errors';
import { createPeer } from '../../protocol/link/peer';
import type { Peer } from '../../protocol/link/types';
import { clockOf, uartOf } from '../kit/link-adapter';
import { createLog, type Log } from '../kit/log';
import { repeat } from '../kit/repeat';
import type { Runtime } from '../kit/runtime';
import { createApiClient, type ApiClient } from './api-client';
import { createDevice, type Device } from './device';
import type { Gateway, GatewayOptions, Job, JobResult } from './types';

export type { Gateway, GatewayOptions, SignJob } from './types';

const DEFAULT_POLL_MS = 1000;
/** Pause while the line is down. */
const LINK_LOOK_MS = 1000;

/** Starts polling. The API and the board may come and go; nothing here throws for that. Throws `bad-option`. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { runtime, port, pollMs = DEFAULT_POLL_MS } = options;
  if (!Number.isFinite(pollMs) || pollMs <= 0) throw fail('bad-option', 'pollMs expected a positive number');
  const secrets = [options.gatewayToken];
  const log = createLog({ runtime, who: 'gateway', listener: options.onEvent, secrets }).over('serial');
  const bootId = new DataView(runtime.random(4).slice().buffer).getUint32(0);
  const peer = createPeer({ uart: uartOf(port), clock: clockOf(runtime), role: 'initiator', bootId });
  peer.onUp(() => log.info('the line to HSM-Hot is up'));
  peer.onDown(() => log.warn('the line to HSM-Hot is down'));
  const api = createApiClient(options.apiUrl, options.gatewayToken);
  const worker = createWorker({ runtime, peer, api, device: createDevice(peer, runtime), log, pollMs });
  return {
    poke: worker.poke,
    async close() {
      await worker.close();
      peer.close();
      api.close();
    },
  };
}

interface WorkerOptions {
  runtime: Runtime;
  peer: Pick<Peer, 'isUp'>;
  api: ApiClient;
  device: Device;
  log: Log;
  pollMs: number;
}

/** Fetches and runs one job after the other. */
function createWorker(options: WorkerOptions): { poke(): void; close(): Promise<void> } {
  const { runtime, peer, api, device, log, pollMs } = options;
  let isClosed = false;
  /** A job is being run or its answer posted: no other one is fetched. */
  let isBusy = false;
  let pauseMs = 0;
  let retry: { cancel(): void } | undefined;
  let lastProblem = '';

  function report(error: unknown): void {
    const { code = 'api-unreachable', message } = error as { code?: string; message: string };
    if (code !== lastProblem) log.warn(`the API does not take or give jobs: ${message}`);
    lastProblem = code;
  }

  /** Tracked by the runtime, so it only waits for the API; the device's part runs beside it. */
  async function poll(): Promise<void> {
    if (isBusy) return;
    pauseMs = peer.isUp() ? pollMs : Math.min(pollMs, LINK_LOOK_MS);
    if (!peer.isUp()) return;
    try {
      const job = await api.next();
      lastProblem = '';
      if (job !== null) void run(job);
    } catch (error) {
      report(error);
    }
  }

  async function run(job: Job): Promise<void> {
    isBusy = true;
    const about = { job: job.id, kind: job.kind };
    if (job.kind !== 'attest') log.info(`gives HSM-Hot a ${job.kind} job`, about);
    const result = await device.run(job);
    if (isClosed) return;
    if (!result.ok && 'failure' in result) log.warn(`no answer to a ${job.kind} job: ${result.failure.code}`, about);
    await post(job, result);
  }

  /** Posts until the API has taken it, or refuses its failure too: then the job is not there any more. */
  async function post(job: Job, result: JobResult): Promise<void> {
    try {
      await runtime.track(api.finish(job.id, result));
    } catch (error) {
      if (isClosed) return;
      report(error);
      if ((error as { code?: string }).code !== 'api-refused') {
        retry = runtime.after(pollMs, () => void post(job, result));
        return;
      }
      if (!isRefusalOfResult(result)) return post(job, resultRefused(error as Error));
      next(pollMs);
      return;
    }
    next(0);
  }

  function next(delayMs: number): void {
    isBusy = false;
    if (delayMs === 0) loop.poke();
    else retry = runtime.after(delayMs, () => loop.poke());
  }

  const loop = repeat(runtime, () => (isBusy ? Infinity : pauseMs), poll);
  return {
    poke: loop.poke,
    async close() {
      isClosed = true;
      retry?.cancel();
      await loop.close();
    },
  };
}

const RESULT_REFUSED = 'result-refused';

function resultRefused(error: Error): JobResult {
  return { ok: false, failure: { code: RESULT_REFUSED, text: error.message } };
}

function isRefusalOfResult(result: JobResult): boolean {
  return !result.ok && 'failure' in result && result.failure.code === RESULT_REFUSED;
}
