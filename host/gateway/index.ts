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

const DEFAULT_NAME = 'gateway';
const DEFAULT_POLL_MS = 1000;
/** A third of a lease at the API. */
const KEEP_MS = 20_000;
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
  const api = createApiClient(options.apiUrl, options.gatewayToken, options.name ?? DEFAULT_NAME);
  const worker = new Worker({ runtime, peer, api, device: createDevice(peer, runtime), log, pollMs });
  return {
    poke: () => worker.poke(),
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
class Worker {
  private readonly runtime = this.options.runtime;
  private readonly peer = this.options.peer;
  private readonly api = this.options.api;
  private readonly device = this.options.device;
  private readonly log = this.options.log;
  private readonly pollMs = this.options.pollMs;
  private isClosed = false;
  /** A job is being run or its answer posted: no other one is fetched. */
  private isBusy = false;
  private pauseMs = 0;
  private retry: { cancel(): void } | undefined;
  private lastProblem = '';
  private readonly loop = repeat(
    this.runtime,
    () => (this.isBusy ? Infinity : this.pauseMs),
    () => this.poll(),
  );

  constructor(private readonly options: WorkerOptions) {}

  private report(error: unknown): void {
    const { code = 'api-unreachable', message } = error as { code?: string; message: string };
    if (code !== this.lastProblem) this.log.warn(`the API does not take or give jobs: ${message}`);
    this.lastProblem = code;
  }

  /** Tracked by the runtime, so it only waits for the API; the device's part runs beside it. */
  private async poll(): Promise<void> {
    if (this.isBusy) return;
    this.pauseMs = this.peer.isUp() ? this.pollMs : Math.min(this.pollMs, LINK_LOOK_MS);
    if (!this.peer.isUp()) return;
    try {
      const job = await this.api.next();
      this.lastProblem = '';
      if (job !== null) void this.run(job);
    } catch (error) {
      this.report(error);
    }
  }

  private async run(job: Job): Promise<void> {
    this.isBusy = true;
    const about = { job: job.id, kind: job.kind };
    if (job.kind !== 'attest') this.log.info(`gives HSM-Hot a ${job.kind} job`, about);
    const kept = this.keep(job);
    const result = await this.device.run(job);
    kept.cancel();
    if (this.isClosed) return;
    if (!result.ok && 'failure' in result)
      this.log.warn(`no answer to a ${job.kind} job: ${result.failure.code}`, about);
    await this.post(job, result);
  }

  /** Keeps the job's lease until it is cancelled: no other gateway gets it meanwhile. */
  private keep(job: Job): { cancel(): void } {
    let timer = this.runtime.after(KEEP_MS, again);
    let isOver = false;
    const { api, runtime } = this;
    async function again(): Promise<void> {
      await api.keep(job.id).catch(() => undefined); // the result says how it ended
      if (!isOver) timer = runtime.after(KEEP_MS, again);
    }
    return {
      cancel() {
        isOver = true;
        timer.cancel();
      },
    };
  }

  /** Posts until the API has taken it, or refuses its failure too: then the job is not there any more. */
  private async post(job: Job, result: JobResult): Promise<void> {
    try {
      await this.runtime.track(this.api.finish(job.id, result));
    } catch (error) {
      if (this.isClosed) return;
      this.report(error);
      if ((error as { code?: string }).code !== 'api-refused') {
        this.retry = this.runtime.after(this.pollMs, () => void this.post(job, result));
        return;
      }
      if (!isRefusalOfResult(result)) return this.post(job, resultRefused(error as Error));
      this.next(this.pollMs);
      return;
    }
    this.next(0);
  }

  private next(delayMs: number): void {
    this.isBusy = false;
    if (delayMs === 0) this.loop.poke();
    else this.retry = this.runtime.after(delayMs, () => this.loop.poke());
  }

  poke(): void {
    this.loop.poke();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.retry?.cancel();
    await this.loop.close();
  }
}

const RESULT_REFUSED = 'result-refused';

function resultRefused(error: Error): JobResult {
  return { ok: false, failure: { code: RESULT_REFUSED, text: error.message } };
}

function isRefusalOfResult(result: JobResult): boolean {
  return !result.ok && 'failure' in result && result.failure.code === RESULT_REFUSED;
}
