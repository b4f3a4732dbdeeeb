// Sends signed transactions until the node has them, sends dropped ones again, and gives up only what can never confirm
// any more. A transaction that the node refuses waits alone; those behind it go on.

import { RPC_ALREADY_IN_CHAIN, rpcCodeOf, rpcTextOf } from '../../bitcoin/rpc';
import { parseTx } from '../../bitcoin/tx';
import type { Context } from '../context';
import { inTurns, postponeRequest, type RequestRow } from './request-row';

/** A coin spent elsewhere this deep does not come back. */
export const FINAL_CONFIRMATIONS = 6;
/** A payment this deep needs no more looking after. */
const BURIED_CONFIRMATIONS = 100;
const NODE_WORDS_MAX = 100;

/** Errors of the node that may be one payment's own. So many of them in a row are the node's. */
const PERHAPS_OWN = ['rpc-http', 'rpc-timeout'];
const OWN_IN_A_ROW_MAX = 3;

/**
 * Returns how many transactions are left to look after. One that cannot be sent yet is postponed alone. A node that
 * cannot be reached is thrown (`rpc-…`).
 */
export async function broadcastSigned(context: Context): Promise<number> {
  const waiting = await context.db.all<RequestRow>(
    `SELECT r.* FROM requests r LEFT JOIN txs t ON t.txid = r.tx_hash
     WHERE r.kind = 'sign' AND (
       r.state = 'signed' OR (r.state = 'sent' AND r.is_final = 0 AND (t.txid IS NULL OR t.state = 'gone'))
     ) ORDER BY r.id`,
  );
  const nowMs = context.runtime.nowMs();
  let inARow = 0;
  for (const request of inTurns(waiting.filter(({ not_before }) => not_before <= nowMs))) {
    try {
      await broadcast(context, request);
      inARow = 0;
    } catch (error) {
      const { code = 'internal' } = error as { code?: string };
      const isOwn = !code.startsWith('rpc-') || PERHAPS_OWN.includes(code);
      if (code === 'db-lost' || !isOwn || ++inARow > OWN_IN_A_ROW_MAX) throw error;
      await postponeRequest(context, request, code);
    }
  }
  return waiting.length;
}

async function broadcast(context: Context, request: RequestRow): Promise<void> {
  const { db, rpc, runtime } = context;
  try {
    await rpc.call('sendrawtransaction', [request.raw_tx]);
  } catch (error) {
    const rpcCode = rpcCodeOf(error);
    if (rpcCode === undefined) throw error;
    if (rpcCode !== RPC_ALREADY_IN_CHAIN && !(await isKnown(context, request.tx_hash as string)))
      return refusedByNode(context, request, rpcTextOf(error));
  }
  if (request.state === 'sent') return;
  await db.run("UPDATE requests SET state = 'sent', reason = NULL, tx_at = ? WHERE id = ? AND state = 'signed'", [
    runtime.nowMs(),
    request.id,
  ]);
  context.log.info('sent a payment to the network', {
    account: request.account,
    user_tx_no: request.user_tx_no,
    tx_hash: request.tx_hash,
  });
}

/** Payments so deep in the chain that no reorganisation reaches them need no more looking after. */
export async function markFinal({ db }: Context): Promise<void> {
  await db.run(
    `UPDATE requests SET is_final = 1 WHERE state = 'sent' AND is_final = 0 AND (kind = 'ping' OR tx_hash IN (
       SELECT txid FROM txs WHERE state = 'confirmed' AND height <= (SELECT MAX(height) FROM blocks) - ?))`,
    [BURIED_CONFIRMATIONS],
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
  const now = await db.get<RequestRow>('SELECT state FROM requests WHERE id = ?', [request.id]);
  if (now?.state !== request.state) return; // sent meanwhile: a result of a gateway sends as well as the duty
  const shown = 'the node refused it: ' + reason.slice(0, NODE_WORDS_MAX);
  await postponeRequest(context, request, shown);
  if (request.state === 'sent') return;
  if (request.reason !== shown) {
    await db.run("UPDATE requests SET reason = ? WHERE id = ? AND state = 'signed'", [shown, request.id]);
    context.log.warn(`a signed payment waits: ${shown}`, {
      account: request.account,
      user_tx_no: request.user_tx_no,
    });
  }
  if (!(await isSpentElsewhere(context, request))) return;
  await db.transaction(async (tx) => {
    await tx.run(
      `UPDATE requests SET state = 'failed', reason = 'a coin of it was spent by another transaction'
       WHERE id = ? AND state = 'signed'`,
      [request.id],
    );
    await tx.run('DELETE FROM reservations WHERE request_id = ?', [request.id]);
  });
}

/** Has another transaction spent a coin of it, so deep that it does not come back? */
async function isSpentElsewhere({ db }: Context, request: RequestRow): Promise<boolean> {
  const tip = await db.get<{ height: number }>('SELECT MAX(height) AS height FROM blocks');
  for (const input of parseTx(request.raw_tx as string).inputs) {
    const spender = await db.get<{ height: number }>(
      `SELECT t.height FROM tx_inputs i JOIN txs t ON t.txid = i.txid
       WHERE i.prev_txid = ? AND i.prev_vout = ? AND t.state = 'confirmed' AND t.txid <> ?`,
      [input.txid, input.vout, request.tx_hash],
    );
    if (spender && tip && tip.height - spender.height + 1 >= FINAL_CONFIRMATIONS) return true;
  }
  return false;
}
