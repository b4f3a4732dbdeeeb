// JSON-RPC client for a Bitcoin Core-compatible node: one call at a time each, typed errors, a wall-clock limit.
// No retry here: callers poll. The password never appears in an error.

import { readFileSync } from 'node:fs';
import { fail } from '../../protocol/errors';
import { openHttp, type HttpError, type HttpResponse } from '../kit/http';

const DEFAULT_TIMEOUT_MS = 30_000;
/** A block with verbosity 2 is some tens of megabytes; more than this is not an answer. */
const ANSWER_MAX_BYTES = 256 * 1024 * 1024;
const MAX_SOCKETS = 4;
/** Calls that a node answers from memory: one that does not within this is asked again by whoever needs it. */
const QUICK_TIMEOUT_MS = 5000;
const QUICK = new Set(['getbestblockhash', 'getblockchaininfo', 'getblockcount', 'getblockhash', 'estimatesmartfee']);

/** Numbers that the node gives its refusals. Spec: Bitcoin Core rpc/protocol.h. */
export const RPC_NOT_FOUND = -5;
export const RPC_OUT_OF_RANGE = -8;
export const RPC_ALREADY_IN_CHAIN = -27;
export const RPC_MISC = -1;
const RPC_IN_WARMUP = -28;
const UNAUTHORIZED = 401;
const FORBIDDEN = 403;
const UNAVAILABLE = 503;

/** Where a Bitcoin Core-compatible JSON-RPC server listens and who may speak to it. */
export interface RpcEndpoint {
  url: string;
  /** As `rpcuser` and `rpcpassword`, or of a `rpcauth` line; both absent with a cookie file. */
  user?: string;
  password?: string;
  /** The node's `.cookie`, which it writes anew at each start. */
  cookieFile?: string;
}

export interface RpcOptions extends RpcEndpoint {
  /** Wall-clock limit of one call, milliseconds; of a quick one at most 5000. */
  timeoutMs?: number;
}

export interface Rpc {
  /**
   * One JSON-RPC call. Throws a CodedError: `rpc-unreachable` (no answer, refused, cut), `rpc-timeout`, `rpc-auth`,
   * `rpc-warmup` (the node starts), `rpc-busy` (its queue is full), `rpc-http` (an answer that is not JSON-RPC), or
   * `rpc-error` with the node's own number in `rpcCode`.
   */
  call<T = unknown>(method: string, params?: unknown[]): Promise<T>;
  /** As `call`, and leaves the answer unread for `resultOf`, which another thread may do. */
  ask(method: string, params?: unknown[]): Promise<RpcReply>;
  /** Many calls of one method in one request, for `resultsOf`. */
  askMany(method: string, params: unknown[][]): Promise<RpcReply>;
  close(): void;
}

/** An answer as it came. It has no functions, so that it can be handed to another thread. */
export interface RpcReply {
  method: string;
  status: number;
  bytes: Uint8Array;
  /** Of the node, for errors. */
  where: string;
  /** Ids of the calls: `firstId` and those after it. */
  firstId: number;
  count: number;
}

/** Error number that the node gave, when `error` is its refusal. */
export function rpcCodeOf(error: unknown): number | undefined {
  return (error as { rpcCode?: number }).rpcCode;
}

/** The node's own words, when `error` is its refusal. */
export function rpcTextOf(error: unknown): string {
  return (error as { rpcText?: string }).rpcText ?? 'refused';
}

/** Opens nothing yet. Throws `http-url`. */
export function createRpc(options: RpcOptions): Rpc {
  const { protocol, host } = new URL(options.url);
  const where = `${protocol}//${host}`;
  const usualMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const login = createLogin(options);
  const http = openHttp({
    base: options.url,
    auth: login.text,
    answerMaxBytes: ANSWER_MAX_BYTES,
    maxSockets: MAX_SOCKETS,
  });
  let nextId = 0;

  /** Asks once more with a cookie that the node has written anew. */
  async function post(calls: { method: string; params: unknown[] }[], isList: boolean): Promise<RpcReply> {
    const firstId = nextId + 1;
    nextId += calls.length;
    const bodies = calls.map((one, i) => ({ jsonrpc: '1.0', id: firstId + i, ...one }));
    const body = { type: 'application/json', text: JSON.stringify(isList ? bodies : bodies[0]) };
    const timeoutMs = QUICK.has(calls[0].method) ? Math.min(usualMs, QUICK_TIMEOUT_MS) : usualMs;
    const send = (): Promise<HttpResponse> => http.request('POST', '', body, timeoutMs).catch(refuse);
    const refuse = (error: HttpError): never => {
      throw unanswered(error.reason, where, timeoutMs);
    };
    login.text(); // throws when there is none
    let answer = await send();
    if (answer.status === UNAUTHORIZED && login.renew()) answer = await send();
    const { status, bytes } = answer;
    return { method: calls[0].method, status, bytes, where, firstId, count: calls.length };
  }

  const ask = (method: string, params: unknown[] = []): Promise<RpcReply> => post([{ method, params }], false);
  return {
    ask,
    call: async <T>(method: string, params?: unknown[]) => resultOf<T>(await ask(method, params)),
    askMany: (method, params) =>
      post(
        params.map((one) => ({ method, params: one })),
        true,
      ),
    close: () => http.close(),
  };
}

/** What the node returned. Throws as `Rpc.call` does. */
export function resultOf<T>(reply: RpcReply): T {
  const { method, where } = reply;
  const { result, error } = parse(reply);
  if (error?.code === RPC_IN_WARMUP)
    throw fail('rpc-warmup', `the node at ${where} is starting (${error.message}): it is asked again`);
  if (error)
    throw Object.assign(fail('rpc-error', `${method}: ${error.message}`), {
      rpcCode: error.code,
      rpcText: error.message,
    });
  return result as T;
}

/** What the node returned to each of many calls, in order; undefined for one that it refused. Throws `rpc-http`. */
export function resultsOf<T>({ status, bytes, where, firstId, count }: RpcReply): (T | undefined)[] {
  const parsed: unknown = status === 200 ? JSON.parse(textOf(bytes)) : undefined;
  if (!Array.isArray(parsed)) throw fail('rpc-http', `the node at ${where} does not take calls by the list`);
  const byId = new Map((parsed as (RpcAnswer & { id: number })[]).map((one) => [one.id, one]));
  return Array.from({ length: count }, (_, i) => {
    const one = byId.get(firstId + i);
    return one && !one.error ? (one.result as T) : undefined;
  });
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

interface Login {
  /** `user:password`. Throws `rpc-auth` when there is no cookie file. */
  text(): string;
  /** Reads the cookie file again; true when another cookie is in it. */
  renew(): boolean;
}

function createLogin({ user = '', password = '', cookieFile }: RpcEndpoint): Login {
  if (cookieFile === undefined) return { text: () => `${user}:${password}`, renew: () => false };
  let cookie: string | undefined;
  const read = (): string => {
    try {
      return readFileSync(cookieFile, 'utf8').trim();
    } catch {
      throw fail(
        'rpc-auth',
        `cannot read the node's cookie file ${cookieFile}: is the node up, and is the path right?`,
      );
    }
  };
  return {
    text: () => (cookie ??= read()),
    renew() {
      const before = cookie;
      cookie = read();
      return cookie !== before;
    },
  };
}

function unanswered(reason: string, where: string, timeoutMs: number): Error {
  if (reason === 'timeout') return fail('rpc-timeout', `the node at ${where} did not answer within ${timeoutMs} ms`);
  if (reason === 'too-large') return fail('rpc-http', `the node at ${where} sent too much`);
  return fail('rpc-unreachable', `no node answers at ${where} (${reason})`);
}

interface RpcAnswer {
  result?: unknown;
  error?: { code: number; message: string } | null;
}

function parse({ status, bytes, where }: RpcReply): RpcAnswer {
  if (status === UNAUTHORIZED || status === FORBIDDEN)
    throw fail('rpc-auth', `the node at ${where} refuses the user, the password or the call (HTTP ${status})`);
  if (status === UNAVAILABLE) throw fail('rpc-busy', `the node at ${where} has too much to do: it is asked again`);
  try {
    const parsed: unknown = JSON.parse(textOf(bytes));
    if (typeof parsed === 'object' && parsed !== null && ('result' in parsed || 'error' in parsed))
      return parsed as RpcAnswer;
  } catch {
    // reported below
  }
  throw fail('rpc-http', `the node at ${where} answered HTTP ${status} without JSON-RPC`);
}
