// The HTTP API as OpenAPI 3.1, from its declarations. Spec: OpenAPI Specification 3.1.0.

import type { TSchema } from '@sinclair/typebox';
import type { Call, CallGroup, Who } from '../calls/call';
import { NotReadyReply } from '../calls/operate';
import { API_ERRORS, type ApiErrorName } from '../http/errors';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** A schema as JSON: our keyword `decimal` becomes a pattern and words. */
function plain(value: unknown): Json {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value as Json;
  const { decimal, ...rest } = value as { decimal?: [number, number]; description?: string };
  const out: { [name: string]: Json } = {};
  for (const [name, each] of Object.entries(rest)) out[name] = plain(each);
  if (!decimal) return out;
  const words = `an integer ${decimal[0]}..${decimal[1]}`;
  return {
    ...out,
    pattern: '^(0|[1-9][0-9]*)$',
    description: rest.description ? `${rest.description}: ${words}` : words,
  };
}

function parametersOf(path: string, call: Call): Json[] {
  const named = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name: name,
    in: 'path',
    required: true,
    schema: plain(call.params?.properties[name] ?? { type: 'string', description: 'BTC' }),
  }));
  const query = Object.entries(call.query?.properties ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: call.query!.required?.includes(name) ?? false,
    schema: plain(schema),
  }));
  return [...named, ...query];
}

function bodyOf(call: Call): Json | undefined {
  if (call.form)
    return {
      required: true,
      content: {
        'application/x-www-form-urlencoded': { schema: plain(call.form) },
        'application/json': { schema: plain(call.form) },
      },
    };
  return call.body ? { required: true, content: { 'application/json': { schema: plain(call.body) } } } : undefined;
}

/** Status → response; errors of one status stand together, told apart by their number. */
function responsesOf(call: Call): Json {
  const responses: { [status: string]: Json } = {
    200: { description: 'done', content: contentOf(call) },
  };
  const names = errorsOf(call);
  for (const status of [...new Set(names.map((name) => API_ERRORS[name].status))].sort()) {
    const numbers = names.filter((name) => API_ERRORS[name].status === status).map((name) => API_ERRORS[name].number);
    responses[status] = {
      description: names.filter((name) => API_ERRORS[name].status === status).join(', '),
      content: {
        'application/json': {
          schema:
            names.includes('not-ready') && status === API_ERRORS['not-ready'].status
              ? plain(NotReadyReply)
              : errorShape(numbers),
        },
      },
    };
  }
  return responses;
}

function errorShape(numbers: number[]): Json {
  return {
    type: 'object',
    required: ['code', 'message'],
    properties: { code: { enum: numbers }, message: { type: 'string' } },
  };
}

/** The refusals that a call may answer. */
export function errorsOf({ who, method, errors = [], form, body, params, query }: Call): ApiErrorName[] {
  const names: ApiErrorName[] = ['internal', ...errors];
  if (method === 'POST' || (params ?? query ?? form ?? body)) names.push('bad-parameter');
  if (who !== 'anybody') names.push('bad-token');
  if (ACCOUNT_ROLES.includes(who)) names.push('rate-limit', 'unknown-coin');
  else if (who !== 'anybody' && who !== 'gateway') names.push('other-role');
  if (method === 'POST') names.push('too-large', 'bad-media-type', 'slow-request');
  return [...new Set(names)];
}

const ACCOUNT_ROLES: readonly Who[] = ['open', 'hot', 'cold'];

function contentOf({ reply, produces }: Call): { [type: string]: Json } {
  if (produces !== undefined) return { [produces.split(';')[0]]: { schema: plain(reply) } };
  const variants = (reply.anyOf as TSchema[] | undefined) ?? [reply];
  const csv = variants.find((each) => each.description === 'text/csv');
  const json = csv ? variants.filter((each) => each !== csv)[0] : reply;
  return {
    'application/json': { schema: plain(json) },
    ...(csv ? { 'text/csv': { schema: { type: 'string' } } } : {}),
  };
}

function operationOf(id: string, path: string, group: CallGroup, call: Call): Json {
  const requestBody = bodyOf(call);
  return {
    operationId: id,
    summary: call.summary,
    tags: [group.title],
    security: call.who === 'anybody' ? [] : [{ [call.who]: [] }],
    parameters: parametersOf(path, call),
    ...(requestBody === undefined ? {} : { requestBody }),
    responses: responsesOf(call),
  };
}

const TOKEN_WORDS: { [who in Exclude<Who, 'anybody'>]: string } = {
  open: "an account's cold receiving or hot sending token",
  hot: "an account's hot sending token",
  cold: "an account's cold receiving token",
  gateway: 'the gateway token',
  admin: 'the admin token',
  operator: 'the operator or the admin token',
  metrics: 'the metrics, operator or admin token; without one in the settings: none, from the same machine',
  backup: 'the backup or the admin token',
};

const WORDS =
  'Amounts are satoshi, times UTC. Every call below /api/v1/open stands below /api/v1/open/BTC too, coin in any case.';

/** Makes the document. Calls with several bases stand under the first one. */
export function openApi(groups: readonly CallGroup[]): Json {
  const paths: { [path: string]: { [method: string]: Json } } = {};
  for (const group of groups) {
    const base = group.bases[0];
    for (const [name, call] of Object.entries(group.calls)) {
      const path = (base + call.path).replace(/:(\w+)/g, '{$1}');
      (paths[path] ??= {})[call.method.toLowerCase()] = operationOf(name, base + call.path, group, call);
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'ChainCloud API', version: '1', description: WORDS },
    paths,
    components: {
      securitySchemes: Object.fromEntries(
        Object.entries(TOKEN_WORDS).map(([who, description]) => [
          who,
          { type: 'apiKey', in: 'header', name: 'token', description },
        ]),
      ),
    },
  };
}
