// The HTTP client of every host program: one server, kept connections, a limit on time and size. Never throws for an
// HTTP status. What a status or a body means is the caller's: host/v1/http-client.ts (published calls),
// host/bitcoin/rpc.ts (JSON-RPC), host/gateway/api-client.ts.

import { Agent, request as httpRequest } from 'node:http';
import { Agent as TlsAgent, request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { fail, type CodedError } from '../../protocol/errors';

const DEFAULT_TIMEOUT_MS = 20_000;
const DEFAULT_ANSWER_MAX_BYTES = 4 * 1024 * 1024;

export interface HttpOptions {
  /** `http(s)://host:port`, with or without a path that goes before the path of each request. */
  base: string;
  /** Sent with each request. May hold secrets: no error shows them. */
  headers?: Record<string, string>;
  /** `user:password` of basic authentication, asked for before each request. Secret. */
  auth?(): string;
  timeoutMs?: number;
  answerMaxBytes?: number;
  maxSockets?: number;
  /** Resolves names to addresses: the system's when absent. A host that is an address already is not looked up. */
  lookup?: LookupFunction;
}

export interface HttpBody {
  type: string;
  text: string;
}

export interface HttpResponse {
  status: number;
  bytes: Buffer;
  /** Of the bytes, decoded at each look. */
  readonly text: string;
}

/** Why there was no answer: `timeout`, `too-large`, or the system's own code (`ECONNREFUSED`). */
export interface HttpError extends CodedError {
  reason: string;
}

export interface Http {
  /**
   * Throws `http-network` (HttpError). A request may be sent twice: all calls of this system bear that. `timeoutMs` in
   * place of the options'.
   */
  request(method: 'GET' | 'POST', path: string, body?: HttpBody, timeoutMs?: number): Promise<HttpResponse>;
  close(): void;
}

/** Opens nothing yet. Throws `http-url` unless `base` is http or https. */
export function openHttp(options: HttpOptions): Http {
  const root = new URL(options.base);
  if (root.protocol !== 'https:' && root.protocol !== 'http:')
    throw fail('http-url', 'expected http:// or https://, got ' + root.protocol);
  const { maxSockets = Infinity, lookup } = options;
  const agentOptions = { keepAlive: true, maxSockets, ...(lookup && { lookup }) };
  const agent = root.protocol === 'https:' ? new TlsAgent(agentOptions) : new Agent(agentOptions);
  const usualMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  return {
    async request(method, path, body, timeoutMs = usualMs) {
      const wanted = { method, path, body, timeoutMs };
      try {
        return await exchange(root, agent, options, wanted);
      } catch (error) {
        // The server closed a kept connection just as it was used again: it read nothing of this request.
        if (!(error as { isStale?: boolean }).isStale) throw networkError(root, error as NodeJS.ErrnoException);
      }
      try {
        return await exchange(root, agent, options, wanted);
      } catch (error) {
        throw networkError(root, error as NodeJS.ErrnoException);
      }
    },
    close: () => agent.destroy(),
  };
}

interface Exchange {
  method: string;
  path: string;
  body?: HttpBody;
  timeoutMs: number;
}

/** A timer that comes so much too late shows that this process did not get to read an answer: it starts anew. */
const BLOCKED_MS = 500;

/** Calls `fn` after `ms` in which this process was free; returns what cancels it. */
function afterFree(ms: number, fn: () => void): () => void {
  let timer: NodeJS.Timeout;
  const arm = (): void => {
    const dueMs = performance.now() + ms;
    timer = setTimeout(() => (performance.now() - dueMs > BLOCKED_MS ? arm() : fn()), ms);
  };
  arm();
  return () => clearTimeout(timer);
}

/**
 * One request and its whole answer. The limit is on the wait for the answer's head, the wait for a connection included,
 * and on each silence after it.
 */
function exchange(
  root: URL,
  agent: Agent,
  options: HttpOptions,
  { method, path, body, timeoutMs }: Exchange,
): Promise<HttpResponse> {
  const send = root.protocol === 'https:' ? httpsRequest : httpRequest;
  const prefix = root.pathname.replace(/\/+$/, '');
  const headers: Record<string, string | number> = { Accept: 'application/json', ...options.headers };
  if (body) {
    headers['Content-Type'] = body.type;
    headers['Content-Length'] = Buffer.byteLength(body.text);
  }
  const answerMaxBytes = options.answerMaxBytes ?? DEFAULT_ANSWER_MAX_BYTES;
  return new Promise((resolve, reject) => {
    const tooLate = (): void => {
      reject(networkError(root, { code: 'timeout' })); // one that waits for a connection says nothing when destroyed
      request.destroy();
    };
    const cancel = afterFree(timeoutMs, tooLate);
    const where = { protocol: root.protocol, hostname: root.hostname, port: root.port, path: prefix + path || '/' };
    const request = send({ ...where, agent, method, headers, auth: options.auth?.() }, (response) => {
      cancel();
      request.setTimeout(timeoutMs, tooLate);
      const body = bodyOf(Number(response.headers['content-length'] ?? 0), answerMaxBytes);
      response.on('data', (part: Buffer) => {
        if (body.add(part)) return;
        reject(networkError(root, { code: 'too-large' }));
        request.destroy();
      });
      response.on('end', () => resolve(responseOf(response.statusCode ?? 0, body.whole())));
      response.on('error', reject);
    });
    request.on('close', cancel);
    request.on('error', (error: NodeJS.ErrnoException) =>
      reject(Object.assign(error, { isStale: request.reusedSocket && error.code === 'ECONNRESET' })),
    );
    request.end(body?.text);
  });
}

/** From this length on a body has memory of its own, into which each part is copied as it comes. */
const LONG_BYTES = 64 * 1024;

/** Gathers a body. `lengthBytes`: as its head says, 0 when it does not. */
function bodyOf(lengthBytes: number, maxBytes: number): { add(part: Buffer): boolean; whole(): Buffer } {
  const isLong = lengthBytes >= LONG_BYTES && lengthBytes <= maxBytes;
  const memory = isLong ? Buffer.allocUnsafeSlow(lengthBytes) : undefined;
  const parts: Buffer[] = [];
  let lenBytes = 0;
  return {
    add(part) {
      if (memory) part.copy(memory, lenBytes);
      else parts.push(part);
      lenBytes += part.length;
      return lenBytes <= maxBytes;
    },
    whole: () => memory?.subarray(0, lenBytes) ?? Buffer.concat(parts),
  };
}

function responseOf(status: number, bytes: Buffer): HttpResponse {
  return {
    status,
    bytes,
    get text() {
      return bytes.toString('utf8');
    },
  };
}

function networkError(root: URL, error: { code?: string; reason?: string }): HttpError {
  if (error.code === 'http-network') return error as HttpError;
  const reason = error.code ?? 'failed';
  return Object.assign(fail('http-network', root.host + ' ' + reason), { reason });
}
