// What the gateway's and the platform admin's calls do. Their shapes: calls/gateway.ts, calls/admin.ts.

import { SIDE_COLD, SIDE_HOT } from '../../../protocol/wire';
import { register } from '../accounts/accounts';
import type { ADMIN_CALLS } from '../calls/admin';
import type { ReplyOf, Role } from '../calls/call';
import type { GATEWAY_CALLS } from '../calls/gateway';
import { timeText, type Context } from '../context';
import { finishJob, nextJob } from '../payments/jobs';
import { giveUp } from '../payments/requests';
import { statement, statementCsv } from '../report';
import { apiFail } from './errors';
import { aMoment, csvReply } from './open-handlers';
import type { Handlers } from './register';

/** Id of a path, or undefined for a text that no row has as its id. */
export function idOf(text: string): number | undefined {
  return /^[1-9][0-9]{0,14}$/.test(text) ? Number(text) : undefined;
}

/** `afterJob`: what a finished job made possible. */
export function gatewayHandlers(context: Context, afterJob: () => Promise<void>): Handlers<typeof GATEWAY_CALLS, Role> {
  return {
    next: async () => ({ job: await nextJob(context) }),
    async result({ params, body }) {
      const id = idOf(params.id);
      if (id === undefined) throw apiFail('not-found', 'no job has this id');
      await finishJob(context, id, body);
      await afterJob();
      return { result: true };
    },
  };
}

interface StatusRow {
  side: number;
  state: string;
  answer: string | null;
  last_failure: string | null;
  created_at: number;
}

export function adminHandlers(context: Context): Handlers<typeof ADMIN_CALLS, Role> {
  const { db } = context;
  return {
    registerAccount: ({ body }) => register(context, body),
    listAccounts: () =>
      db.all('SELECT account, user_id, user_name, script, identity, registered_at FROM accounts ORDER BY account'),
    listRequests: () =>
      db.all(
        `SELECT r.id, r.account, r.user_tx_no, r.outs, r.state, r.reason, r.tx_hash, r.requested_at,
           j.tries, j.last_failure
         FROM requests r LEFT JOIN jobs j ON j.request_id = r.id ORDER BY r.id DESC LIMIT 200`,
      ),
    async giveUpRequest({ params }) {
      const id = idOf(params.id);
      if (id === undefined || !(await giveUp(context, id)))
        throw apiFail('not-found', 'no request without a signature has this id');
      return { result: true };
    },
    async askDevices() {
      const nowMs = context.runtime.nowMs();
      for (const side of [SIDE_HOT, SIDE_COLD])
        await db.run(
          "INSERT INTO jobs (kind, side, state, not_before, created_at) VALUES ('status', ?, 'open', ?, ?)",
          [side, nowMs, nowMs],
        );
      context.jobAdded();
      return { result: true };
    },
    listDevices: async () => ({ hot: await lastStatus(context, SIDE_HOT), cold: await lastStatus(context, SIDE_COLD) }),
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
  };
}

async function lastStatus({ db }: Context, side: number): Promise<ReplyOf<typeof ADMIN_CALLS.listDevices>['hot']> {
  const row = await db.get<StatusRow>(
    "SELECT * FROM jobs WHERE kind = 'status' AND side = ? ORDER BY id DESC LIMIT 1",
    [side],
  );
  if (!row) return null;
  return {
    asked_at: timeText(row.created_at),
    state: row.state,
    status: row.answer === null ? null : (JSON.parse(row.answer) as unknown),
    failure: row.last_failure,
  };
}
