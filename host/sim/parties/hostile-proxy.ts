// The internet between the customer and the ChainCloud API, in an attacker's hands: an HTTP proxy that passes
// everything on until a test tells it to lie. It stands for a hacked API as the customer's machines see one.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Runtime } from '../../kit/runtime';

/** One exchange as the attacker sees it; `body` is the API's JSON answer. */
export interface Exchange {
  method: string;
  /** Path with query. */
  path: string;
  status: number;
  body: unknown;
}

/** Answers the body that the customer is to see; return `exchange.body` to leave it alone. */
export type Lie = (exchange: Exchange) => unknown;

export interface HostileProxy {
  url: string;
  /** Lies from now on; undefined = honest again. */
  setLie(lie: Lie | undefined): void;
  close(): Promise<void>;
}

/** Headers that belong to one hop (RFC 9110 section 7.6.1), and those that the new body makes untrue. */
const HOP_HEADERS = ['connection', 'keep-alive', 'transfer-encoding', 'host', 'content-length', 'accept-encoding'];

function readAll(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => resolve(Buffer.concat(parts)));
    request.on('error', reject);
  });
}

function forwardedHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value === 'string' && !HOP_HEADERS.includes(name)) headers[name] = value;
  }
  return headers;
}

export async function startHostileProxy(options: {
  runtime: Runtime;
  targetUrl: string;
  port?: number;
}): Promise<HostileProxy> {
  let lie: Lie | undefined;

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/';
    const method = request.method ?? 'GET';
    const body = await readAll(request);
    const answer = await fetch(options.targetUrl + path, {
      method,
      headers: forwardedHeaders(request),
      ...(body.length > 0 ? { body: new Uint8Array(body) } : {}),
    });
    let text = await answer.text();
    const type = answer.headers.get('content-type') ?? 'application/json';
    if (lie && type.includes('json'))
      text = JSON.stringify(lie({ method, path, status: answer.status, body: JSON.parse(text) }));
    response.writeHead(answer.status, { 'content-type': type });
    response.end(text);
  }

  const server = createServer((request, response) => {
    const work = pass(request, response).catch(() => {
      response.writeHead(502, { 'content-type': 'application/json' });
      response.end('{"code":502,"message":"the API does not answer"}');
    });
    void options.runtime.track(work);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    setLie: (next) => void (lie = next),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
