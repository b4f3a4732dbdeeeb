// An account's addresses as its callers see them: batches, the next one, the ones in use. Addresses that come from
// outside are looked up by what they pay, not as text.

import { BATCH_NO_MAX, BATCH_SIZE } from '../../../protocol/wire';
import { destinationOf } from '../../bitcoin/address';
import { batchDigest } from '../../bitcoin/batch';
import { hexOf } from '../../bitcoin/hex';
import type { Db } from '../../kit/sql';
import type { HistoryItem } from '../calls/open';
import type { Context } from '../context';
import { apiFail } from '../http/errors';
import type { AccountRow } from './account';
import { ensureChunk, type Chain } from './derivation';

const HISTORY_PAGE = 20;
/** A website keeps some batches in stock; far ones are nobody's yet. */
const AHEAD_OF_PAID = 20;

export interface AddressItem {
  index: number;
  address: string;
}

/** The 1,000 addresses of a batch. An account that is being recovered has its chain read again for them. */
export async function batch(context: Context, row: AccountRow, side: number, batchNo: number): Promise<AddressItem[]> {
  if (!Number.isInteger(batchNo) || batchNo < 0 || batchNo > BATCH_NO_MAX)
    throw apiFail('bad-parameter', `batch_no expected 0..${BATCH_NO_MAX}`);
  await requireNear(context.db, { row, side, chain: 0 }, batchNo);
  if (await ensureChunk(context, { row, side, chain: 0 }, batchNo, 'asked')) context.lookSoon();
  return context.db.all<AddressItem>(
    `SELECT idx AS "index", address FROM addresses
     WHERE account = ? AND side = ? AND chain = 0 AND idx >= ? AND idx < ? ORDER BY idx`,
    [row.account, side, batchNo * BATCH_SIZE, (batchNo + 1) * BATCH_SIZE],
  );
}

/**
 * Batches are derived and watched for ever, so only those near the highest one that was ever paid are given out.
 * Throws `bad-parameter`.
 */
async function requireNear(db: Db, at: Chain, batchNo: number): Promise<void> {
  const highest = Math.floor(Math.max(0, await topUsed(db, at)) / BATCH_SIZE);
  if (batchNo <= highest + AHEAD_OF_PAID) return;
  throw apiFail(
    'bad-parameter',
    `batch_no expected 0..${highest + AHEAD_OF_PAID}: ${AHEAD_OF_PAID} batches after the last one that was paid`,
  );
}

/** Hex: what HSM-Cold's attestation of a batch has to be for. */
export async function digestOfBatch(context: Context, row: AccountRow, side: number, batchNo: number): Promise<string> {
  const items = await batch(context, row, side, batchNo);
  return hexOf(batchDigest({ network: context.network, account: row.account, side, batchNo }, items));
}

/** Highest index of a chain that ever got coins, -1 when none did. */
async function topUsed(db: Db, { row, side, chain }: Chain): Promise<number> {
  const found = await db.get<{ top: number | null }>(
    `SELECT MAX(o.idx) AS top FROM tx_outputs o JOIN txs t ON t.txid = o.txid
     WHERE o.account = ? AND o.side = ? AND o.chain = ? AND t.state <> 'gone'`,
    [row.account, side, chain],
  );
  return found?.top ?? -1;
}

/** The receiving address after the highest one that was ever paid. */
export async function nextAddress(context: Context, row: AccountRow, side: number): Promise<AddressItem> {
  const at = { row, side, chain: 0 };
  const index = (await topUsed(context.db, at)) + 1;
  await ensureChunk(context, at, Math.floor(index / BATCH_SIZE), 'used');
  const found = await context.db.get<{ address: string }>(
    'SELECT address FROM addresses WHERE account = ? AND side = ? AND chain = 0 AND idx = ?',
    [row.account, side, index],
  );
  return { index, address: (found as { address: string }).address };
}

/** Addresses in use on a chain and the next one, newest first, 20 at a time; `since` goes on after that address. */
export async function history(context: Context, at: Chain, since: string | undefined): Promise<HistoryItem[]> {
  const { db } = context;
  const { row, side, chain } = at;
  const where = [row.account, side, chain];
  let below = chain === 0 ? (await nextAddress(context, row, side)).index + 1 : (await topUsed(db, at)) + 1;
  if (since !== undefined) {
    const found = await db.get<{ idx: number }>(
      'SELECT idx FROM addresses WHERE account = ? AND side = ? AND chain = ? AND address = ?',
      [...where, destinationOf(since)],
    );
    if (!found) throw apiFail('not-found', 'since_address is no address of this account and path');
    below = Math.min(below, found.idx);
  }
  const items = await db.all<AddressItem>(
    `SELECT idx AS "index", address FROM addresses
     WHERE account = ? AND side = ? AND chain = ? AND idx < ? ORDER BY idx DESC LIMIT ?`,
    [...where, below, HISTORY_PAGE],
  );
  const page: HistoryItem[] = [];
  for (const item of items) page.push({ ...item, ...(await sumsOf(db, item.address)) });
  return page;
}

async function sumsOf(db: Db, address: string): Promise<{ tx_cnt: number; balance: number; total_received: number }> {
  const sums = await db.get<{ received: number | null; txs: number; spent: number | null }>(
    `SELECT SUM(o.value) AS received, COUNT(DISTINCT o.txid) AS txs,
      SUM(CASE WHEN EXISTS (
        SELECT 1 FROM tx_inputs i JOIN txs s ON s.txid = i.txid
        WHERE i.prev_txid = o.txid AND i.prev_vout = o.sn AND s.state <> 'gone'
      ) THEN o.value ELSE 0 END) AS spent
     FROM tx_outputs o JOIN txs t ON t.txid = o.txid WHERE o.address = ? AND t.state <> 'gone'`,
    [address],
  );
  const spending = await db.get<{ txs: number }>(
    `SELECT COUNT(DISTINCT i.txid) AS txs FROM tx_inputs i JOIN txs t ON t.txid = i.txid
     WHERE i.address = ? AND t.state <> 'gone'`,
    [address],
  );
  const received = Number(sums?.received ?? 0);
  return {
    tx_cnt: Number(sums?.txs ?? 0) + Number(spending?.txs ?? 0),
    balance: received - Number(sums?.spent ?? 0),
    total_received: received,
  };
}
