// Calls of the platform's own programs: the gateway that fetches jobs, and the admin. Never offered to the internet:
// the tokens here are the platform's.

import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { INPUTS_MAX } from '../../../protocol/wire';
import type { JobResult } from '../../gateway/types';
import { statement, statementCsv } from '../report';
import { register } from '../accounts/accounts';
import { timeText, type Context } from '../context';
import { apiFail } from './errors';
import { finishJob, nextJob, refuseResult } from '../payments/jobs';
import { giveUp } from '../payments/requests';

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Throws `bad-token` unless the header carries `expected`. */
function aToken(request: FastifyRequest, expected: string): void {
  const given = request.headers.token;
  if (typeof given !== 'string' || !timingSafeEqual(digest(given), digest(expected)))
    throw apiFail('bad-token', 'header token is missing or wrong');
}

/** Undefined unless the gateway's answer has the shape of one. */
function aJobResult(body: unknown): JobResult | undefined {
  const result = (body ?? {}) as Record<string, unknown>;
  const isText = (value: unknown): boolean => value === undefined || (typeof value === 'string' && value.length <= 256);
  if (result.ok === true) {
    const list = result.signatures;
    if (
      (list === undefined || (Array.isArray(list) && list.length <= INPUTS_MAX && list.every(isText))) &&
      isText(result.digest) &&
      isText(result.signature)
    )
      return result as JobResult;
  }
  if (result.ok === false) {
    const { refusal, failure } = result as {
      refusal?: { code?: unknown; tag?: unknown };
      failure?: { code?: unknown };
    };
    if (typeof refusal?.code === 'number' && typeof refusal.tag === 'string') return result as JobResult;
    if (typeof failure?.code === 'string' && failure.code.length <= 64) return result as JobResult;
  }
  return undefined;
}

/** Asks for the token before any body is read. */
function guardedBy(token: string): { onRequest: (request: FastifyRequest) => Promise<void> } {
  return { onRequest: async (request) => aToken(request, token) };
}

export function addGatewayRoutes(
  server: FastifyInstance,
  context: Context,
  gatewayToken: string,
  afterJob: () => Promise<void>,
): void {
  const guard = guardedBy(gatewayToken);
  server.post('/api/v1/gateway/next', guard, async () => {
    return { job: await nextJob(context) };
  });
  server.post<{ Params: { id: string } }>('/api/v1/gateway/jobs/:id/result', guard, async (request) => {
    if (!/^[1-9][0-9]{0,14}$/.test(request.params.id)) throw apiFail('not-found', 'no job has this id');
    const id = Number(request.params.id);
    const result = aJobResult(request.body);
    if (!result) {
      await refuseResult(context, id);
      throw apiFail('bad-parameter', 'expected the result of a job');
    }
    await finishJob(context, id, result);
    await afterJob();
    return { result: true };
  });
}

interface StatusRow {
  side: number;
  state: string;
  answer: string | null;
  last_failure: string | null;
  created_at: number;
}

export function addAdminRoutes(server: FastifyInstance, context: Context, adminToken: string): void {
  const { db, runtime } = context;
  const guard = guardedBy(adminToken);
  server.post('/api/v1/admin/accounts', guard, async (request) => {
    return register(context, (request.body ?? {}) as object);
  });
  server.get('/api/v1/admin/accounts', guard, async () => {
    return db.all('SELECT account, user_id, user_name, script, identity, registered_at FROM accounts ORDER BY account');
  });
  server.get('/api/v1/admin/requests', guard, async () => {
    return db.all(`SELECT r.id, r.account, r.user_tx_no, r.outs, r.state, r.reason, r.tx_hash, r.requested_at, j.tries, j.last_failure
      FROM requests r LEFT JOIN jobs j ON j.request_id = r.id ORDER BY r.id DESC LIMIT 200`);
  });
  server.post<{ Params: { id: string } }>('/api/v1/admin/requests/:id/give-up', guard, async (request) => {
    if (!/^[1-9][0-9]{0,14}$/.test(request.params.id) || !(await giveUp(context, Number(request.params.id))))
      throw apiFail('not-found', 'no request without a signature has this id');
    return { result: true };
  });
  server.post('/api/v1/admin/devices', guard, async () => {
    const nowMs = runtime.nowMs();
    for (const side of [1, 2])
      await db.run("INSERT INTO jobs (kind, side, state, not_before, created_at) VALUES ('status', ?, 'open', ?, ?)", [
        side,
        nowMs,
        nowMs,
      ]);
    context.jobAdded();
    return { result: true };
  });
  server.get('/api/v1/admin/devices', guard, async () => {
    const latest = async (side: number): Promise<object | null> => {
      const row = await db.get<StatusRow>(
        "SELECT * FROM jobs WHERE kind = 'status' AND side = ? ORDER BY id DESC LIMIT 1",
        [side],
      );
      return row
        ? {
            asked_at: timeText(row.created_at),
            state: row.state,
            status: row.answer === null ? null : (JSON.parse(row.answer) as unknown),
            failure: row.last_failure,
          }
        : null;
    };
    return { hot: await latest(1), cold: await latest(2) };
  });
  server.get<{ Params: { account: string }; Querystring: { from?: string; to?: string; format?: string } }>(
    '/api/v1/admin/accounts/:account/statement',
    guard,
    async (request, reply) => {
      const account = Number(request.params.account);
      const moment = (text: string | undefined): number | undefined =>
        text === undefined ? undefined : Date.parse(text + 'Z');
      const range = { fromMs: moment(request.query.from) ?? 0, toMs: moment(request.query.to) };
      if (!Number.isInteger(account) || Number.isNaN(range.fromMs) || Number.isNaN(range.toMs ?? 0))
        throw apiFail('bad-parameter', 'account, from and to expected a number and times');
      const made = {
        hot_sending: await statement(db, { account, side: 1, ...range }),
        cold_receiving: await statement(db, { account, side: 2, ...range }),
      };
      if (request.query.format !== 'csv') return made;
      return reply
        .type('text/csv; charset=utf-8')
        .send(statementCsv(made.hot_sending) + statementCsv(made.cold_receiving));
    },
  );
}
