// JSON-RPC client for a Bitcoin Core-compatible node: one call at a time each, typed errors, a wall-clock limit.
// No retry here: callers poll. The password never appears in an error.

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

/** Where a Bitcoin Core-compatible JSON-RPC server listens and who may speak to it. */
export interface RpcEndpoint {
  url: string;
  user: string;
  password: string;
}

export interface RpcOptions extends RpcEndpoint {
  /** Wall-clock limit of one call, milliseconds. */
  timeoutMs?: number;
}

export interface Rpc {
  /**
   * One JSON-RPC call. Throws a CodedError: `rpc-unreachable` (no answer, refused, cut), `rpc-timeout`, `rpc-auth`,
   * `rpc-http` (an answer that is not JSON-RPC), or `rpc-error` with the node's own number in `rpcCode`.
   */
  call<T = unknown>(method: string, params?: unknown[]): Promise<T>;
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
  const http = openHttp({
    base: options.url,
    auth: `${options.user}:${options.password}`,
    timeoutMs,
    answerMaxBytes: ANSWER_MAX_BYTES,
    maxSockets: MAX_SOCKETS,
  });
  let nextId = 0;
  return {
    async call<T>(method: string, params: unknown[] = []): Promise<T> {
      const text = JSON.stringify({ jsonrpc: '1.0', id: ++nextId, method, params });
      const answer = await http.request('POST', '', { type: 'application/json', text }).catch((error: HttpError) => {
        throw unanswered(error.reason, where, timeoutMs);
      });
      const { result, error } = parse(answer, where);
      if (error)
        throw Object.assign(fail('rpc-error', `${method}: ${error.message}`), {
          rpcCode: error.code,
          rpcText: error.message,
        });
      return result as T;
    },
    close: () => http.close(),
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
  if (status === 401 || status === 403) throw fail('rpc-auth', `the node at ${where} refuses the user or password`);
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && ('result' in parsed || 'error' in parsed))
      return parsed as RpcAnswer;
  } catch {
    // reported below
  }
  throw fail('rpc-http', `the node at ${where} answered HTTP ${status} without JSON-RPC`);
}
