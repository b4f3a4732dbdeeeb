// What the API does by itself after each look at the chain: gives queued requests their coins, sends signed
// transactions until the node has them, sends dropped ones again, and gives up only what can never confirm any more.

import { parseTx } from '../../bitcoin/scripts';
import { rpcCodeOf } from '../../bitcoin/rpc';
import { extendAll } from '../accounts/addresses';
import type { Context } from '../context';
import { accountRow } from './plan';
import { plan, type RequestRow } from './requests';

/** A coin spent elsewhere this deep does not come back. */
export const FINAL_CONFIRMATIONS = 6;
const SETTLED_DEPTH = 100;
const ALREADY_IN_CHAIN = -27;

/** One round; answers how much is left to try again. The node's refusals stay inside, an unreachable node is thrown. */
export async function work(context: Context): Promise<number> {
  await planQueued(context);
  const left = await sendSigned(context);
  await settle(context);
  return left;
}

async function planQueued(context: Context): Promise<void> {
  const queued = await context.db.all<{ id: number; account: number }>(
    "SELECT id, account FROM requests WHERE state = 'queued' ORDER BY id",
  );
  let planned = 0;
  for (const { id, account } of queued) {
    const row = await accountRow(context.db, account);
    if (row && (await context.db.transaction((tx) => plan(tx, context, row, id)))) planned++;
  }
  if (planned > 0) context.jobAdded();
  if (planned > 0 && (await extendAll(context))) await context.watch.refresh(context.db);
}

async function sendSigned(context: Context): Promise<number> {
  const waiting = await context.db.all<RequestRow>(
    `SELECT r.* FROM requests r LEFT JOIN txs t ON t.txid = r.tx_hash
     WHERE r.kind = 'sign' AND (r.state = 'signed' OR (r.state = 'sent' AND r.is_final = 0 AND (t.txid IS NULL OR t.state = 'gone'))) ORDER BY r.id`,
  );
  for (const request of waiting) await sendOne(context, request);
  return waiting.length;
}

async function sendOne(context: Context, request: RequestRow): Promise<void> {
  const { db, rpc, runtime } = context;
  try {
    await rpc.call('sendrawtransaction', [request.raw_tx]);
  } catch (error) {
    const rpcCode = rpcCodeOf(error);
    if (rpcCode === undefined) throw error;
    if (rpcCode !== ALREADY_IN_CHAIN && !(await isKnown(context, request.tx_hash as string)))
      return refusedByNode(context, request, (error as { rpcText?: string }).rpcText ?? 'refused');
  }
  if (request.state === 'sent') return;
  await db.run("UPDATE requests SET state = 'sent', reason = NULL, tx_at = ? WHERE id = ? AND state = 'signed'", [
    runtime.nowMs(),
    request.id,
  ]);
  context.tell('sent a payment to the network', {
    account: request.account,
    user_tx_no: request.user_tx_no,
    tx_hash: request.tx_hash,
  });
}

/** Payments so deep in the chain that no reorganisation reaches them need no more looking after. */
async function settle({ db }: Context): Promise<void> {
  await db.run(
    `UPDATE requests SET is_final = 1 WHERE state = 'sent' AND is_final = 0
     AND (kind = 'ping' OR tx_hash IN (SELECT txid FROM txs WHERE state = 'confirmed' AND height <= (SELECT MAX(height) FROM blocks) - ?))`,
    [SETTLED_DEPTH],
  );
}

async function isKnown(context: Context, txid: string): Promise<boolean> {
  const found = await context.db.get("SELECT 1 AS one FROM txs WHERE txid = ? AND state <> 'gone'", [txid]);
  return found !== undefined;
}

/**
 * A signed transaction may still confirm somewhere, so refusal alone does not fail the request: only a coin of it that
 * another transaction has spent for good does.
 */
async function refusedByNode(context: Context, request: RequestRow, reason: string): Promise<void> {
  const { db } = context;
  const shown = 'the node refused it: ' + reason.slice(0, 100);
  if (request.state === 'sent') return;
  if (request.reason !== shown) {
    await db.run('UPDATE requests SET reason = ? WHERE id = ?', [shown, request.id]);
    context.tell(`a signed payment waits: ${shown}`, { account: request.account, user_tx_no: request.user_tx_no });
  }
  for (const input of parseTx(request.raw_tx as string).inputs) {
    const spender = await db.get<{ height: number }>(
      "SELECT t.height FROM tx_inputs i JOIN txs t ON t.txid = i.txid WHERE i.prev_txid = ? AND i.prev_vout = ? AND t.state = 'confirmed' AND t.txid <> ?",
      [input.txid, input.vout, request.tx_hash],
    );
    const tip = await db.get<{ height: number }>('SELECT MAX(height) AS height FROM blocks');
    if (!spender || !tip || tip.height - spender.height + 1 < FINAL_CONFIRMATIONS) continue;
    await db.transaction(async (tx) => {
      await tx.run(
        "UPDATE requests SET state = 'failed', reason = 'a coin of it was spent by another transaction' WHERE id = ? AND state = 'signed'",
        [request.id],
      );
      await tx.run('DELETE FROM reservations WHERE request_id = ?', [request.id]);
    });
    return;
  }
}
