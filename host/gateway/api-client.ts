// The gateway's two calls to the API.

import { Agent, request as httpRequest } from 'node:http';
import { Agent as TlsAgent, request as httpsRequest } from 'node:https';
import { fail } from '../../protocol/errors';
import type { Job, JobResult } from './types';

const TIMEOUT_MS = 30_000;

export interface ApiClient {
  next(): Promise<Job | null>;
  finish(jobId: number, result: JobResult): Promise<void>;
  close(): void;
}

/** Errors: `api-unreachable`, `api-refused` (4xx: the same call will not be taken later either), `api-fault`. */
export function createApiClient(apiUrl: string, token: string): ApiClient {
  const isTls = apiUrl.startsWith('https:');
  const agent = isTls ? new TlsAgent({ keepAlive: true }) : new Agent({ keepAlive: true });

  function post(path: string, body: object): Promise<unknown> {
    const url = new URL('/api/v1/gateway' + path, apiUrl);
    const text = JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const unreachable = (error: Error): void =>
        reject(
          fail(
            'api-unreachable',
            `no API answers at ${url.host} (${(error as { code?: string }).code ?? error.message})`,
          ),
        );
      const request = (isTls ? httpsRequest : httpRequest)(
        url,
        {
          method: 'POST',
          agent,
          headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), token },
        },
        (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.on('error', unreachable);
          response.on('end', () => {
            const { statusCode = 0 } = response;
            try {
              const answer: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'));
              if (statusCode === 200) return resolve(answer);
            } catch {
              // told below
            }
            reject(
              fail(
                statusCode >= 400 && statusCode < 500 && statusCode !== 429 ? 'api-refused' : 'api-fault',
                `the API at ${url.host} answered HTTP ${statusCode}`,
              ),
            );
          });
        },
      );
      request.setTimeout(TIMEOUT_MS, () => request.destroy(new Error('no answer in time')));
      request.on('error', unreachable);
      request.end(text);
    });
  }

  return {
    next: async () => ((await post('/next', {})) as { job: Job | null }).job,
    finish: async (jobId, result) => void (await post(`/jobs/${jobId}/result`, result)),
    close: () => agent.destroy(),
  };
}
