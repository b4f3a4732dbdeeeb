// The HTTP server under the API's calls: limits, form bodies, and how an error is answered.

import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { apiFail, isApiError } from './errors';
import { parseForm } from './form';

const MAX_BODY_BYTES = 1024 * 1024;
/** Wall-clock time that a caller may take to send a request. */
const REQUEST_LIMIT_MS = 30_000;
const MAX_PARAM_CHARS = 300;

/** Keyword of calls/call.ts Decimal: a text that is an integer within both bounds. */
const DECIMAL = {
  keyword: 'decimal',
  type: 'string' as const,
  validate: ([min, max]: [number, number], text: string): boolean =>
    /^(0|[1-9][0-9]{0,15})$/.test(text) && Number(text) >= min && Number(text) <= max,
};

export function createServer(): FastifyInstance {
  const server = Fastify({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    forceCloseConnections: true,
    requestTimeout: REQUEST_LIMIT_MS,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, keywords: [DECIMAL] } },
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MAX_PARAM_CHARS },
  });
  server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, parseForm(body as string));
    } catch (error) {
      done(error as Error);
    }
  });
  server.setNotFoundHandler((_request, reply) => void sendError(reply, apiFail('not-found', 'no such call')));
  server.setErrorHandler((error, _request, reply) => sendError(reply, error as ServerError));
  return server;
}

type ServerError = Error & { statusCode?: number; code?: string };

/** Fastify's own refusals of a request (too large, no JSON, not as declared) keep their status under number 2. */
function sendError(reply: FastifyReply, error: ServerError): FastifyReply {
  if (error.code?.startsWith('rpc-'))
    return sendError(reply, apiFail('chain-unreachable', 'the bitcoin node does not answer, try again'));
  if (isApiError(error)) return reply.code(error.apiStatus).send({ code: error.apiNumber, message: error.apiText });
  const isCallers = error.statusCode !== undefined && error.statusCode < 500;
  if (!isCallers) return sendError(reply, apiFail('internal', 'internal error'));
  return reply.code(error.statusCode as number).send({ code: BAD_PARAMETER, message: error.message });
}

const BAD_PARAMETER = apiFail('bad-parameter', '').apiNumber;
