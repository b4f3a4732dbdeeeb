// The gateway's calls to the API.

import { createCaller } from '../api/calls/client';
import { GATEWAY, GATEWAY_CALLS } from '../api/calls/gateway';
import { openHttp } from '../kit/http';
import type { Job, JobResult } from './types';

const TIMEOUT_MS = 30_000;
/** A job carries up to a hundred previous transactions in hex. */
const ANSWER_MAX_BYTES = 64 * 1024 * 1024;

export interface ApiClient {
  next(): Promise<Job | null>;
  finish(jobId: number, result: JobResult): Promise<void>;
  /** Says that the job is still being worked on. */
  keep(jobId: number): Promise<void>;
  close(): void;
}

/** Errors: `api-unreachable`, `api-refused` (4xx: the same call will not be taken later either), `api-fault`. */
export function createApiClient(apiUrl: string, token: string, gateway: string): ApiClient {
  const http = openHttp({ base: apiUrl, headers: { token }, timeoutMs: TIMEOUT_MS, answerMaxBytes: ANSWER_MAX_BYTES });
  const call = createCaller(http, GATEWAY.bases[0], new URL(apiUrl).host);
  return {
    next: async () => (await call(GATEWAY_CALLS.next, { body: { gateway } })).job,
    finish: async (jobId, result) =>
      void (await call(GATEWAY_CALLS.result, { params: { id: String(jobId) }, body: result })),
    keep: async (jobId) => void (await call(GATEWAY_CALLS.keep, { params: { id: String(jobId) }, body: { gateway } })),
    close: () => http.close(),
  };
}
