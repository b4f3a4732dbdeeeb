// Makes the routes of declared calls: who may call is asked before any body is read, then path, query and body are held
// to their schemas, then the handler runs.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { BodyOf, Call, CallGroup, FormOf, ParamsOf, QueryOf, ReplyOf } from '../calls/call';
import { apiFail } from './errors';
import { aForm } from './form';

/** What a handler gets: `caller` is what the group's guard found. */
export interface Given<C extends Call, Caller> {
  caller: Caller;
  requestId: string;
  params: ParamsOf<C>;
  query: QueryOf<C>;
  form: FormOf<C>;
  body: BodyOf<C>;
  reply: FastifyReply;
}

/** A handler's reply may be JSON bytes already. */
export type Handler<C extends Call, Caller> = (
  given: Given<C, Caller>,
) => Promise<ReplyOf<C>> | Buffer | Promise<Buffer>;
export type Handlers<Calls extends Record<string, Call>, Caller> = {
  [name in keyof Calls]: Handler<Calls[name], Caller>;
};

export interface GroupOptions<Caller> {
  /** Throws (or rejects) unless the request may make the call. */
  guard(request: FastifyRequest, call: Call): Caller | Promise<Caller>;
  /** Is notified of a body that is not as declared, before it is refused. */
  onBadBody?(call: Call, params: Record<string, string>): Promise<void>;
  /** Is notified of each answer. */
  onAnswer?(name: string, call: Call, status: number, seconds: number): void;
}

/** A send request is some two thousand characters. */
const BODY_MAX_BYTES = 64 * 1024;
/** A gateway's result holds up to a hundred signatures; an account's file two extended keys. */
const JSON_MAX_BYTES = 1024 * 1024;
const JSON_TYPE = 'application/json; charset=utf-8';

export function addCalls<Calls extends Record<string, Call>, Caller>(
  server: FastifyInstance,
  group: CallGroup & { calls: Calls },
  handlers: Handlers<Calls, Caller>,
  options: GroupOptions<Caller>,
): void {
  const callers = new WeakMap<FastifyRequest, Caller>();
  const { onAnswer } = options;
  for (const [name, call] of Object.entries(group.calls)) {
    const handler = handlers[name] as Handler<Call, Caller>;
    const answer = (request: FastifyRequest, reply: FastifyReply): ReturnType<typeof handler> => {
      const { params, query, body, id: requestId } = request;
      reply.type(call.produces ?? JSON_TYPE);
      return handler({
        caller: callers.get(request) as Caller,
        requestId,
        params: params as never,
        query: query as never,
        form: body as never,
        body,
        reply,
      });
    };
    for (const base of group.bases) {
      server.route({
        method: call.method,
        url: base + call.path,
        bodyLimit: call.bodyMaxBytes ?? (call.form ? BODY_MAX_BYTES : JSON_MAX_BYTES),
        schema: schemaOf(call),
        attachValidation: true,
        onRequest(request, _reply, done) {
          let found: Caller | Promise<Caller>;
          try {
            found = options.guard(request, call);
          } catch (error) {
            return done(error as Error);
          }
          if (!(found instanceof Promise)) return void (callers.set(request, found), done());
          found.then((caller) => void (callers.set(request, caller), done()), done);
        },
        preValidation(request, _reply, done) {
          try {
            if (call.form) request.body = aForm(request.body);
            done();
          } catch (error) {
            done(error as Error);
          }
        },
        handler: (request, reply) =>
          request.validationError ? refuse(request, call, options) : answer(request, reply),
        ...(onAnswer && {
          onResponse(_request, reply, done) {
            onAnswer(name, call, reply.statusCode, reply.elapsedTime / 1000);
            done();
          },
        }),
      });
    }
  }
}

async function refuse<Caller>(request: FastifyRequest, call: Call, options: GroupOptions<Caller>): Promise<never> {
  const { validationError, params } = request;
  if (validationError?.validationContext === 'body') await options.onBadBody?.(call, params as Record<string, string>);
  throw validationError as Error;
}

function schemaOf(call: Call): { params?: object; querystring?: object; body?: object } {
  const schema: { params?: object; querystring?: object; body?: object } = {};
  if (call.params) schema.params = call.params;
  if (call.query) schema.querystring = call.query;
  if (call.form ?? call.body) schema.body = call.form ?? call.body;
  return schema;
}

/** Paths that no call has, and methods that a path does not take. To be called once, after all groups. */
export function refuseOthers(server: FastifyInstance, groups: readonly CallGroup[]): void {
  const declared = groups.flatMap(({ bases, calls }) =>
    bases.flatMap((base) =>
      Object.values(calls).map(({ method, path }) => ({
        method,
        pattern: new RegExp('^' + (base + path).replace(/[.]/g, '\\.').replace(/:\w+/g, '[^/]+') + '/?$', 'i'),
      })),
    ),
  );
  server.setNotFoundHandler((request, reply) => {
    const [path] = request.url.split('?');
    const found = declared.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
    const methods = new Set<string>(found.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])));
    if (methods.size === 0 || methods.has(request.method)) throw apiFail('not-found', 'no such call');
    reply.header('allow', [...methods].join(', '));
    throw apiFail('bad-method', `${path.slice(0, 100)} takes ${[...methods].join(', ')}`);
  });
}
