// Makes a statement from the indexed chain: every confirmed transaction of one side of an account, in the chain's
// order.
// Spec: docs/overview.md flow 7. Block times may go back, so a period is cut by height: it begins at the first block
// whose time has reached it. A reorganisation moves entries as it moves the transactions.

import { fail } from '../../../protocol/errors';
import type { Db } from '../../kit/sql';
import type { Statement } from '../calls/shapes';

export interface StatementQuery {
  account: number;
  /** 1 hot sending, 2 cold receiving. */
  side: number;
  /**
   * The period begins with the first block whose time has reached `fromMs` and ends before the first that has reached
   * `toMs`.
   */
  fromMs: number;
  /** Absent: up to the tip. */
  toMs?: number;
}

type StatementEntry = Statement['entries'][number];

/** More than any block's height. */
const ABOVE_ALL = 2 ** 31;

interface Row {
  txid: string;
  height: number;
  block_time: number;
  fee_sats: number | null;
  is_coinbase: number;
  mine_in: number | null;
  mine_out: number | null;
  foreign_inputs: number;
  user_tx_no: string | null;
  swept: number;
}

function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}

/** Splits what one transaction did to the side: received - paid - fee is its net value. */
function entryOf(row: Row): Omit<StatementEntry, 'balance'> {
  const spent = Number(row.mine_in ?? 0);
  const came = Number(row.mine_out ?? 0);
  const at = timeText(row.block_time * 1000);
  const common = { at, height: row.height, tx_hash: row.txid, user_tx_no: row.user_tx_no };
  if (spent === 0) return { ...common, kind: 'deposit', received: came, paid: 0, fee: 0 };
  if (row.foreign_inputs > 0 || row.fee_sats === null) {
    const net = came - spent;
    return { ...common, kind: 'other', received: Math.max(0, net), paid: Math.max(0, -net), fee: 0 };
  }
  const fee = row.fee_sats;
  const paid = spent - came - fee;
  const kind = row.user_tx_no !== null ? 'send' : row.swept ? 'sweep' : paid === 0 ? 'internal' : 'other';
  return { ...common, kind, received: 0, paid, fee };
}

/** Throws `report-sum` when the statement and the coins in the database disagree: then the index is broken. */
export async function statement(db: Db, query: StatementQuery): Promise<Statement> {
  return db.transaction(async (tx) => {
    const { account, side, fromMs, toMs } = query;
    const own = [account, side];
    const startHeight = await heightAt(tx, fromMs);
    const endHeight = toMs === undefined ? ABOVE_ALL : await heightAt(tx, toMs);
    const rows = await tx.all<Row>(
      `SELECT t.txid, t.height, t.block_time, t.fee_sats, t.is_coinbase,
        (SELECT SUM(i.value) FROM tx_inputs i WHERE i.txid = t.txid AND i.account = ? AND i.side = ?) AS mine_in,
        (SELECT SUM(o.value) FROM tx_outputs o WHERE o.txid = t.txid AND o.account = ? AND o.side = ?) AS mine_out,
        (SELECT COUNT(*) FROM tx_inputs i
          WHERE i.txid = t.txid AND (i.account IS NULL OR i.account <> ? OR i.side <> ?)) AS foreign_inputs,
        (SELECT r.user_tx_no FROM requests r WHERE r.tx_hash = t.txid AND r.account = ? AND ? = 1) AS user_tx_no,
        (SELECT COUNT(*) FROM sweeps s WHERE s.txid = t.txid AND s.account = ? AND ? = 2) AS swept
       FROM txs t WHERE t.state = 'confirmed' AND t.height < ?
        AND t.txid IN (SELECT o.txid FROM tx_outputs o WHERE o.account = ? AND o.side = ?
          UNION SELECT i.txid FROM tx_inputs i WHERE i.account = ? AND i.side = ?)
       ORDER BY t.height, t.block_index`,
      [...own, ...own, ...own, ...own, ...own, endHeight, ...own, ...own],
    );
    const tip =
      (await tx.get<{ height: number; hash: string }>(
        'SELECT height, hash FROM blocks ORDER BY height DESC LIMIT 1',
      )) ?? null;
    const result: Statement = {
      account,
      side: side === 1 ? 'hot_sending' : 'cold_receiving',
      from: timeText(fromMs),
      to: toMs === undefined ? null : timeText(toMs),
      tip,
      opening_balance: 0,
      deposits: 0,
      sends: 0,
      sweeps: 0,
      others: 0,
      fees: 0,
      closing_balance: 0,
      entries: [],
    };
    for (const row of rows) add(result, entryOf(row), row.height >= startHeight);
    await aSoundSum(tx, query, endHeight, result);
    return result;
  });
}

/** The first block whose time has reached `ms`; above the tip when none has. */
async function heightAt(tx: Db, ms: number): Promise<number> {
  const found = await tx.get<{ height: number | null }>('SELECT MIN(height) AS height FROM blocks WHERE time >= ?', [
    Math.ceil(ms / 1000),
  ]);
  return found?.height ?? ABOVE_ALL;
}

function add(result: Statement, entry: Omit<StatementEntry, 'balance'>, isInPeriod: boolean): void {
  result.closing_balance += entry.received - entry.paid - entry.fee;
  if (!isInPeriod) {
    result.opening_balance = result.closing_balance;
    return;
  }
  result.deposits += entry.kind === 'other' ? 0 : entry.received;
  result.fees += entry.fee;
  if (entry.kind === 'send') result.sends += entry.paid;
  else if (entry.kind === 'sweep') result.sweeps += entry.paid;
  else if (entry.kind === 'other') result.others += entry.paid - entry.received;
  result.entries.push({ ...entry, balance: result.closing_balance });
}

/** The closing balance again, another way: outputs that no transaction up to then had spent. */
async function aSoundSum(
  tx: Db,
  { account, side }: StatementQuery,
  endHeight: number,
  result: Statement,
): Promise<void> {
  const left = await tx.get<{ sum: number | null }>(
    `SELECT SUM(o.value) AS sum FROM tx_outputs o JOIN txs t ON t.txid = o.txid
     WHERE o.account = ? AND o.side = ? AND t.state = 'confirmed' AND t.height < ?
      AND NOT EXISTS (SELECT 1 FROM tx_inputs i JOIN txs s ON s.txid = i.txid
        WHERE i.prev_txid = o.txid AND i.prev_vout = o.sn AND s.state = 'confirmed' AND s.height < ?)`,
    [account, side, endHeight, endHeight],
  );
  const { opening_balance: opening, deposits, sends, sweeps, others, fees, closing_balance: closing } = result;
  if (opening + deposits - sends - sweeps - others - fees === closing && Number(left?.sum ?? 0) === closing) return;
  throw fail('report-sum', `the statement of account ${account} does not add up: read the chain again before using it`);
}
