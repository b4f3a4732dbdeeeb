// What an account has on one side: all of it, and the coins that a new payment may spend.

import { PREV_TX_MAX, SIDE_HOT } from '../../../protocol/wire';
import type { Db } from '../../kit/sql';
import { COINBASE_MATURITY, type Coin } from '../../bitcoin/coins';

/** Not spent by a transaction that is in the mempool or in a block. */
const UNSPENT = `NOT EXISTS (
  SELECT 1 FROM tx_inputs i JOIN txs s ON s.txid = i.txid
  WHERE i.prev_txid = o.txid AND i.prev_vout = o.sn AND s.state <> 'gone')`;

/** Sum of unspent outputs, and of those with a confirmation. */
export async function balanceOf(
  db: Db,
  account: number,
  side: number,
): Promise<{ balance: number; confirmed: number }> {
  const sums = await db.get<{ balance: number | null; confirmed: number | null }>(
    `SELECT SUM(o.value) AS balance, SUM(CASE WHEN t.state = 'confirmed' THEN o.value ELSE 0 END) AS confirmed
     FROM tx_outputs o JOIN txs t ON t.txid = o.txid
     WHERE o.account = ? AND o.side = ? AND t.state <> 'gone' AND ${UNSPENT}`,
    [account, side],
  );
  return { balance: Number(sums?.balance ?? 0), confirmed: Number(sums?.confirmed ?? 0) };
}

interface CoinRow {
  txid: string;
  vout: number;
  sats: number;
  chain: number;
  idx: number;
  state: string;
}

const UNRESERVED = 'AND NOT EXISTS (SELECT 1 FROM reservations v WHERE v.prev_txid = o.txid AND v.prev_vout = o.sn)';

/** Unspent coins of one side: confirmed ones, and on the hot side change of our own that is still unconfirmed. */
export async function unspentCoins(db: Db, account: number, side: number, more = ''): Promise<Coin[]> {
  const rows = await db.all<CoinRow>(
    `SELECT o.txid, o.sn AS vout, o.value AS sats, o.chain, o.idx, t.state
     FROM tx_outputs o JOIN txs t ON t.txid = o.txid
     WHERE o.account = ? AND o.side = ? AND ${UNSPENT} AND t.size_bytes <= ?
       AND (t.state = 'confirmed' OR (t.state = 'mempool' AND o.chain = 1
         AND EXISTS (SELECT 1 FROM requests r WHERE r.tx_hash = t.txid)))
       AND (t.is_coinbase = 0 OR t.height + ? <= (SELECT MAX(height) FROM blocks) + 1) ${more}
     ORDER BY o.txid, o.sn`,
    [account, side, PREV_TX_MAX, COINBASE_MATURITY],
  );
  return rows.map(({ state, ...coin }) => ({ ...coin, confirmed: state === 'confirmed' }));
}

/** Hot coins that no other request has reserved. */
export function freeCoins(db: Db, account: number): Promise<Coin[]> {
  return unspentCoins(db, account, SIDE_HOT, UNRESERVED);
}

/** Change that comes back from payments which are planned or signed but not yet seen on the node. */
export async function changeUnderWay(db: Db, account: number, outsSatsOf: (outs: string) => number): Promise<number> {
  const rows = await db.all<{ outs: string; fee_sats: number; inputs: number }>(
    `SELECT r.outs, r.fee_sats, (SELECT SUM(value) FROM request_inputs i WHERE i.request_id = r.id) AS inputs
     FROM requests r WHERE r.account = ? AND r.is_final = 0
       AND r.state IN ('planned', 'signed', 'sent') AND r.change_index IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM txs t WHERE t.txid = r.tx_hash AND t.state <> 'gone')`,
    [account],
  );
  return rows.reduce((sum, row) => sum + Number(row.inputs) - outsSatsOf(row.outs) - row.fee_sats, 0);
}

/** What is queued and has no coins yet: it comes before any new request. */
export async function outsWaiting(db: Db, account: number, outsSatsOf: (outs: string) => number): Promise<number> {
  const rows = await db.all<{ outs: string }>(
    "SELECT outs FROM requests WHERE account = ? AND kind = 'sign' AND state = 'queued'",
    [account],
  );
  return rows.reduce((sum, row) => sum + outsSatsOf(row.outs), 0);
}
