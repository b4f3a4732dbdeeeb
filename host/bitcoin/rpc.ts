// JSON-RPC client for a Bitcoin Core-compatible node: one call at a time each, typed errors, a wall-clock limit.
// No retry here: callers poll. The password never appears in an error.

import { Agent, request as httpRequest } from 'node:http';
import { Agent as TlsAgent, request as httpsRequest } from 'node:https';
import { fail } from '../../protocol/errors';
import type { Rpc, RpcOptions } from '../chain/types';

const DEFAULT_TIMEOUT_MS = 30_000;
/** A block with verbosity 2 is some tens of megabytes; more than this is not an answer. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

/** Error number that the node gave, when `error` is its refusal. */
export function rpcCodeOf(error: unknown): number | undefined {
  return (error as { rpcCode?: number }).rpcCode;
}

export function createRpc(options: RpcOptions): Rpc {
  const url = new URL(options.url);
  const isTls = url.protocol === 'https:';
  const agent = isTls
    ? new TlsAgent({ keepAlive: true, maxSockets: 4 })
    : new Agent({ keepAlive: true, maxSockets: 4 });
  const where = `${url.protocol}//${url.host}`;
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  let nextId = 0;

  function post(body: string, isRetry = false): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const request = (isTls ? httpsRequest : httpRequest)(
        url,
        {
          method: 'POST',
          agent,
          auth: `${options.user}:${options.password}`,
          headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        },
        (response) => {
          const parts: Buffer[] = [];
          let lenBytes = 0;
          response.on('data', (part: Buffer) => {
            lenBytes += part.length;
            if (lenBytes > MAX_ANSWER_BYTES) request.destroy(fail('rpc-http', `the node at ${where} sent too much`));
            else parts.push(part);
          });
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') }),
          );
          response.on('error', reject);
        },
      );
      request.setTimeout(timeoutMs, () =>
        request.destroy(fail('rpc-timeout', `the node at ${where} did not answer within ${timeoutMs} ms`)),
      );
      request.on('error', (error: Error & { code?: string }) => {
        // The node closed a kept connection just as it was used again: nothing was read of this call.
        if (request.reusedSocket && error.code === 'ECONNRESET' && !isRetry) resolve(post(body, true));
        else reject(error);
      });
      request.end(body);
    });
  }

  function parse(status: number, text: string): { result?: unknown; error?: { code: number; message: string } | null } {
    if (status === 401 || status === 403) throw fail('rpc-auth', `the node at ${where} refuses the user or password`);
    try {
      const parsed: unknown = JSON.parse(text);
      if (typeof parsed === 'object' && parsed !== null && ('result' in parsed || 'error' in parsed))
        return parsed as { result?: unknown };
    } catch {
      // told below
    }
    throw fail('rpc-http', `the node at ${where} answered HTTP ${status} without JSON-RPC`);
  }

  return {
    async call<T>(method: string, params: unknown[] = []): Promise<T> {
      let answer;
      try {
        answer = await post(JSON.stringify({ jsonrpc: '1.0', id: ++nextId, method, params }));
      } catch (error) {
        const { code = '' } = error as { code?: string };
        if (code.startsWith('rpc-')) throw error;
        throw fail('rpc-unreachable', `no node answers at ${where} (${code || 'connection lost'})`);
      }
      const { result, error } = parse(answer.status, answer.text);
      if (error)
        throw Object.assign(fail('rpc-error', `${method}: ${error.message}`), {
          rpcCode: error.code,
          rpcText: error.message,
        });
      return result as T;
    },
    close: () => agent.destroy(),
  };
}
