// What the gateway's and the platform admin's calls do. Their shapes: calls/gateway.ts, calls/admin.ts.

import type { FastifyReply } from 'fastify';
import { SIDE_COLD, SIDE_HOT } from '../../../protocol/wire';
import type { SqlValue } from '../../kit/sql';
import { register, rotateAccountTokens } from '../accounts/accounts';
import { ACCOUNTS_PAGE, REQUESTS_PAGE, type ADMIN_CALLS } from '../calls/admin';
import type { QueryOf, ReplyOf, Role } from '../calls/call';
import type { GATEWAY_CALLS } from '../calls/gateway';
import { MESSAGES_PAGE, type WEBHOOK_CALLS } from '../calls/webhooks';
import { withRequest, type Context } from '../context';
import { backupStream } from '../operate/backup';
import { askDevices, lastDevices } from '../operate/devices';
import { rescanProgress, startRescan } from '../operate/rescan';
import {
  addEndpoint,
  listEndpoints,
  listMessages,
  redeliver,
  removeEndpoint,
  rotateSecret,
} from '../operate/webhooks/endpoints';
import type { UrlRule } from '../operate/webhooks/url';
import { finishJob, nextJob } from '../payments/jobs';
import { endLeases, keepLease, NAMELESS, type Asker } from '../payments/leases';
import { giveUp } from '../payments/requests';
import { statement, statementCsv } from '../report';
import { apiFail } from './errors';
import { aMoment, csvReply } from './open-handlers';
import type { Handlers } from './register';

/** Id of a path, or undefined for a text that no row has as its id. */
export function idOf(text: string): number | undefined {
  return /^[1-9][0-9]{0,14}$/.test(text) ? Number(text) : undefined;
}

/** What the gateway's calls need of the API beside its context. */
export interface JobsDuty {
  /** What a finished job made possible. */
  afterJob(): Promise<void>;
  /** How giving out jobs goes: absent, well. */
  note(error?: unknown): void;
}

export function gatewayHandlers(context: Context, jobs: JobsDuty): Handlers<typeof GATEWAY_CALLS, Role> {
  const askerOf = createAskers(context);
  return {
    async next({ body, reply }) {
      try {
        const job = await nextJob(context, askerOf(body?.gateway, reply));
        jobs.note();
        return { job };
      } catch (error) {
        jobs.note(error);
        throw error;
      }
    },
    async result({ params, body }) {
      const id = idOf(params.id);
      if (id === undefined) throw apiFail('not-found', 'no job has this id');
      await finishJob(context, id, body);
      await jobs.afterJob();
      return { result: true };
    },
    async keep({ params, body, reply }) {
      const id = idOf(params.id);
      if (id === undefined || !(await keepLease(context, id, askerOf(body.gateway, reply))))
        throw apiFail('not-found', 'this gateway has no job with this id');
      return { result: true };
    },
  };
}

/** A connection stands for an asker without a name: one that closes gives its job back. */
function createAskers(context: Context): (name: string | undefined, reply: FastifyReply) => Asker {
  const connections = new WeakMap<object, string>();
  const process = Buffer.from(context.runtime.random(6)).toString('hex');
  let count = 0;
  return (name, reply) => {
    if (name !== undefined) return { name, isNamed: true };
    const { socket } = reply.request.raw;
    let known = connections.get(socket);
    if (known === undefined) {
      const made = (known = `${NAMELESS}${process}-${++count}.`);
      connections.set(socket, made);
      socket.once('close', () => void endLeases(context, made).catch(() => undefined));
    }
    return { name: known, isNamed: false };
  };
}

/** A cursor of a query, or where the first page begins. */
function cursorOf(text: string | undefined, first: number): number {
  return text === undefined ? first : Number(text);
}

/** Says where the next page begins, unless this one was the last. */
function sayNext<T>(reply: FastifyReply, rows: T[], limit: number, cursor: (row: T) => number): T[] {
  if (rows.length > 0 && rows.length === limit) reply.header('next-cursor', String(cursor(rows[rows.length - 1])));
  return rows;
}

function anId(text: string): number {
  return idOf(text) ?? 0;
}

/** `rule`: where webhooks may go. `notify`: messages may be due now. */
export function adminHandlers(context: Context, rule: UrlRule, notify: () => void): Handlers<typeof ADMIN_CALLS, Role> {
  const { db } = context;
  return {
    ...webhookHandlers(context, rule, notify),
    registerAccount: ({ body, requestId }) => register(withRequest(context, requestId), body),
    rotateTokens: ({ params, requestId }) =>
      rotateAccountTokens(withRequest(context, requestId), Number(params.account)),
    listAccounts: ({ query, reply }) => listAccounts(context, query, reply),
    listRequests: ({ query, reply }) => listRequests(context, query, reply),
    async giveUpRequest({ params, requestId }) {
      const id = idOf(params.id);
      if (id === undefined || !(await giveUp(context, id)))
        throw apiFail('not-found', 'no request without a signature has this id');
      context.log.info(`gave up request ${id}`, { request_id: requestId });
      return { result: true };
    },
    async askDevices() {
      await askDevices(context);
      return { result: true };
    },
    listDevices: () => lastDevices(context),
    async rescan({ body: { height, account }, requestId }) {
      await startRescan(withRequest(context, requestId), height, account);
      return { result: true };
    },
    rescanProgress: () => rescanProgress(context),
    async accountStatement({ params, query, reply }) {
      const account = Number(params.account);
      const period = { fromMs: aMoment(query.from, 'from') ?? 0, toMs: aMoment(query.to, 'to') };
      const made = {
        hot_sending: await statement(db, { account, side: SIDE_HOT, ...period }),
        cold_receiving: await statement(db, { account, side: SIDE_COLD, ...period }),
      };
      if (query.format !== 'csv') return made;
      return csvReply(reply, statementCsv(made.hot_sending) + statementCsv(made.cold_receiving));
    },
    async backup({ reply }) {
      reply.header('content-disposition', 'attachment; filename="api.db"');
      return (await backupStream(context)) as unknown as string; // a stream, which Fastify sends as it is
    },
  };
}

async function listAccounts(
  { db }: Context,
  { cursor, limit }: QueryOf<typeof ADMIN_CALLS.listAccounts>,
  reply: FastifyReply,
): Promise<ReplyOf<typeof ADMIN_CALLS.listAccounts>> {
  const rows = Number(limit ?? ACCOUNTS_PAGE);
  const found = await db.all<ReplyOf<typeof ADMIN_CALLS.listAccounts>[number]>(
    `SELECT account, user_id, user_name, script, identity, registered_at, birth_height FROM accounts
     WHERE account > ? ORDER BY account LIMIT ?`,
    [cursorOf(cursor, -1), rows],
  );
  return sayNext(reply, found, rows, ({ account }) => account);
}

async function listRequests(
  { db }: Context,
  { cursor, limit, account, state }: QueryOf<typeof ADMIN_CALLS.listRequests>,
  reply: FastifyReply,
): Promise<ReplyOf<typeof ADMIN_CALLS.listRequests>> {
  const rows = Number(limit ?? REQUESTS_PAGE);
  const values: SqlValue[] = [cursorOf(cursor, Number.MAX_SAFE_INTEGER)];
  let where = 'r.id < ?';
  for (const [column, value] of Object.entries({ account: account && Number(account), state })) {
    if (value === undefined) continue;
    where += ` AND r.${column} = ?`;
    values.push(value);
  }
  const found = await db.all<ReplyOf<typeof ADMIN_CALLS.listRequests>[number]>(
    `SELECT r.id, r.account, r.user_tx_no, r.outs, r.state, r.reason, r.tx_hash, r.requested_at, j.tries, j.last_failure
     FROM requests r LEFT JOIN jobs j ON j.request_id = r.id WHERE ${where} ORDER BY r.id DESC LIMIT ?`,
    [...values, rows],
  );
  return sayNext(reply, found, rows, ({ id }) => id);
}

function webhookHandlers(context: Context, rule: UrlRule, notify: () => void): Handlers<typeof WEBHOOK_CALLS, Role> {
  return {
    addWebhook: ({ body }) => addEndpoint(context, rule, body),
    listWebhooks: () => listEndpoints(context),
    async removeWebhook({ params }) {
      await removeEndpoint(context, anId(params.id));
      return { result: true };
    },
    rotateWebhookSecret: async ({ params }) => ({ secret: await rotateSecret(context, anId(params.id)) }),
    async listWebhookMessages({ params, query, reply }) {
      const below = cursorOf(query.cursor, Number.MAX_SAFE_INTEGER);
      return sayNext(reply, await listMessages(context, anId(params.id), below), MESSAGES_PAGE, ({ id }) => id);
    },
    async redeliverWebhookMessage({ params }) {
      await redeliver(context, anId(params.id));
      notify();
      return { result: true };
    },
  };
}
