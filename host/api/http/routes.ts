// All routes of the API: each group of calls with its guard and its handlers.

import type { FastifyInstance } from 'fastify';
import { CALL_GROUPS } from '../calls';
import { ADMIN, ADMIN_CALLS } from '../calls/admin';
import type { Call } from '../calls/call';
import { GATEWAY, GATEWAY_CALLS } from '../calls/gateway';
import { OPEN, OPEN_CALLS } from '../calls/open';
import { OPERATE, OPERATE_CALLS } from '../calls/operate';
import type { Context } from '../context';
import type { Metrics } from '../operate/collect';
import { operateGuard, operateHandlers } from '../operate/handlers';
import type { Counters } from '../operate/samples';
import type { UrlRule } from '../operate/webhooks/url';
import { refuseResult } from '../payments/jobs';
import { accountGuard, roleGuard, type RoleTokens } from './guards';
import { openHandlers } from './open-handlers';
import { adminHandlers, gatewayHandlers, idOf, type JobsDuty } from './platform-handlers';
import type { RateLimit } from './rate-limit';
import { addCalls, refuseOthers } from './register';

export interface RouteOptions {
  context: Context;
  limit: RateLimit;
  /** Of the platform's people. */
  tokens: RoleTokens;
  gatewayToken: string;
  metrics: Metrics;
  urlRule: UrlRule;
  jobs: JobsDuty;
  /** Messages of webhooks may be due. */
  notifyWebhooks(): void;
  isStopping(): boolean;
}

export function addRoutes(server: FastifyInstance, options: RouteOptions): void {
  const { context, limit, tokens, metrics } = options;
  const onAnswer = counting(metrics.counters);
  addCalls(server, { ...OPEN, calls: OPEN_CALLS }, openHandlers(context), {
    guard: accountGuard(context.callers, limit),
    onAnswer,
  });
  addCalls(server, { ...GATEWAY, calls: GATEWAY_CALLS }, gatewayHandlers(context, options.jobs), {
    guard: roleGuard({ gateway: options.gatewayToken }),
    onBadBody: async (_call, { id }) => refuseResult(context, idOf(id) ?? 0),
    onAnswer,
  });
  addCalls(server, { ...ADMIN, calls: ADMIN_CALLS }, adminHandlers(context, options.urlRule, options.notifyWebhooks), {
    guard: roleGuard(tokens),
    onAnswer,
  });
  addCalls(server, { ...OPERATE, calls: OPERATE_CALLS }, operateHandlers(context, metrics, options.isStopping), {
    guard: operateGuard(tokens),
  });
  refuseOthers(server, CALL_GROUPS);
}

function counting(counters: Counters): (name: string, call: Call, status: number, seconds: number) => void {
  return (call, _declared, status, seconds) => {
    counters.add('chaincloud_http_requests_total', { call, code: String(status) });
    counters.observe('chaincloud_http_request_duration_seconds', { call }, seconds);
  };
}
