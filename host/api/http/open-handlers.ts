// What the open calls do. Their shapes: calls/open.ts.

import type { FastifyReply } from 'fastify';
import { BATCH_SIZE, SIDE_HOT } from '../../../protocol/wire';
import type { Caller } from '../accounts/account';
import { batch, history, nextAddress } from '../accounts/addresses';
import { attestation } from '../accounts/attestations';
import { balanceOf } from '../accounts/balance';
import { addressTxs, listTxs, txDetail, type Viewer } from '../accounts/transactions';
import type { QueryOf, ReplyOf } from '../calls/call';
import type { OPEN_CALLS } from '../calls/open';
import { timeText, withRequest, type Context } from '../context';
import { isUserTxNo } from '../payments/request-fields';
import { accept, statusOf } from '../payments/requests';
import { prepareSweep, submitSweep } from '../payments/sweep';
import { statement, statementCsv } from '../report';
import { apiFail } from './errors';
import type { Handlers } from './register';

/** Undefined for an absent or empty query field. */
function given<T extends string>(value: T | '' | undefined): T | undefined {
  return value === '' ? undefined : value;
}

/** Throws `bad-parameter` for a day or an hour that there is not. */
export function aMoment(value: string | undefined, name: string): number | undefined {
  if (value === undefined) return undefined;
  const ms = Date.parse(value + 'Z');
  if (Number.isNaN(ms)) throw apiFail('bad-parameter', `${name} expected YYYY-MM-DDTHH:MM:SS, UTC`);
  return ms;
}

export function csvReply(reply: FastifyReply, text: string): string {
  void reply.type('text/csv; charset=utf-8');
  return text;
}

export function openHandlers(context: Context): Handlers<typeof OPEN_CALLS, Caller> {
  const { db, runtime, replies } = context;
  const viewer = ({ row, side }: Caller): Viewer => ({ db, account: row.account, side });
  return {
    time: async () => ({ time: new Date(runtime.nowMs()).toISOString().slice(0, 23) + '000' }),
    user: ({ caller }) => replies.current('user ' + caller.name, () => user(context, caller)),
    addressBatch: ({ caller: { row, side, name }, params: { batch_no } }) =>
      replies.lasting(
        `batch ${name} ${batch_no}`,
        () => batch(context, row, side, Number(batch_no)),
        (items) => items.length === BATCH_SIZE,
      ),
    addressBatchAttestation: async ({ caller: { row, side }, params }) =>
      attestation(context, row, side, Number(params.batch_no)),
    addressHistory: ({ caller: { row, side }, params, query }) =>
      history(context, { row, side, chain: Number(params.path) }, given(query.since_address)),
    addressNext: ({ caller: { row, side } }) => nextAddress(context, row, side),
    addressTx: ({ caller, params }) => addressTxs(viewer(caller), params.address),
    txList: ({ caller, query }) =>
      listTxs(viewer(caller), given(query.tx_hash)?.toLowerCase(), given(query.order) ?? 'asc'),
    txDetail: ({ caller, params }) => txDetail(viewer(caller), params.tx_hash.toLowerCase()),
    async txRequest({ caller, form, requestId }) {
      await accept(withRequest(context, requestId), caller.row, form);
      return { result: true };
    },
    txStatus: async ({ caller, params }) => statusOf(context, caller.row, aKnownTxNo(caller, params.user_tx_no)),
    sweepPrepare: ({ caller, form }) => prepareSweep(context, caller.row, form),
    sweepSubmit: ({ caller, form, requestId }) => submitSweep(withRequest(context, requestId), caller.row, form),
    reportStatement: ({ caller, query, reply }) => report(context, caller, query, reply),
  };
}

/** A number that cannot be one of ours is simply not there; nor is any for the cold side, which sends nothing. */
function aKnownTxNo({ side }: Caller, value: string): string {
  if (side === SIDE_HOT && isUserTxNo(value)) return value;
  throw apiFail('not-found', 'no request has this user_tx_no');
}

async function user(context: Context, { row, side }: Caller): Promise<ReplyOf<typeof OPEN_CALLS.user>> {
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

async function report(
  context: Context,
  { row, side }: Caller,
  query: QueryOf<typeof OPEN_CALLS.reportStatement>,
  reply: FastifyReply,
): Promise<ReplyOf<typeof OPEN_CALLS.reportStatement>> {
  const fromMs = aMoment(given(query.from), 'from') ?? 0;
  const toMs = aMoment(given(query.to), 'to');
  if (toMs !== undefined && toMs < fromMs) throw apiFail('bad-parameter', 'to expected a time after from');
  const made = await statement(context.db, { account: row.account, side, fromMs, toMs });
  return query.format === 'csv' ? csvReply(reply, statementCsv(made)) : made;
}
