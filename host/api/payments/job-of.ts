// A job of the queue as the gateway gets it: everything that the boards have to be told.

import { SIDE_HOT } from '../../../protocol/wire';
import { LOCKTIME, SEQUENCE, TX_VERSION } from '../../bitcoin/payment';
import type { Job } from '../calls/gateway';
import { accountRow } from '../accounts/account';
import type { Context } from '../context';
import { planOf } from './planner';
import type { RequestRow } from './request-row';

export interface JobRow {
  id: number;
  kind: 'sign' | 'ping' | 'attest' | 'status';
  account: number | null;
  request_id: number | null;
  side: number | null;
  batch_no: number | null;
  state: 'open' | 'done';
  tries: number;
}

/** Undefined when its request or account is not there. Throws `bad-parameter`, `bad-xpub`. */
export async function jobOf(context: Context, job: JobRow): Promise<Job | undefined> {
  const { db } = context;
  if (job.kind === 'status') return { id: job.id, kind: 'status', board: job.side === SIDE_HOT ? 'hot' : 'cold' };
  const account = job.account as number;
  if (job.kind === 'attest')
    return { id: job.id, kind: 'attest', account, side: job.side as 1 | 2, batch_no: job.batch_no as number };
  const request = await db.get<RequestRow>('SELECT * FROM requests WHERE id = ?', [job.request_id]);
  const row = await accountRow(db, account);
  if (!request || !row) return undefined;
  const common = {
    id: job.id,
    account,
    proto: request.proto,
    channel_id: request.c_id,
    user_tx_no: request.user_tx_no,
    dynamic: request.is_dynamic_fee,
    max_fee_sats: request.max_fee_sats,
    authority: request.authority,
  };
  if (job.kind === 'ping') return { ...common, kind: 'ping' };
  const plan = await planOf(db, context, row, request);
  return {
    ...common,
    kind: 'sign',
    outs: request.outs,
    tx_version: TX_VERSION,
    locktime: LOCKTIME,
    fee_sats: plan.feeSats,
    change_index: plan.changeIndex,
    inputs: plan.inputs.map((input) => ({
      prev_txid: input.txid,
      vout: input.vout,
      sequence: SEQUENCE,
      chain: input.chain as 0 | 1,
      index: input.idx,
      prev_tx: input.rawPrev,
    })),
  };
}
