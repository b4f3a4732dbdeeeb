// An account's transactions in the published shape: seen from one side, values net for it. An output's `status` is 1
// when it is spent by now (known of the account's own outputs), else 0. Spec: docs/http-api.md "Open calls".

import { FOREIGN_PARTS_MAX } from '../../chain/index-tx';
import type { Db, SqlValue } from '../../kit/sql';
import type { TxDetailReply } from '../calls/open';
import type { TxItem } from '../calls/shapes';
import { timeText } from '../context';
import { destinationOf } from '../../bitcoin/address';
import { apiFail } from '../http/errors';

export const PAGE = 20;

interface TxRow {
  seq: number;
  txid: string;
  state: string;
  height: number | null;
  block_index: number | null;
  block_time: number | null;
  seen_at: number;
  fee_sats: number | null;
  size_bytes: number;
}

/** Of a TxRow; the octets stay where they are. */
const COLUMNS = 't.seq, t.txid, t.state, t.height, t.block_index, t.block_time, t.seen_at, t.fee_sats, t.size_bytes';

const ABOVE_ALL_HEIGHTS = 1_000_000_000;
/** Place in the list: by block, then position in it; what is unconfirmed comes last, as it came. */
const ORDER = `COALESCE(t.height, ${ABOVE_ALL_HEIGHTS}), COALESCE(t.block_index, 0), t.seq`;
const ORDER_DOWN = `COALESCE(t.height, ${ABOVE_ALL_HEIGHTS}) DESC, COALESCE(t.block_index, 0) DESC, t.seq DESC`;

const OWN = `t.txid IN (
  SELECT o.txid FROM tx_outputs o WHERE o.account = ? AND o.side = ?
  UNION SELECT i.txid FROM tx_inputs i WHERE i.account = ? AND i.side = ?)`;

export interface Viewer {
  db: Db;
  account: number;
  side: number;
}

const own = ({ account, side }: Viewer): SqlValue[] => [account, side, account, side];

interface Part {
  sn: number;
  address: string | null;
  account: number | null;
  side: number | null;
}
type InputRow = Part & { prev_txid: string; prev_vout: number; value: number | null };
type OutputRow = Part & { value: number; spent: number };

/** The viewer's own inputs or outputs, and the first ones of others. */
const shownOf = (table: 'tx_inputs' | 'tx_outputs'): string =>
  `WHERE o.txid = ? AND (o.account = ? AND o.side = ? OR o.sn IN (
     SELECT p.sn FROM ${table} p WHERE p.txid = ? AND (COALESCE(p.account, -1) <> ? OR p.side <> ?)
     ORDER BY p.sn LIMIT ${FOREIGN_PARTS_MAX})) ORDER BY o.sn`;
const SPENT = `CASE WHEN EXISTS (
  SELECT 1 FROM tx_inputs i JOIN txs s ON s.txid = i.txid
  WHERE i.prev_txid = o.txid AND i.prev_vout = o.sn AND s.state <> 'gone') THEN 1 ELSE 0 END`;

async function itemOf(viewer: Viewer, row: TxRow, tipHeight: number): Promise<TxItem> {
  const { db, account, side } = viewer;
  const shown = [row.txid, account, side, row.txid, account, side];
  const inputs = await db.all<InputRow>(`SELECT o.* FROM tx_inputs o ${shownOf('tx_inputs')}`, shown);
  const outputs = await db.all<OutputRow>(
    `SELECT o.*, ${SPENT} AS spent FROM tx_outputs o ${shownOf('tx_outputs')}`,
    shown,
  );
  const isMine = (part: Part): boolean => part.account === account && part.side === side;
  const sum = (parts: (Part & { value: number | null })[]): number =>
    parts.filter(isMine).reduce((total, part) => total + (part.value ?? 0), 0);
  const blockMs = row.block_time === null ? null : row.block_time * 1000;
  return {
    tx_hash: row.txid,
    // While the chain is read again from a height, the tip is below what is known.
    confirmation: row.height === null ? 0 : Math.max(1, tipHeight - row.height + 1),
    confirm_at: blockMs === null ? null : timeText(blockMs),
    value: sum(outputs) - sum(inputs),
    tx_at: timeText(blockMs === null ? row.seen_at : Math.min(row.seen_at, blockMs)),
    inputs: inputs.map((input) => ({
      sn: input.sn,
      prev_tx_hash: input.prev_txid,
      prev_out_sn: input.prev_vout,
      address: input.address,
      value: input.value,
      is_mine: isMine(input),
    })),
    outputs: outputs.map((output) => ({
      sn: output.sn,
      address: output.address,
      value: output.value,
      status: output.spent,
      is_mine: isMine(output),
    })),
  };
}

async function tipOf(db: Db): Promise<number> {
  return (await db.get<{ height: number | null }>('SELECT MAX(height) AS height FROM blocks'))?.height ?? 0;
}

async function itemsOf(viewer: Viewer, rows: TxRow[]): Promise<TxItem[]> {
  const tipHeight = await tipOf(viewer.db);
  const items: TxItem[] = [];
  for (const row of rows) items.push(await itemOf(viewer, row, tipHeight));
  return items;
}

/**
 * 20 transactions, oldest first (or `desc`), after `afterHash` when it is given. Throws `not-found` when it is not the
 * account's.
 */
export async function listTxs(viewer: Viewer, afterHash: string | undefined, order: 'asc' | 'desc'): Promise<TxItem[]> {
  let after = '';
  const values = own(viewer);
  if (afterHash !== undefined) {
    const from = await viewer.db.get<TxRow>(`SELECT ${COLUMNS} FROM txs t WHERE t.txid = ? AND ${OWN}`, [
      afterHash,
      ...own(viewer),
    ]);
    if (!from) throw apiFail('not-found', 'tx_hash is no transaction of this account');
    after = ` AND (${ORDER}) ${order === 'asc' ? '>' : '<'} (?, ?, ?)`;
    values.push(from.height ?? ABOVE_ALL_HEIGHTS, from.block_index ?? 0, from.seq);
  }
  const rows = await viewer.db.all<TxRow>(
    `SELECT ${COLUMNS} FROM txs t WHERE t.state <> 'gone' AND ${OWN}${after}
     ORDER BY ${order === 'asc' ? ORDER : ORDER_DOWN} LIMIT ${PAGE}`,
    values,
  );
  return itemsOf(viewer, rows);
}

export async function txDetail(viewer: Viewer, txid: string): Promise<TxDetailReply> {
  const row = await viewer.db.get<TxRow>(
    `SELECT ${COLUMNS} FROM txs t WHERE t.txid = ? AND t.state <> 'gone' AND ${OWN}`,
    [txid, ...own(viewer)],
  );
  if (!row) throw apiFail('not-found', 'no transaction of this account has this hash');
  return { ...(await itemsOf(viewer, [row]))[0], fee: row.fee_sats, tx_size: row.size_bytes };
}

/**
 * All transactions that pay to or spend from one address of the account, oldest first. Throws `not-found` for another's
 * address.
 */
export async function addressTxs(viewer: Viewer, text: string): Promise<TxItem[]> {
  const address = destinationOf(text);
  const known = await viewer.db.get('SELECT 1 AS one FROM addresses WHERE address = ? AND account = ? AND side = ?', [
    address,
    viewer.account,
    viewer.side,
  ]);
  if (!known) throw apiFail('not-found', 'no address of this account');
  const rows = await viewer.db.all<TxRow>(
    `SELECT ${COLUMNS} FROM txs t WHERE t.state <> 'gone' AND t.txid IN (
       SELECT o.txid FROM tx_outputs o WHERE o.address = ? UNION SELECT i.txid FROM tx_inputs i WHERE i.address = ?)
     ORDER BY ${ORDER}`,
    [address, address],
  );
  return itemsOf(viewer, rows);
}
