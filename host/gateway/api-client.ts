// The gateway's two calls to the API.

import { fail } from '../../protocol/errors';
import { openHttp, type HttpError } from '../kit/http';
import type { Job, JobResult } from './types';

const TIMEOUT_MS = 30_000;
/** A job carries up to a hundred previous transactions in hex. */
const ANSWER_MAX_BYTES = 64 * 1024 * 1024;

export interface ApiClient {
  next(): Promise<Job | null>;
  finish(jobId: number, result: JobResult): Promise<void>;
  close(): void;
}

/** Errors: `api-unreachable`, `api-refused` (4xx: the same call will not be taken later either), `api-fault`. */
export function createApiClient(apiUrl: string, token: string): ApiClient {
  const { host } = new URL(apiUrl);
  const http = openHttp({ base: apiUrl, headers: { token }, timeoutMs: TIMEOUT_MS, answerMaxBytes: ANSWER_MAX_BYTES });

  async function post(path: string, body: object): Promise<unknown> {
    const text = JSON.stringify(body);
    const answer = await http
      .request('POST', '/api/v1/gateway' + path, { type: 'application/json', text })
      .catch((error: HttpError) => {
        throw fail('api-unreachable', `no API answers at ${host} (${error.reason})`);
      });
    if (answer.status === 200) {
      try {
        return JSON.parse(answer.text);
      } catch {
        // reported below
      }
    }
    const isRefused = answer.status >= 400 && answer.status < 500 && answer.status !== 429;
    throw fail(isRefused ? 'api-refused' : 'api-fault', `the API at ${host} answered HTTP ${answer.status}`);
  }

  return {
    next: async () => ((await post('/next', {})) as { job: Job | null }).job,
    finish: async (jobId, result) => void (await post(`/jobs/${jobId}/result`, result)),
    close: () => http.close(),
  };
}
