// The customer's reference website: a shop that takes and pays bitcoin through V. Spec: docs/http-api.md
// "The website's side, polled by V". Assembles the parts; what each end point does is in open-routes.ts (V) and
// shop-routes.ts (the customer's own programs).

import { createHash, timingSafeEqual } from 'node:crypto';
import fastify, { type FastifyInstance } from 'fastify';
import { HOUR_MS, MINUTE_MS } from '../../protocol/time';
import { fail } from '../../protocol/errors';
import { createLog, type Log } from '../kit/log';
import { repeat, type Repeater } from '../kit/repeat';
import { httpClient } from '../v1';
import { refreshAttestations } from './batches';
import type { WebsiteContext } from './context';
import { readBalances } from './deposits';
import { openRoutes } from './open-routes';
import { loginPage, shopPage } from './page';
import { shopRoutes } from './shop-routes';
import { openStore } from './store';
import type { Website, WebsiteOptions } from './types';
import { sealLeftovers } from './withdrawals';

export * from './types';

const STATUS_OF: Record<string, number> = {
  'bad-parameter': 400,
  'idempotency-conflict': 409,
  'numbers-used-up': 409,
  'batch-known': 409,
  'batch-overlap': 409,
  'api-failed': 502,
  'batch-form': 502,
  'http-network': 502,
};
/** Pauses between looks for attestations that HSM-Cold had not made yet; each call costs the customer. */
const ATTESTATION_FIRST_MS = MINUTE_MS;
const ATTESTATION_LAST_MS = HOUR_MS;
const HEADERS = {
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};

/** Starts the website on 127.0.0.1. Throws `website-options`, `website-port` (busy), `sql-file`. */
export async function startWebsite(options: WebsiteOptions): Promise<Website> {
  if (options.password === '') throw fail('website-options', 'an empty password would leave withdrawals unencrypted');
  if (options.token === '' || options.adminToken === '')
    throw fail('website-options', 'token and adminToken are needed');
  const store = openStore(options.file);
  const context: WebsiteContext = {
    runtime: options.runtime,
    store,
    password: options.password,
    api: {
      hot: httpClient(options.apiUrl, options.apiTokens.hot),
      cold: httpClient(options.apiUrl, options.apiTokens.cold),
    },
    account: options.attestation,
    confirmations: options.confirmations ?? 3,
    expectAttestations() {},
    log: openLog(options),
  };
  const app = fastify({ logger: false, bodyLimit: 65536, forceCloseConnections: true });
  prepare(app);
  const isAdmin = tokenTest(options.adminToken);
  app.register(async (scope) => {
    scope.addHook('onRequest', guard(tokenTest(options.token)));
    openRoutes(scope, context);
  });
  app.register(async (scope) => {
    scope.addHook('onRequest', guard(isAdmin));
    shopRoutes(scope, context);
  });
  pageRoutes(app, context, isAdmin);
  await options.runtime.track(sealLeftovers(context));
  let url: string;
  try {
    url = await app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
  } catch (error) {
    store.close();
    throw fail('website-port', 'cannot listen on port ' + options.port + ': ' + (error as Error).message);
  }
  const attestations = repeatAttestations(context);
  return {
    url,
    async close() {
      await attestations.close();
      await app.close();
      context.api.hot.close();
      context.api.cold.close();
      store.close();
    },
  };
}

function openLog(options: WebsiteOptions): Log {
  const { runtime, onEvent: listener, token, password, adminToken, apiTokens } = options;
  const secrets = [token, password, adminToken, ...Object.values(apiTokens)];
  return createLog({ runtime, who: 'website', listener, secrets });
}

/** Looks for attestations that were not made yet, with growing pauses; `expectAttestations` starts them anew. */
function repeatAttestations(context: WebsiteContext): Repeater {
  let pauseMs = ATTESTATION_FIRST_MS;
  const repeater = repeat(
    context.runtime,
    () => pauseMs,
    async () => {
      pauseMs = Math.min(pauseMs * 2, ATTESTATION_LAST_MS);
      await refreshAttestations(context).catch((error: { code?: string }) =>
        context.log.warn('attestations: ' + (error.code ?? 'internal error')),
      );
    },
  );
  context.expectAttestations = () => {
    pauseMs = ATTESTATION_FIRST_MS;
    repeater.poke();
  };
  return repeater;
}

function prepare(app: FastifyInstance): void {
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(body as string))),
  );
  app.setErrorHandler((error: { code?: string; statusCode?: number; message: string }, _request, reply) => {
    const status = STATUS_OF[error.code ?? ''] ?? (error.statusCode && error.statusCode < 500 ? error.statusCode : 500);
    reply
      .code(status)
      .send({ code: error.code ?? 'internal', message: status === 500 ? 'internal error' : error.message });
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ code: 'not-found', message: 'no such path' }));
  app.addHook('onSend', async (_request, reply) => void reply.headers(HEADERS));
}

function pageRoutes(app: FastifyInstance, context: WebsiteContext, isAdmin: (token: unknown) => boolean): void {
  app.get('/', async (request, reply) => {
    reply.type('text/html; charset=utf-8');
    const cookie = /(?:^|; )shop=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
    const query = (request.query as { token?: string }).token;
    const given = request.headers.token ?? query ?? (cookie && decodeURIComponent(cookie));
    if (!isAdmin(given)) return reply.code(given ? 401 : 200).send(loginPage());
    return shopPage(context, await context.runtime.track(readBalances(context)));
  });
  app.post('/login', async (request, reply) => {
    const token = (request.body as { token?: string } | undefined)?.token;
    if (!isAdmin(token)) return reply.code(401).type('text/html; charset=utf-8').send(loginPage());
    return reply
      .header('set-cookie', `shop=${encodeURIComponent(token as string)}; HttpOnly; SameSite=Strict; Path=/`)
      .redirect('/', 303);
  });
}

/** Compares in constant time. */
function tokenTest(token: string): (given: unknown) => boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const expected = digest(token);
  return (given) => typeof given === 'string' && timingSafeEqual(digest(given), expected);
}

function guard(isGood: (token: unknown) => boolean) {
  return async (
    request: { headers: Record<string, unknown> },
    reply: { code(status: number): { send(body: object): unknown } },
  ) => {
    if (!isGood(request.headers.token)) return reply.code(401).send({ code: 2, message: 'token is missing or wrong' });
  };
}
