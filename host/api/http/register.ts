// Makes the routes of declared calls: who may call is asked before any body is read, then path, query and body are held
// to their schemas, then the handler runs.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { BodyOf, Call, CallGroup, FormOf, ParamsOf, QueryOf, ReplyOf } from '../calls/call';
import { aForm } from './form';

/** What a handler gets: `caller` is what the group's guard found. */
export interface Given<C extends Call, Caller> {
  caller: Caller;
  params: ParamsOf<C>;
  query: QueryOf<C>;
  form: FormOf<C>;
  body: BodyOf<C>;
  reply: FastifyReply;
}

export type Handler<C extends Call, Caller> = (given: Given<C, Caller>) => Promise<ReplyOf<C>>;
export type Handlers<Calls extends Record<string, Call>, Caller> = {
  [name in keyof Calls]: Handler<Calls[name], Caller>;
};

export interface GroupOptions<Caller> {
  /** Throws unless the request may make the call. */
  guard(request: FastifyRequest, call: Call): Promise<Caller>;
  /** Is notified of a body that is not as declared, before it is refused. */
  onBadBody?(call: Call, params: Record<string, string>): Promise<void>;
}

/** A send request is some two thousand characters. */
const BODY_MAX_BYTES = 64 * 1024;
/** A gateway's result holds up to a hundred signatures; an account's file two extended keys. */
const JSON_MAX_BYTES = 1024 * 1024;

export function addCalls<Calls extends Record<string, Call>, Caller>(
  server: FastifyInstance,
  group: CallGroup & { calls: Calls },
  handlers: Handlers<Calls, Caller>,
  options: GroupOptions<Caller>,
): void {
  const callers = new WeakMap<FastifyRequest, Caller>();
  for (const [name, call] of Object.entries(group.calls)) {
    const handler = handlers[name] as Handler<Call, Caller>;
    for (const base of group.bases) {
      server.route({
        method: call.method,
        url: base + call.path,
        bodyLimit: call.bodyMaxBytes ?? (call.form ? BODY_MAX_BYTES : JSON_MAX_BYTES),
        schema: schemaOf(call),
        attachValidation: true,
        onRequest: async (request) => void callers.set(request, await options.guard(request, call)),
        preValidation: async (request) => {
          if (call.form) request.body = aForm(request.body);
        },
        handler: async (request, reply) => {
          if (request.validationError) {
            const params = request.params as Record<string, string>;
            if (request.validationError.validationContext === 'body') await options.onBadBody?.(call, params);
            throw request.validationError;
          }
          return handler({
            caller: callers.get(request) as Caller,
            params: request.params as never,
            query: request.query as never,
            form: request.body as never,
            body: request.body,
            reply,
          });
        },
      });
    }
  }
}

function schemaOf(call: Call): { params?: object; querystring?: object; body?: object } {
  const schema: { params?: object; querystring?: object; body?: object } = {};
  if (call.params) schema.params = call.params;
  if (call.query) schema.querystring = call.query;
  if (call.form ?? call.body) schema.body = call.form ?? call.body;
  return schema;
}
