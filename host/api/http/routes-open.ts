// The open API: the published calls, each with and without a coin segment, and what was added to them. Spec:
// docs/http-api.md.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { statement, statementCsv } from '../report';
import { callerOf, hashOfToken, type Caller } from '../accounts/accounts';
import { batch, history, nextAddress } from '../accounts/addresses';
import { attestation } from '../accounts/attestations';
import { balanceOf } from '../accounts/balance';
import { BATCH_NO_MAX, SIDE_COLD, SIDE_HOT } from '../../../protocol/wire';
import { timeText, type Context } from '../context';
import { apiFail } from './errors';
import { aForm } from './form';
import { aUserTxNo, anInteger } from '../payments/request-fields';
import type { RateLimit } from './rate-limit';
import { accept, statusOf } from '../payments/requests';
import { prepareSweep, submitSweep } from '../payments/sweep';
import { addressTxs, listTxs, txDetail } from '../accounts/transactions';

/** A batch is a thousand derivations: it counts as so many calls. */
const BATCH_COST = 50;
/** A send request is some two thousand characters; a signed PSBT carries whole previous transactions. */
const SMALL_BODY_BYTES = 64 * 1024;
const PSBT_BODY_BYTES = 8 * 1024 * 1024;

type Call = FastifyRequest<{
  Params: Record<string, string>;
  Querystring: Record<string, string | string[] | undefined>;
  Body: unknown;
}>;
type Handler = (caller: Caller, call: Call, reply: FastifyReply) => Promise<unknown>;

interface Route {
  method: 'GET' | 'POST';
  path: string;
  handler: Handler;
  /** The side whose token may call; both when absent. */
  side?: number;
  cost?: number;
  bodyBytes?: number;
}

function queryText(call: Call, name: string): string | undefined {
  const value = call.query[name];
  if (Array.isArray(value)) throw apiFail('bad-parameter', `${name} was given twice`);
  return value === '' ? undefined : value;
}

function aTxHash(value: string): string {
  if (!/^[0-9a-fA-F]{64}$/.test(value)) throw apiFail('bad-parameter', 'tx_hash expected 64 hex digits');
  return value.toLowerCase();
}

function aMoment(value: string | undefined, name: string): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(value) ? Date.parse(value + 'Z') : NaN;
  if (Number.isNaN(ms)) throw apiFail('bad-parameter', `${name} expected YYYY-MM-DDTHH:MM:SS, UTC`);
  return ms;
}

function openRoutes(context: Context): Route[] {
  const { db, runtime } = context;
  const viewer = ({ row, side }: Caller): { db: typeof db; account: number; side: number } => ({
    db,
    account: row.account,
    side,
  });
  const batchNo = (call: Call): number => anInteger(call.params.batch_no, 'batch_no', { min: 0, max: BATCH_NO_MAX });
  return [
    {
      method: 'GET',
      path: '/time',
      handler: async () => ({ time: new Date(runtime.nowMs()).toISOString().slice(0, 23) + '000' }),
    },
    { method: 'GET', path: '/user', handler: (caller) => user(context, caller) },
    {
      method: 'GET',
      path: '/address/batch/:batch_no',
      cost: BATCH_COST,
      handler: ({ row, side }, call) => batch(context, row, side, batchNo(call)),
    },
    {
      method: 'GET',
      path: '/address/batch/:batch_no/attestation',
      cost: BATCH_COST,
      handler: ({ row, side }, call) => attestation(context, row, side, batchNo(call)),
    },
    {
      method: 'GET',
      path: '/address/history/:path',
      handler: ({ row, side }, call) =>
        history(
          context,
          { row, side, chain: anInteger(call.params.path, 'path', { min: 0, max: 1 }) },
          queryText(call, 'since_address'),
        ),
    },
    { method: 'GET', path: '/address/next', handler: ({ row, side }) => nextAddress(context, row, side) },
    {
      method: 'GET',
      path: '/address/:address/tx',
      handler: (caller, call) => addressTxs(viewer(caller), call.params.address),
    },
    { method: 'GET', path: '/tx', handler: (caller, call) => transactions(viewer(caller), call) },
    {
      method: 'GET',
      path: '/tx/detail/:tx_hash',
      handler: (caller, call) => txDetail(viewer(caller), aTxHash(call.params.tx_hash)),
    },
    {
      method: 'POST',
      path: '/tx/request',
      side: SIDE_HOT,
      handler: async ({ row }, call) => (await accept(context, row, aForm(call.body)), { result: true }),
    },
    {
      method: 'GET',
      path: '/tx/:user_tx_no',
      handler: (caller, call) => statusOf(context, caller.row, aKnownTxNo(caller, call.params.user_tx_no)),
    },
    {
      method: 'POST',
      path: '/sweep/prepare',
      side: SIDE_COLD,
      handler: ({ row }, call) => prepareSweep(context, row, aForm(call.body)),
    },
    {
      method: 'POST',
      path: '/sweep/submit',
      side: SIDE_COLD,
      bodyBytes: PSBT_BODY_BYTES,
      handler: ({ row }, call) => submitSweep(context, row, aForm(call.body)),
    },
    {
      method: 'GET',
      path: '/report/statement',
      handler: (caller, call, reply) => report(context, caller, call, reply),
    },
  ];
}

/** A number that cannot be one of ours is simply not there; nor is any for the cold side, which sends nothing. */
function aKnownTxNo({ side }: Caller, value: string): string {
  try {
    if (side === SIDE_HOT) return aUserTxNo(value);
  } catch {
    // told below
  }
  throw apiFail('not-found', 'no request has this user_tx_no');
}

async function transactions(viewer: Parameters<typeof listTxs>[0], call: Call): Promise<unknown> {
  const order = queryText(call, 'order') ?? 'asc';
  if (order !== 'asc' && order !== 'desc') throw apiFail('bad-parameter', 'order expected asc or desc');
  const from = queryText(call, 'tx_hash');
  return listTxs(viewer, from === undefined ? undefined : aTxHash(from), order);
}

async function user(context: Context, { row, side }: Caller): Promise<unknown> {
  const next = await nextAddress(context, row, side);
  const { balance, confirmed } = await balanceOf(context.db, row.account, side);
  return {
    user_id: row.user_id,
    user_name: row.user_name,
    user_type: 4,
    gender: 0,
    real_name: null,
    avatar: null,
    register_at: timeText(row.registered_at),
    address: next.address,
    receiving_index: next.index,
    balance,
    balance_confirmed: confirmed,
    can_otc_ad: 0,
    can_otc_order: 0,
  };
}

async function report(context: Context, { row, side }: Caller, call: Call, reply: FastifyReply): Promise<unknown> {
  const from = aMoment(queryText(call, 'from'), 'from') ?? 0;
  const to = aMoment(queryText(call, 'to'), 'to');
  if (to !== undefined && to < from) throw apiFail('bad-parameter', 'to expected a time after from');
  const made = await statement(context.db, { account: row.account, side, fromMs: from, toMs: to });
  const format = queryText(call, 'format') ?? 'json';
  if (format === 'json') return made;
  if (format !== 'csv') throw apiFail('bad-parameter', 'format expected json or csv');
  return reply.type('text/csv; charset=utf-8').send(statementCsv(made));
}

/** Who calls, before any body is read. Throws `unknown-coin`, `bad-token`, `rate-limit`, `other-side`. */
async function aCaller(context: Context, limit: RateLimit, route: Route, call: Call): Promise<Caller> {
  const { coin } = call.params;
  if (coin !== undefined && coin.toUpperCase() !== 'BTC') throw apiFail('unknown-coin', 'the coin expected is BTC');
  const { token } = call.headers;
  const caller = typeof token === 'string' && token !== '' ? await callerOf(context.db, token) : undefined;
  const isFree = limit.take(caller ? hashOfToken(token as string) : 'unknown ' + call.ip, route.cost);
  if (!isFree) throw apiFail('rate-limit', 'too many calls, wait a little');
  if (!caller) throw apiFail('bad-token', token ? 'nobody has this token' : 'header token is missing');
  if (route.side !== undefined && route.side !== caller.side)
    throw apiFail(
      'other-side',
      `this call takes the ${route.side === SIDE_HOT ? 'hot sending' : 'cold receiving'} token`,
    );
  return caller;
}

/** Adds the open calls under `/api/v1/open` and `/api/v1/open/{coin}`. */
export function addOpenRoutes(server: FastifyInstance, context: Context, limit: RateLimit): void {
  const callers = new WeakMap<FastifyRequest, Caller>();
  for (const route of openRoutes(context)) {
    for (const base of ['/api/v1/open', '/api/v1/open/:coin']) {
      server.route({
        method: route.method,
        url: base + route.path,
        bodyLimit: route.bodyBytes ?? SMALL_BODY_BYTES,
        onRequest: async (request) => void callers.set(request, await aCaller(context, limit, route, request as Call)),
        handler: (request, reply) => route.handler(callers.get(request) as Caller, request as Call, reply),
      });
    }
  }
}
