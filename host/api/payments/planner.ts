// Gives queued requests their coins, fee and change, and reads such a plan back from the database. A request that can
// never be paid fails alone; those behind it go on.

import { INPUTS_MAX, SIDE_HOT } from '../../../protocol/wire';
import { selectCoins, type Selection } from '../../bitcoin/coins';
import type { Plan, PlannedInput } from '../../bitcoin/payment';
import type { Db } from '../../kit/sql';
import { accountKey, accountRow, type AccountRow } from '../accounts/account';
import { freeCoins } from '../accounts/balance';
import { extendAll } from '../accounts/derivation';
import type { Context } from '../context';
import { isApiError } from '../http/errors';
import { parseOuts } from './request-fields';
import { failRequest, type RequestRow } from './request-row';

/** Plans all queued requests that can be paid by now. */
export async function planQueued(context: Context): Promise<void> {
  const queued = await context.db.all<{ id: number; account: number; user_tx_no: string }>(
    "SELECT id, account, user_tx_no FROM requests WHERE state = 'queued' ORDER BY id",
  );
  let planned = 0;
  for (const { id, account, user_tx_no } of queued) {
    const row = await accountRow(context.db, account);
    try {
      if (row && (await context.db.transaction((tx) => plan(tx, context, row, id)))) planned++;
    } catch (error) {
      if (!isApiError(error)) throw error;
      await context.db.transaction((tx) => failRequest(tx, id, error.apiText));
      context.log.warn(`a request cannot be paid: ${error.apiText}`, { account, user_tx_no });
    }
  }
  if (planned > 0) context.jobAdded();
  if (planned > 0 && (await extendAll(context))) await context.watch.refresh(context.db);
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

/** The plan of a request as it stands in the database. Throws `bad-parameter`, `bad-xpub`. */
export async function planOf(db: Db, context: Context, row: AccountRow, request: RequestRow): Promise<Plan> {
  const inputs = await db.all<PlannedInput>(
    `SELECT i.prev_txid AS txid, i.prev_vout AS vout, i.value AS sats, i.chain, i.idx, t.raw AS "rawPrev"
     FROM request_inputs i JOIN txs t ON t.txid = i.prev_txid WHERE i.request_id = ? ORDER BY i.sn`,
    [request.id],
  );
  return {
    kind: row.script,
    key: accountKey(row, context.network, SIDE_HOT),
    inputs,
    outs: parseOuts(request.outs, context.network),
    feeSats: request.fee_sats ?? 0,
    changeIndex: request.change_index,
  };
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
  await writeInputs(tx, request.id, selection);
  const changeIndex = selection.changeSats > 0 ? await takeChange(tx, row.account) : null;
  await tx.run('UPDATE requests SET fee_sats = ?, change_index = ? WHERE id = ?', [
    selection.feeSats,
    changeIndex,
    request.id,
  ]);
  return true;
}

async function writeInputs(tx: Db, requestId: number, selection: Selection): Promise<void> {
  for (const [sn, coin] of selection.inputs.entries()) {
    await tx.run('INSERT INTO reservations (prev_txid, prev_vout, request_id) VALUES (?, ?, ?)', [
      coin.txid,
      coin.vout,
      requestId,
    ]);
    await tx.run(
      `INSERT INTO request_inputs (request_id, sn, prev_txid, prev_vout, value, chain, idx)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      [requestId, sn, coin.txid, coin.vout, coin.sats, coin.chain, coin.idx],
    );
  }
}

/**
 * The change index one above the account's requests that are or may still be paid: what a failed one had is used again,
 * for HSM-Cold signs no change far above what it has signed.
 */
async function takeChange(tx: Db, account: number): Promise<number> {
  const row = await tx.get<{ next: number }>(
    `SELECT COALESCE(MAX(change_index) + 1, 0) AS next FROM requests
     WHERE account = ? AND state <> 'failed'`,
    [account],
  );
  const changeIndex = row?.next ?? 0;
  await tx.run('UPDATE accounts SET change_next = ? WHERE account = ? AND change_next <= ?', [
    changeIndex + 1,
    account,
    changeIndex,
  ]);
  return changeIndex;
}
