// HTTP as the published app speaks it: token header, form bodies, JSON answers. Spec: docs/published-app.md 5,
// docs/http-api.md. Used by V for both its servers and by the website for the API. Never throws for an HTTP status;
// throws `http-network` when there was no answer. The calls themselves are named by who makes them.

import { Agent, request as httpRequest } from 'node:http';
import { Agent as TlsAgent, request as httpsRequest } from 'node:https';
import { fail } from '../../protocol/errors';

const TIMEOUT_MS = 20000;
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

export interface HttpAnswer {
  status: number;
  /** Parsed JSON; undefined when the body was empty or not JSON. */
  body: unknown;
  /** True when the body was neither empty nor JSON. */
  garbled: boolean;
}

export interface HttpClient {
  /** `path` begins with `/api/v1/…`. */
  get(path: string): Promise<HttpAnswer>;
  /** Null and undefined values are left out; the order of fields is kept. */
  postForm(path: string, form: Record<string, string | number | null | undefined>): Promise<HttpAnswer>;
  close(): void;
}

/**
 * `base`: http(s)://host:port with or without a path before `/api/v1`. `token` is secret and goes into the header only.
 */
export function httpClient(base: string, token: string): HttpClient {
  const root = new URL(base.replace(/\/+$/, '').replace(/\/api\/v1(\/open)?$/, ''));
  const tls = root.protocol === 'https:';
  if (!tls && root.protocol !== 'http:') throw fail('http-url', 'expected http:// or https://, got ' + root.protocol);
  const agent = tls ? new TlsAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
  const send = tls ? httpsRequest : httpRequest;
  const prefix = root.pathname === '/' ? '' : root.pathname;

  function call(method: string, path: string, body?: string): Promise<HttpAnswer> {
    const headers: Record<string, string | number> = { Accept: 'application/json', Token: token };
    if (body !== undefined) {
      headers['Content-Type'] = 'application/x-www-form-urlencoded; charset=UTF-8';
      headers['Content-Length'] = Buffer.byteLength(body);
    }
    const options = {
      agent,
      method,
      headers,
      protocol: root.protocol,
      hostname: root.hostname,
      port: root.port,
      path: prefix + path,
    };
    return new Promise((resolve, reject) => {
      const request = send(options, (response) => {
        const chunks: Buffer[] = [];
        let lenBytes = 0;
        response.on('data', (chunk: Buffer) => {
          lenBytes += chunk.length;
          if (lenBytes > MAX_ANSWER_BYTES) request.destroy(fail('http-network', 'answer is longer than 4 MiB'));
          else chunks.push(chunk);
        });
        response.on('end', () => resolve(answerOf(response.statusCode ?? 0, Buffer.concat(chunks).toString('utf8'))));
        response.on('error', (error) => reject(networkError(root, error)));
      });
      request.setTimeout(TIMEOUT_MS, () => request.destroy(fail('http-network', 'no answer within 20 s')));
      request.on('error', (error) => reject(networkError(root, error)));
      request.end(body);
    });
  }

  return {
    get: (path) => call('GET', path),
    postForm(path, form) {
      const fields = new URLSearchParams();
      for (const [name, value] of Object.entries(form))
        if (value !== null && value !== undefined) fields.append(name, String(value));
      return call('POST', path, fields.toString());
    },
    close: () => agent.destroy(),
  };
}

function answerOf(status: number, text: string): HttpAnswer {
  if (text.trim() === '') return { status, body: undefined, garbled: false };
  try {
    return { status, body: JSON.parse(text), garbled: false };
  } catch {
    return { status, body: undefined, garbled: true };
  }
}

function networkError(root: URL, error: Error): Error {
  const reason = (error as NodeJS.ErrnoException).code ?? 'failed';
  return fail('http-network', root.host + ' ' + reason);
}
