// What the calls do that watch the API. Their shapes: calls/operate.ts.

import type { FastifyRequest } from 'fastify';
import type { Call } from '../calls/call';
import { CALL_GROUPS } from '../calls';
import type { OPERATE_CALLS } from '../calls/operate';
import { timeText, type Context } from '../context';
import { API_ERRORS } from '../http/errors';
import { roleGuard, type RoleTokens } from '../http/guards';
import type { Handlers } from '../http/register';
import type { Metrics } from './collect';
import { docsPage, DOCS_POLICY } from './docs-page';
import { createDatabaseWatch, lateDuties } from './health';
import { openApi } from './openapi';

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;
/** Headers by which a proxy says that the caller is another one. */
const PROXY_HEADERS = ['forwarded', 'x-forwarded-for', 'x-real-ip'];

/** Lets anybody in, but to the metrics: with a token where the settings have one, else from this machine alone. */
export function operateGuard(tokens: RoleTokens): (request: FastifyRequest, call: Call) => void {
  const guard = roleGuard(tokens);
  return (request, call) => {
    if (call.who === 'anybody') return;
    const isNear = LOOPBACK.test(request.ip) && !PROXY_HEADERS.some((name) => name in request.headers);
    const { token, authorization } = request.headers;
    if (tokens.metrics === undefined && isNear && token === undefined && authorization === undefined) return;
    guard(request, call);
  };
}

export function operateHandlers(
  context: Context,
  metrics: Metrics,
  isStopping: () => boolean,
): Handlers<typeof OPERATE_CALLS, void> {
  const since = timeText(context.runtime.nowMs());
  const lateDatabase = createDatabaseWatch(context);
  const made: { document?: Buffer; page?: Buffer } = {};
  return {
    live: async () => ({ live: true, since }),
    async ready({ reply }) {
      const late = [...lateDuties(context), ...(await lateDatabase())];
      if (late.length === 0 && !isStopping()) return { ready: true, late: [] };
      const { status, number } = API_ERRORS[isStopping() ? 'stopping' : 'not-ready'];
      const words = late.map((each) => `${each.name} since ${each.since}`);
      const message = isStopping() ? API_ERRORS.stopping.meaning : `late: ${words.join(', ')}`;
      reply.code(status).header('retry-after', '5');
      return { code: number, message, ready: false, late } as never;
    },
    metrics: () => metrics.scrape(),
    openApi: () => (made.document ??= Buffer.from(JSON.stringify(openApi(CALL_GROUPS), null, 2) + '\n')),
    docs({ reply }) {
      reply.header('content-security-policy', DOCS_POLICY);
      return (made.page ??= Buffer.from(docsPage(CALL_GROUPS)));
    },
  };
}
