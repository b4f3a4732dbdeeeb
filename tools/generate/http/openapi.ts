/** docs/openapi.json: the HTTP API as OpenAPI 3.1, from its declarations. */
import type { TSchema } from '@sinclair/typebox';
import { CALL_GROUPS } from '../../../host/api/calls';
import type { Call, CallGroup } from '../../../host/api/calls/call';
import { API_ERRORS, COMMON_ERRORS, type ApiErrorName } from '../../../host/api/http/errors';
import type { Product } from '../product';

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
    200: { description: 'done', content: contentOf(call.reply) },
  };
  const names: ApiErrorName[] = [...COMMON_ERRORS, ...(call.errors ?? [])];
  for (const status of [...new Set(names.map((name) => API_ERRORS[name].status))].sort()) {
    const numbers = names.filter((name) => API_ERRORS[name].status === status).map((name) => API_ERRORS[name].number);
    responses[status] = {
      description: names.filter((name) => API_ERRORS[name].status === status).join(', '),
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['code', 'message'],
            properties: { code: { enum: numbers }, message: { type: 'string' } },
          },
        },
      },
    };
  }
  return responses;
}

function contentOf(reply: TSchema): { [type: string]: Json } {
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
    security: [{ [call.who]: [] }],
    parameters: parametersOf(path, call),
    ...(requestBody === undefined ? {} : { requestBody }),
    responses: responsesOf(call),
  };
}

const TOKEN_WORDS = {
  open: "an account's cold receiving or hot sending token",
  hot: "an account's hot sending token",
  cold: "an account's cold receiving token",
  gateway: 'the gateway token',
  admin: 'the admin token',
};

const WORDS =
  'Amounts are satoshi, times UTC. Every call below /api/v1/open stands below /api/v1/open/BTC too, coin in any case.';

export function openApi(): Json {
  const paths: { [path: string]: { [method: string]: Json } } = {};
  for (const group of CALL_GROUPS) {
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

export const openApiFile: Product = {
  file: 'docs/openapi.json',
  make: () => JSON.stringify(openApi(), null, 2) + '\n',
};
