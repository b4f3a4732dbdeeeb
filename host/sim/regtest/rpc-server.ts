// JSON-RPC over HTTP as Bitcoin Core serves it: basic authentication, single calls and batches, HTTP status 500 with an
// error object, 404 for an unknown method, 401 without the right password. The methods come from the caller.

import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RpcMethod } from './rpc-method';

/** Largest request body taken, bytes. */
export const MAX_RPC_BODY_BYTES = 8 * 1024 * 1024;

const HTTP_KEEP_ALIVE_MS = 60_000;
const METHOD_NOT_FOUND = -32601;
const INVALID_REQUEST = -32600;
const PARSE_ERROR = -32700;
const MISC = -1;

interface Answer {
  result: unknown;
  error: { code: number; message: string } | null;
  id: unknown;
}

export interface RpcServerOptions {
  host: string;
  port: number;
  user: string;
  password: string;
  methods: Record<string, RpcMethod>;
}

export interface RpcServer {
  url: string;
  close(): Promise<void>;
}

function isAuthorized(request: IncomingMessage, user: string, password: string): boolean {
  const expected = Buffer.from('Basic ' + Buffer.from(`${user}:${password}`).toString('base64'));
  const given = Buffer.from(request.headers.authorization ?? '');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

async function answerOne(methods: Record<string, RpcMethod>, call: unknown): Promise<Answer> {
  const { id = null, method, params = [] } = (call ?? {}) as { id?: unknown; method?: unknown; params?: unknown };
  const refuse = (code: number, message: string): Answer => ({ result: null, error: { code, message }, id });
  if (typeof method !== 'string') return refuse(INVALID_REQUEST, 'Missing method');
  if (!Array.isArray(params)) return refuse(INVALID_REQUEST, 'Params must be an array');
  if (!Object.hasOwn(methods, method)) return refuse(METHOD_NOT_FOUND, 'Method not found');
  try {
    return { result: (await methods[method](params)) ?? null, error: null, id };
  } catch (error) {
    const known = error as { rpcCode?: number; rpcText?: string; message: string };
    return refuse(known.rpcCode ?? MISC, known.rpcText ?? known.message);
  }
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let lenBytes = 0;
  for await (const part of request) {
    lenBytes += (part as Buffer).length;
    if (lenBytes > MAX_RPC_BODY_BYTES) return undefined;
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString('utf8');
}

async function answerBody(
  methods: Record<string, RpcMethod>,
  body: string,
): Promise<{ status: number; json: unknown }> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return { status: 500, json: { result: null, error: { code: PARSE_ERROR, message: 'Parse error' }, id: null } };
  }
  if (Array.isArray(parsed)) {
    const json: Answer[] = [];
    for (const call of parsed) json.push(await answerOne(methods, call));
    return { status: 200, json };
  }
  const json = await answerOne(methods, parsed);
  const status =
    json.error === null
      ? 200
      : json.error.code === METHOD_NOT_FOUND
        ? 404
        : json.error.code === INVALID_REQUEST
          ? 400
          : 500;
  return { status, json };
}

/** Listens; throws the system's error (`EADDRINUSE`, ...) when the port cannot be had. */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const server: Server = createServer((request, response) => {
    const send = (status: number, json: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json', connection: 'keep-alive' });
      response.end(json === undefined ? '' : JSON.stringify(json) + '\n');
    };
    void (async () => {
      if (request.method !== 'POST') return send(405, undefined);
      if (!isAuthorized(request, options.user, options.password)) return send(401, undefined);
      const body = await bodyOf(request);
      if (body === undefined) return send(413, undefined);
      const { status, json } = await answerBody(options.methods, body);
      send(status, json);
    })().catch(() => response.destroy());
  });
  server.keepAliveTimeout = HTTP_KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    url: `http://${options.host}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
