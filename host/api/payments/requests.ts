// Send requests from acceptance to their end. States: queued (no coins yet), planned (coins reserved, waits for
// HSM-Cold), signed (whole, not yet taken by the node), sent, failed. Published: 0 for the first three, 1 sent, 9
// failed. Once accepted, a request is never answered 400 or 404; tx_hash is given exactly with status 1. Spec:
// docs/published-app.md 10.

import { CHANNEL_ID_MAX, INPUTS_MAX } from '../../../protocol/wire';
import type { Db } from '../../kit/sql';
import { balanceOf, changeUnderWay, freeCoins, outsWaiting } from '../accounts/balance';
import { selectCoins } from './coins';
import { timeText, type Context, SIDE_HOT } from '../context';
import { apiFail } from '../http/errors';
import { anAuthority, anInteger, aUserTxNo, parseOuts } from './outs';
import type { AccountRow } from '../accounts/addresses';

export const PING = 'PING';

/** What a customer's form says, checked. */
interface NewRequest {
  kind: 'sign' | 'ping';
  user_tx_no: string;
  coin_code: string;
  outs: string;
  is_dynamic_fee: number;
  only_confirmed: number;
  vc_code: string;
  c_id: number;
  proto: 1 | 2;
  authority: string;
}

export interface RequestRow extends NewRequest {
  id: number;
  account: number;
  requested_at: number;
  state: 'queued' | 'planned' | 'signed' | 'sent' | 'failed';
  reason: string | null;
  change_index: number | null;
  fee_sats: number | null;
  tx_hash: string | null;
  raw_tx: string | null;
  tx_at: number | null;
}

export type Form = Record<string, string | undefined>;

function aRequest(context: Context, form: Form): NewRequest {
  const coinCode = form.coin_code ?? 'BTC';
  if (coinCode !== 'BTC') throw apiFail('bad-parameter', 'coin_code expected BTC');
  if (form.memo !== undefined) throw apiFail('bad-parameter', 'memo is not for BTC');
  anInteger(form.out_type, 'out_type', 0, 0, 0);
  const outs = form.outs ?? '';
  if (outs !== PING) parseOuts(outs, context.network);
  return {
    kind: outs === PING ? 'ping' : 'sign',
    coin_code: coinCode,
    outs,
    user_tx_no: aUserTxNo(form.user_tx_no),
    is_dynamic_fee: anInteger(form.is_dynamic_fee, 'is_dynamic_fee', 0, 1, 1),
    only_confirmed: anInteger(form.only_confirmed, 'only_confirmed', 0, 1, 0),
    c_id: anInteger(form.c_id, 'c_id', 0, CHANNEL_ID_MAX),
    vc_code: form.vc_code ?? '',
    ...anAuthority(form.vc_code),
  };
}

/**
 * Takes a request in, once it is on disk. Throws `same-request` when this user_tx_no is there with the same payment
 * (whatever channel signed it), `other-request` when with another, `low-balance` when the account cannot pay it even
 * with all its change back; then nothing is kept.
 */
export async function accept(context: Context, row: AccountRow, form: Form): Promise<void> {
  const request = aRequest(context, form);
  await context.db.transaction(async (tx) => {
    const known = await tx.get<RequestRow>('SELECT * FROM requests WHERE account = ? AND user_tx_no = ?', [
      row.account,
      request.user_tx_no,
    ]);
    if (known) {
      const isSame =
        known.outs === request.outs &&
        known.coin_code === request.coin_code &&
        known.is_dynamic_fee === request.is_dynamic_fee;
      throw apiFail(
        isSame ? 'same-request' : 'other-request',
        `user_tx_no is already there with ${isSame ? 'the same' : 'other'} content`,
      );
    }
    if (request.kind === 'sign') await aPayable(tx, context, row, request);
    const inserted = await tx.get<{ id: number }>(
      `INSERT INTO requests (account, kind, user_tx_no, coin_code, outs, is_dynamic_fee, only_confirmed, vc_code, c_id, proto, authority, requested_at, state)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued') RETURNING id`,
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
        request.proto,
        request.authority,
        context.runtime.nowMs(),
      ],
    );
    await plan(tx, context, row, (inserted as { id: number }).id);
  });
  context.jobAdded();
  context.tell(request.kind === 'ping' ? 'took a PING' : 'took a send request', {
    account: row.account,
    user_tx_no: request.user_tx_no,
    outs: request.outs,
  });
}

const satsOf =
  (context: Context) =>
  (outs: string): number =>
    parseOuts(outs, context.network).reduce((sum, out) => sum + out.sats, 0);

async function aPayable(tx: Db, context: Context, row: AccountRow, request: NewRequest): Promise<void> {
  const sum = satsOf(context);
  const free = (await freeCoins(tx, row.account)).reduce((total, coin) => total + coin.sats, 0);
  const payable = free + (await changeUnderWay(tx, row.account, sum)) - (await outsWaiting(tx, row.account, sum));
  if (payable >= sum(request.outs)) return;
  const { balance } = await balanceOf(tx, row.account, SIDE_HOT);
  throw apiFail(
    'low-balance',
    `balance is not enough: ${balance} satoshi on the hot side, ${Math.max(0, payable)} of them free`,
  );
}

/** Gives a queued request its coins and its job; false while the coins are not there. */
export async function plan(tx: Db, context: Context, row: AccountRow, requestId: number): Promise<boolean> {
  const request = await tx.get<RequestRow>("SELECT * FROM requests WHERE id = ? AND state = 'queued'", [requestId]);
  if (!request) return false;
  if (request.kind === 'sign' && !(await reserve(tx, context, row, request))) return false;
  await tx.run("UPDATE requests SET state = 'planned' WHERE id = ?", [requestId]);
  const nowMs = context.runtime.nowMs();
  await tx.run(
    "INSERT INTO jobs (kind, account, request_id, state, not_before, created_at) VALUES (?, ?, ?, 'open', ?, ?)",
    [request.kind, row.account, requestId, nowMs, nowMs],
  );
  return true;
}

/**
 * One above the account's requests that are or may still be paid: what a failed one had is used again, for HSM-Cold
 * signs no change far above what it has signed.
 */
async function nextChange(tx: Db, account: number): Promise<number> {
  const row = await tx.get<{ next: number }>(
    "SELECT COALESCE(MAX(change_index) + 1, 0) AS next FROM requests WHERE account = ? AND state <> 'failed'",
    [account],
  );
  return row?.next ?? 0;
}

async function reserve(tx: Db, context: Context, row: AccountRow, request: RequestRow): Promise<boolean> {
  const outs = parseOuts(request.outs, context.network);
  const coins = await freeCoins(tx, row.account);
  const selection = selectCoins({
    coins: request.only_confirmed ? coins.filter((coin) => coin.confirmed) : coins,
    kind: row.script,
    maxInputs: INPUTS_MAX,
    outsSats: outs.reduce((sum, out) => sum + out.sats, 0),
    outScriptLensBytes: outs.map((out) => out.script.length / 2),
    feerateSatVb: request.is_dynamic_fee ? context.dynamicFeerateSatVb() : context.fixedFeerateSatVb,
  });
  if (!selection) return false;
  for (const [sn, coin] of selection.inputs.entries()) {
    await tx.run('INSERT INTO reservations (prev_txid, prev_vout, request_id) VALUES (?, ?, ?)', [
      coin.txid,
      coin.vout,
      request.id,
    ]);
    await tx.run(
      'INSERT INTO request_inputs (request_id, sn, prev_txid, prev_vout, value, chain, idx) VALUES (?, ?, ?, ?, ?, ?, ?)',
      [request.id, sn, coin.txid, coin.vout, coin.sats, coin.chain, coin.idx],
    );
  }
  let changeIndex: number | null = null;
  if (selection.changeSats > 0) {
    changeIndex = await nextChange(tx, row.account);
    await tx.run('UPDATE accounts SET change_next = ? WHERE account = ? AND change_next <= ?', [
      changeIndex + 1,
      row.account,
      changeIndex,
    ]);
  }
  await tx.run('UPDATE requests SET fee_sats = ?, change_index = ? WHERE id = ?', [
    selection.feeSats,
    changeIndex,
    request.id,
  ]);
  return true;
}

/** Ends a request without a payment and frees its coins. Only for requests that have no signature. */
export async function failRequest(tx: Db, requestId: number, reason: string): Promise<void> {
  await tx.run("UPDATE requests SET state = 'failed', reason = ? WHERE id = ? AND state IN ('queued', 'planned')", [
    reason,
    requestId,
  ]);
  await tx.run('DELETE FROM reservations WHERE request_id = ?', [requestId]);
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

const STATUS = { queued: 0, planned: 0, signed: 0, sent: 1, failed: 9 };

/** The published status of a request. */
export async function statusOf(context: Context, row: AccountRow, userTxNo: string): Promise<object> {
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
