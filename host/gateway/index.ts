// The gateway: stands between the API and HSM-Hot's serial line. Fetches a job, runs it, posts the answer, one at a
// time. Keeps nothing on disk: a job stays open at the API until its answer has arrived there.

import { createPeer } from '../../protocol/link/peer';
import { fail } from '../../protocol/errors';
import { clockOf, uartOf } from '../kit/link-adapter';
import { createApiClient } from './api-client';
import { createDevice } from './device';
import type { Gateway, GatewayOptions, Job, JobResult } from './types';

export type {
  AttestJob,
  Gateway,
  GatewayOptions,
  Job,
  JobResult,
  PingJob,
  SignInput,
  SignJob,
  StatusJob,
} from './types';

const DEFAULT_POLL_MS = 1000;
/** Pause while the line is down. */
const LINK_LOOK_MS = 1000;

/** Starts polling. The API and the board may come and go; nothing here throws for that. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { runtime, port, onEvent, pollMs = DEFAULT_POLL_MS } = options;
  if (!Number.isFinite(pollMs) || pollMs <= 0) throw fail('bad-option', 'pollMs expected a positive number');
  const tell = (text: string, data?: object): void =>
    onEvent?.({ at: runtime.nowMs(), who: 'gateway', link: 'serial', text, data });
  const bootId = new DataView(runtime.random(4).slice().buffer).getUint32(0);
  const peer = createPeer({ uart: uartOf(port), clock: clockOf(runtime), role: 'initiator', bootId });
  const device = createDevice(peer, runtime);
  const api = createApiClient(options.apiUrl, options.gatewayToken);
  let isClosed = false;
  let timer: { cancel(): void } | undefined;
  let lastProblem = '';

  peer.onUp(() => tell('the line to HSM-Hot is up'));
  peer.onDown(() => tell('the line to HSM-Hot is down'));

  /** Between two looks for a job: then, and only then, a poke shortens the wait. */
  let isIdle = false;
  let isPoked = false;

  function arm(delayMs: number): void {
    if (isClosed) return;
    isIdle = true;
    timer?.cancel();
    timer = runtime.after(isPoked ? 0 : delayMs, poll);
    isPoked = false;
  }

  function problem(error: unknown): void {
    const { code = 'api-unreachable', message } = error as { code?: string; message: string };
    if (code !== lastProblem) tell(`the API does not take or give jobs: ${message}`);
    lastProblem = code;
  }

  /** Tracked by the runtime, so it only waits for the API; the device's part runs beside it. */
  async function poll(): Promise<void> {
    if (isClosed) return;
    isIdle = false;
    if (!peer.isUp()) return arm(Math.min(pollMs, LINK_LOOK_MS));
    let job: Job | null;
    try {
      job = await api.next();
      lastProblem = '';
    } catch (error) {
      problem(error);
      return arm(pollMs);
    }
    if (job === null) return arm(pollMs);
    void runJob(job);
  }

  async function runJob(job: Job): Promise<void> {
    const about = { job: job.id, kind: job.kind };
    if (job.kind !== 'attest') tell(`gives HSM-Hot a ${job.kind} job`, about);
    const result = await device.run(job);
    if (isClosed) return;
    if (!result.ok && 'failure' in result) tell(`no answer to a ${job.kind} job: ${result.failure.code}`, about);
    await post(job, result);
  }

  /** Posts until the API has taken it, or says that it never will. */
  async function post(job: Job, result: JobResult): Promise<void> {
    try {
      await runtime.track(api.finish(job.id, result));
      arm(0);
    } catch (error) {
      problem(error);
      if (isClosed) return;
      if ((error as { code?: string }).code === 'api-refused') return arm(pollMs);
      timer = runtime.after(pollMs, () => void post(job, result));
    }
  }

  arm(0);
  return {
    poke() {
      isPoked = true;
      if (isIdle) arm(0);
    },
    async close() {
      isClosed = true;
      timer?.cancel();
      peer.close();
      api.close();
    },
  };
}
