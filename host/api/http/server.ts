// The HTTP server under the API's calls: limits, form bodies, request ids, and how an error is answered. What the
// framework and Node's parser refuse has the published form too.

import type { Socket } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { API_ERRORS, apiFail, isApiError, type ApiError, type ApiErrorName } from './errors';
import { parseForm } from './form';

const MAX_BODY_BYTES = 1024 * 1024;
/** Wall-clock time that a caller may take to send a request. */
const REQUEST_LIMIT_MS = 30_000;
/** Longer than a proxy's own limit, so that a kept connection is not closed under its next request. */
const SOCKET_IDLE_MS = 72_000;
const MAX_PARAM_CHARS = 300;
/** After which a call that found the node or the database away may come again. */
const RETRY_LATER_S = 5;
const REQUEST_ID_HEADER = 'x-request-id';
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** Keyword of calls/call.ts Decimal: a text that is an integer within both bounds. */
const DECIMAL = {
  keyword: 'decimal',
  type: 'string' as const,
  validate: ([min, max]: [number, number], text: string): boolean =>
    /^(0|[1-9][0-9]{0,15})$/.test(text) && Number(text) >= min && Number(text) <= max,
};

export interface ServerOptions {
  /** Begins every request id that a caller did not give. */
  idPrefix: string;
  /** Is notified of errors that are no caller's, with the request's id. */
  onFault(error: Error & { code?: string }, requestId: string): void;
  requestLimitMs?: number;
  /** How often Node looks for requests that are late. */
  checkRequestsMs?: number;
}

export function createServer({
  idPrefix,
  onFault,
  requestLimitMs = REQUEST_LIMIT_MS,
  checkRequestsMs,
}: ServerOptions): FastifyInstance {
  let requests = 0;
  const server = Fastify({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    requestTimeout: requestLimitMs,
    connectionTimeout: 0,
    ...(checkRequestsMs !== undefined && { http: { connectionsCheckingInterval: checkRequestsMs } }),
    keepAliveTimeout: SOCKET_IDLE_MS,
    genReqId: (request) => {
      const given = request.headers[REQUEST_ID_HEADER];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : idPrefix + (++requests).toString(36);
    },
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, keywords: [DECIMAL] } },
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MAX_PARAM_CHARS },
    frameworkErrors: (error, request, reply) => sendError(reply as FastifyReply, request as FastifyRequest, error),
    clientErrorHandler: refuseBytes,
  });
  server.server.headersTimeout = requestLimitMs;
  server.removeContentTypeParser('text/plain');
  server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, parseForm(body as string));
    } catch (error) {
      done(error as Error);
    }
  });
  server.addHook('onRequest', (request, reply, done) => {
    reply.header(REQUEST_ID_HEADER, request.id);
    done();
  });

  function sendError(reply: FastifyReply, request: FastifyRequest, error: ServerError): void {
    const { refusal, isFault } = refusalOf(error);
    if (isFault) onFault(error, request.id);
    const retryAfterS = refusal.retryAfterS ?? (refusal.apiStatus === API_ERRORS.stopping.status ? RETRY_LATER_S : 0);
    if (retryAfterS > 0) reply.header('retry-after', String(retryAfterS));
    reply.code(refusal.apiStatus).type('application/json; charset=utf-8').send(bodyOf(refusal));
  }

  server.setErrorHandler((error, request, reply) => sendError(reply, request, error as ServerError));
  return server;
}

type ServerError = Error & { statusCode?: number; code?: string };

/** Fastify's refusal → ours. Others below 500 are of number 2, under their own status. */
const FRAMEWORK_ERRORS: Record<string, ApiErrorName> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'bad-media-type',
  FST_ERR_MAX_PARAM_LENGTH: 'not-found',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'bad-parameter',
};

/** How an error is answered, and whether it is the API's own fault. */
function refusalOf(error: ServerError): { refusal: ApiError; isFault: boolean } {
  if (isApiError(error)) return { refusal: error, isFault: false };
  if (error.code?.startsWith('rpc-'))
    return {
      refusal: apiFail('chain-unreachable', 'the bitcoin node does not answer, try again'),
      isFault: false,
    };
  if (error.code === 'db-lost')
    return { refusal: apiFail('database-unreachable', 'the database does not answer, try again'), isFault: false };
  const known = FRAMEWORK_ERRORS[error.code ?? ''];
  if (known) return { refusal: apiFail(known, error.message), isFault: false };
  const isCallers = error.statusCode !== undefined && error.statusCode < 500;
  if (isCallers) return { refusal: apiFail('bad-parameter', error.message), isFault: false };
  return { refusal: apiFail('internal', 'internal error'), isFault: true };
}

function bodyOf({ apiNumber, apiText }: ApiError): string {
  return JSON.stringify({ code: apiNumber, message: apiText });
}

/** Bytes that are no HTTP request, or come too slowly: answered as far as the connection takes an answer. */
function refuseBytes(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy();
  const name: ApiErrorName =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? 'slow-request'
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? 'large-head'
        : 'bad-parameter';
  const refusal = apiFail(name, name === 'bad-parameter' ? 'not an HTTP request' : API_ERRORS[name].meaning);
  const body = bodyOf(refusal);
  socket.end(
    `HTTP/1.1 ${refusal.apiStatus} ${name}\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
