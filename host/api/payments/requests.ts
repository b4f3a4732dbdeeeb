// Send requests from acceptance to their end. States: queued (no coins yet), planned (coins reserved, waits for
// HSM-Cold), signed (whole, not yet taken by the node), sent, failed. Published: 0 for the first three, 1 sent, 9
// failed. Once accepted, a request is never answered 400 or 404; tx_hash is given exactly with status 1. Coins and
// jobs: planner.ts, jobs.ts. Spec: docs/published-app.md.

import { PING_OUTS } from '../../../protocol/request/outs';
import { FEE_LIMITS_DEFAULT } from '../../../protocol/request/policy';
import { PROTO_V1, SIDE_HOT } from '../../../protocol/wire';
import type { Db } from '../../kit/sql';
import { type AccountRow } from '../accounts/account';
import { balanceOf, changeUnderWay, freeCoins, outsWaiting } from '../accounts/balance';
import type { TxRequestForm, TxStatusReply } from '../calls/open';
import { timeText, type Context } from '../context';
import { apiFail } from '../http/errors';
import { plan } from './planner';
import { anAuthority, parseOuts, sumOfOuts } from './request-fields';
import { failRequest, type NewRequest, type RequestRow } from './request-row';

function aRequest(context: Context, form: TxRequestForm): NewRequest {
  const { outs } = form;
  if (outs !== PING_OUTS) parseOuts(outs, context.network);
  const authority = anAuthority(form.vc_code);
  return {
    kind: outs === PING_OUTS ? 'ping' : 'sign',
    coin_code: form.coin_code ?? 'BTC',
    outs,
    user_tx_no: form.user_tx_no,
    is_dynamic_fee: Number(form.is_dynamic_fee ?? 1),
    only_confirmed: Number(form.only_confirmed ?? 0),
    c_id: Number(form.c_id),
    vc_code: form.vc_code,
    max_fee_sats: Number(form.max_fee_sats ?? (authority.proto === PROTO_V1 ? 0 : FEE_LIMITS_DEFAULT.txMaxFeeSats)),
    ...authority,
  };
}

/**
 * Takes a request in, once it is on disk. Throws `same-request` when this user_tx_no is there with the same payment
 * (whatever channel signed it), `other-request` when with another, `low-balance` when the account cannot pay it even
 * with all its change back; then nothing is kept.
 */
export async function accept(context: Context, row: AccountRow, form: TxRequestForm): Promise<void> {
  const request = aRequest(context, form);
  await context.db.transaction(async (tx) => {
    await requireNew(tx, row, request);
    if (request.kind === 'sign') await requirePayable(tx, row, request);
    const inserted = await tx.get<{ id: number }>(
      `INSERT INTO requests (account, kind, user_tx_no, coin_code, outs, is_dynamic_fee, only_confirmed, vc_code,
         c_id, max_fee_sats, proto, authority, requested_at, state)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued') RETURNING id`,
      [
        row.account,
        request.kind,
        request.user_tx_no,
        request.coin_code,
        request.outs,
        request.is_dynamic_fee,
        request.only_confirmed,
        request.vc_code,
        request.c_id,
        request.max_fee_sats,
        request.proto,
        request.authority,
        context.runtime.nowMs(),
      ],
    );
    await plan(tx, context, row, (inserted as { id: number }).id);
  });
  context.jobAdded();
  context.log.info(request.kind === 'ping' ? 'took a PING' : 'took a send request', {
    account: row.account,
    user_tx_no: request.user_tx_no,
    outs: request.outs,
  });
}

async function requireNew(tx: Db, row: AccountRow, request: NewRequest): Promise<void> {
  const known = await tx.get<RequestRow>('SELECT * FROM requests WHERE account = ? AND user_tx_no = ?', [
    row.account,
    request.user_tx_no,
  ]);
  if (!known) return;
  const isSame =
    known.outs === request.outs &&
    known.coin_code === request.coin_code &&
    known.is_dynamic_fee === request.is_dynamic_fee;
  throw apiFail(
    isSame ? 'same-request' : 'other-request',
    `user_tx_no is already there with ${isSame ? 'the same' : 'other'} content`,
  );
}

async function requirePayable(tx: Db, row: AccountRow, request: NewRequest): Promise<void> {
  const free = (await freeCoins(tx, row.account)).reduce((total, coin) => total + coin.sats, 0);
  const payable =
    free + (await changeUnderWay(tx, row.account, sumOfOuts)) - (await outsWaiting(tx, row.account, sumOfOuts));
  if (payable >= sumOfOuts(request.outs)) return;
  const { balance } = await balanceOf(tx, row.account, SIDE_HOT);
  throw apiFail(
    'low-balance',
    `balance is not enough: ${balance} satoshi on the hot side, ${Math.max(0, payable)} of them free`,
  );
}

/**
 * The admin's way out of a request that HSM-Cold keeps waiting, a conflict for example. False when it has a signature
 * or an end already: a signed payment can only be ended by the chain.
 */
export function giveUp({ db }: Context, requestId: number): Promise<boolean> {
  return db.transaction(async (tx) => {
    const waiting = await tx.get("SELECT 1 AS one FROM requests WHERE id = ? AND state IN ('queued', 'planned')", [
      requestId,
    ]);
    if (!waiting) return false;
    await failRequest(tx, requestId, 'given up by the platform');
    await tx.run("UPDATE jobs SET state = 'done' WHERE request_id = ?", [requestId]);
    return true;
  });
}

const STATUS = { queued: 0, planned: 0, signed: 0, sent: 1, failed: 9 } as const;

/** The published status of a request. Throws `not-found`. */
export async function statusOf(context: Context, row: AccountRow, userTxNo: string): Promise<TxStatusReply> {
  const request = await context.db.get<RequestRow>('SELECT * FROM requests WHERE account = ? AND user_tx_no = ?', [
    row.account,
    userTxNo,
  ]);
  if (!request) throw apiFail('not-found', 'no request has this user_tx_no');
  const isSent = request.state === 'sent';
  return {
    tx_hash: isSent ? request.tx_hash : null,
    c_id: request.c_id,
    user_id: row.user_id,
    send_request: {
      coin_code: request.coin_code,
      user_tx_no: request.user_tx_no,
      is_dynamic_fee: request.is_dynamic_fee,
      outs: request.outs,
    },
    vc_code: request.vc_code,
    request_at: timeText(request.requested_at),
    hot_wallet_tx_id: request.id,
    tx_at: isSent && request.tx_at !== null ? timeText(request.tx_at) : null,
    hot_wallet_tx_status: STATUS[request.state],
    tx_info: request.reason,
  };
}
