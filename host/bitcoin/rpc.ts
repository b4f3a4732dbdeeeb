// JSON-RPC client for a Bitcoin Core-compatible node: one call at a time each, typed errors, a wall-clock limit.
// No retry here: callers poll. The password never appears in an error.

import { readFileSync } from 'node:fs';
import { fail } from '../../protocol/errors';
import { openHttp, type HttpError, type HttpResponse } from '../kit/http';

const DEFAULT_TIMEOUT_MS = 30_000;
/** A block with verbosity 2 is some tens of megabytes; more than this is not an answer. */
const ANSWER_MAX_BYTES = 256 * 1024 * 1024;
const MAX_SOCKETS = 4;

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
  /** Wall-clock limit of one call, milliseconds. */
  timeoutMs?: number;
}

export interface Rpc {
  /**
   * One JSON-RPC call. Throws a CodedError: `rpc-unreachable` (no answer, refused, cut), `rpc-timeout`, `rpc-auth`,
   * `rpc-warmup` (the node starts), `rpc-busy` (its queue is full), `rpc-http` (an answer that is not JSON-RPC), or
   * `rpc-error` with the node's own number in `rpcCode`.
   */
  call<T = unknown>(method: string, params?: unknown[]): Promise<T>;
  /**
   * Many calls of one method in one request, in their order; undefined for one that the node refuses. Throws as `call`
   * when there is no answer, or none that is a list.
   */
  callMany<T = unknown>(method: string, params: unknown[][]): Promise<(T | undefined)[]>;
  close(): void;
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
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const login = createLogin(options);
  const http = openHttp({
    base: options.url,
    auth: login.text,
    timeoutMs,
    answerMaxBytes: ANSWER_MAX_BYTES,
    maxSockets: MAX_SOCKETS,
  });
  let nextId = 0;

  /** Asks once more with a cookie that the node has written anew. */
  async function post(text: string): Promise<HttpResponse> {
    const body = { type: 'application/json', text };
    const refuse = (error: HttpError): never => {
      throw unanswered(error.reason, where, timeoutMs);
    };
    login.text(); // throws when there is none
    const answer = await http.request('POST', '', body).catch(refuse);
    return answer.status === UNAUTHORIZED && login.renew() ? http.request('POST', '', body).catch(refuse) : answer;
  }

  return {
    async call<T>(method: string, params: unknown[] = []): Promise<T> {
      const answer = await post(JSON.stringify({ jsonrpc: '1.0', id: ++nextId, method, params }));
      const { result, error } = parse(answer, where);
      if (error?.code === RPC_IN_WARMUP)
        throw fail('rpc-warmup', `the node at ${where} is starting (${error.message}): it is asked again`);
      if (error)
        throw Object.assign(fail('rpc-error', `${method}: ${error.message}`), {
          rpcCode: error.code,
          rpcText: error.message,
        });
      return result as T;
    },
    async callMany<T>(method: string, params: unknown[][]): Promise<(T | undefined)[]> {
      const first = nextId + 1;
      nextId += params.length;
      const calls = params.map((one, i) => ({ jsonrpc: '1.0', id: first + i, method, params: one }));
      const answer = await post(JSON.stringify(calls));
      const parsed: unknown = answer.status === 200 ? JSON.parse(answer.text) : undefined;
      if (!Array.isArray(parsed)) throw fail('rpc-http', `the node at ${where} does not take calls by the list`);
      const byId = new Map((parsed as (RpcAnswer & { id: number })[]).map((one) => [one.id, one]));
      return params.map((_, i) => {
        const one = byId.get(first + i);
        return one && !one.error ? (one.result as T) : undefined;
      });
    },
    close: () => http.close(),
  };
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

function parse({ status, text }: HttpResponse, where: string): RpcAnswer {
  if (status === UNAUTHORIZED || status === FORBIDDEN)
    throw fail('rpc-auth', `the node at ${where} refuses the user, the password or the call (HTTP ${status})`);
  if (status === UNAVAILABLE) throw fail('rpc-busy', `the node at ${where} has too much to do: it is asked again`);
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && ('result' in parsed || 'error' in parsed))
      return parsed as RpcAnswer;
  } catch {
    // reported below
  }
  throw fail('rpc-http', `the node at ${where} answered HTTP ${status} without JSON-RPC`);
}
