// The accounts' addresses in the database: derived a batch at a time, always ahead of the highest used one, so that the
// follower knows a script before anybody can pay to it. A receiving chain is derived in batches of 1,000, a change
// chain in hundreds.

import type { Db } from '../../kit/sql';
import { apiFail } from '../http/errors';
import { SIDE_COLD, SIDE_HOT, type Context } from '../context';
import { anAccountKey, batchDigest, deriveRange, type ScriptKind } from '../../bitcoin/keys';

export const BATCH_SIZE = 1000;
/** Indices of non-hardened children end at 2^31 - 1. */
export const BATCH_NO_MAX = 2147482;
const CHANGE_CHUNK = 100;
/** How far ahead of the highest used index a receiving and a change chain are known. */
const GAP = [200, 50];
const HISTORY_PAGE = 20;

export interface AccountRow {
  account: number;
  user_id: number;
  user_name: string;
  script: ScriptKind;
  identity: string;
  fingerprint: string;
  cold_xpub: string;
  hot_xpub: string;
  registered_at: number;
  birth_height: number;
  registered_height: number;
  change_next: number;
}

export interface AddressItem {
  index: number;
  address: string;
}

export function keyNumber(account: number, side: number): number {
  return 2 * account + (side === SIDE_HOT ? 1 : 0);
}

export function accountKey(context: Context, row: AccountRow, side: number): ReturnType<typeof anAccountKey> {
  return anAccountKey(
    side === SIDE_HOT ? row.hot_xpub : row.cold_xpub,
    context.network,
    keyNumber(row.account, side),
    'xpub',
  );
}

/**
 * Makes sure that chunk `n` of a chain is in the database; true when it was not. Callers at the same time share one
 * derivation.
 */
async function ensureChunk(
  context: Context,
  row: AccountRow,
  side: number,
  chain: number,
  n: number,
): Promise<boolean> {
  const name = `${row.account} ${side} ${chain} ${n}`;
  if (context.chunks.has(name)) return false;
  const underWay = context.deriving.get(name) ?? makeChunk(context, row, side, chain, n);
  context.deriving.set(name, underWay);
  try {
    const isNew = await underWay;
    context.chunks.add(name);
    return isNew;
  } finally {
    context.deriving.delete(name);
  }
}

async function makeChunk(context: Context, row: AccountRow, side: number, chain: number, n: number): Promise<boolean> {
  const size = chain === 0 ? BATCH_SIZE : CHANGE_CHUNK;
  const present = (db: Db): Promise<unknown> =>
    db.get('SELECT 1 AS one FROM addresses WHERE account = ? AND side = ? AND chain = ? AND idx = ?', [
      row.account,
      side,
      chain,
      n * size,
    ]);
  if (await present(context.db)) return false;
  const derived = await deriveRange(accountKey(context, row, side), row.script, context.network, chain, n * size, size);
  await context.db.transaction(async (tx) => {
    for (const { idx, address, script } of derived) {
      await tx.run(
        'INSERT INTO addresses (account, side, chain, idx, address, script) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (address) DO NOTHING',
        [row.account, side, chain, idx, address, script],
      );
    }
  });
  return true;
}

/** Derives ahead of what is used, on every chain of every account; true when addresses were added. */
export async function extendAll(context: Context): Promise<boolean> {
  const used = await context.db.all<{ account: number; side: number; chain: number; top: number }>(
    'SELECT account, side, chain, MAX(idx) AS top FROM tx_outputs WHERE account IS NOT NULL GROUP BY account, side, chain',
  );
  let added = false;
  for (const row of await allAccounts(context.db)) {
    for (const side of [SIDE_HOT, SIDE_COLD]) {
      for (const chain of [0, 1]) {
        let top =
          used.find((entry) => entry.account === row.account && entry.side === side && entry.chain === chain)?.top ??
          -1;
        if (side === SIDE_HOT && chain === 1) top = Math.max(top, row.change_next);
        const last = Math.floor((top < 0 ? 0 : top + GAP[chain]) / (chain === 0 ? BATCH_SIZE : CHANGE_CHUNK));
        for (let n = 0; n <= last; n++) added = (await ensureChunk(context, row, side, chain, n)) || added;
      }
    }
  }
  return added;
}

export function allAccounts(db: Db): Promise<AccountRow[]> {
  return db.all<AccountRow>('SELECT * FROM accounts ORDER BY account');
}

/** The 1,000 addresses of a batch. An account that is being recovered has its chain read again for them. */
export async function batch(context: Context, row: AccountRow, side: number, batchNo: number): Promise<AddressItem[]> {
  if (!Number.isInteger(batchNo) || batchNo < 0 || batchNo > BATCH_NO_MAX)
    throw apiFail('bad-parameter', `batch_no expected 0..${BATCH_NO_MAX}`);
  const isNew = await ensureChunk(context, row, side, 0, batchNo);
  if (isNew && row.birth_height < row.registered_height) {
    await context.follower.rewindTo(row.birth_height);
    context.lookSoon();
  }
  return context.db.all<AddressItem>(
    'SELECT idx AS "index", address FROM addresses WHERE account = ? AND side = ? AND chain = 0 AND idx >= ? AND idx < ? ORDER BY idx',
    [row.account, side, batchNo * BATCH_SIZE, (batchNo + 1) * BATCH_SIZE],
  );
}

/** What HSM-Cold's attestation of a batch has to be for. */
export async function digestOfBatch(context: Context, row: AccountRow, side: number, batchNo: number): Promise<string> {
  const items = await batch(context, row, side, batchNo);
  return batchDigest(
    context.network,
    row.account,
    side,
    batchNo,
    items.map((item) => item.address),
  );
}

/** Highest index of a chain that ever got coins, -1 when none did. */
async function topUsed(db: Db, account: number, side: number, chain: number): Promise<number> {
  const found = await db.get<{ top: number | null }>(
    "SELECT MAX(o.idx) AS top FROM tx_outputs o JOIN txs t ON t.txid = o.txid WHERE o.account = ? AND o.side = ? AND o.chain = ? AND t.state <> 'gone'",
    [account, side, chain],
  );
  return found?.top ?? -1;
}

/** The receiving address after the highest one that was ever paid. */
export async function nextAddress(context: Context, row: AccountRow, side: number): Promise<AddressItem> {
  const index = (await topUsed(context.db, row.account, side, 0)) + 1;
  await ensureChunk(context, row, side, 0, Math.floor(index / BATCH_SIZE));
  const found = await context.db.get<{ address: string }>(
    'SELECT address FROM addresses WHERE account = ? AND side = ? AND chain = 0 AND idx = ?',
    [row.account, side, index],
  );
  return { index, address: (found as { address: string }).address };
}

export interface HistoryItem extends AddressItem {
  tx_cnt: number;
  balance: number;
  total_received: number;
}

/** Addresses in use on a chain and the next one, newest first, 20 at a time; `since` goes on after that address. */
export async function history(
  context: Context,
  row: AccountRow,
  side: number,
  chain: number,
  since: string | undefined,
): Promise<HistoryItem[]> {
  const { db } = context;
  const where = [row.account, side, chain];
  let below =
    chain === 0 ? (await nextAddress(context, row, side)).index + 1 : (await topUsed(db, row.account, side, chain)) + 1;
  if (since !== undefined) {
    const found = await db.get<{ idx: number }>(
      'SELECT idx FROM addresses WHERE account = ? AND side = ? AND chain = ? AND address = ?',
      [...where, since],
    );
    if (!found) throw apiFail('not-found', 'since_address is no address of this account and path');
    below = Math.min(below, found.idx);
  }
  const items = await db.all<AddressItem>(
    'SELECT idx AS "index", address FROM addresses WHERE account = ? AND side = ? AND chain = ? AND idx < ? ORDER BY idx DESC LIMIT ?',
    [...where, below, HISTORY_PAGE],
  );
  const page: HistoryItem[] = [];
  for (const item of items) page.push({ ...item, ...(await sumsOf(db, item.address)) });
  return page;
}

async function sumsOf(db: Db, address: string): Promise<{ tx_cnt: number; balance: number; total_received: number }> {
  const sums = await db.get<{ received: number | null; txs: number; spent: number | null }>(
    `SELECT SUM(o.value) AS received, COUNT(DISTINCT o.txid) AS txs,
      SUM(CASE WHEN EXISTS (SELECT 1 FROM tx_inputs i JOIN txs s ON s.txid = i.txid WHERE i.prev_txid = o.txid AND i.prev_vout = o.sn AND s.state <> 'gone') THEN o.value ELSE 0 END) AS spent
     FROM tx_outputs o JOIN txs t ON t.txid = o.txid WHERE o.address = ? AND t.state <> 'gone'`,
    [address],
  );
  const spending = await db.get<{ txs: number }>(
    "SELECT COUNT(DISTINCT i.txid) AS txs FROM tx_inputs i JOIN txs t ON t.txid = i.txid WHERE i.address = ? AND t.state <> 'gone'",
    [address],
  );
  const received = Number(sums?.received ?? 0);
  return {
    tx_cnt: Number(sums?.txs ?? 0) + Number(spending?.txs ?? 0),
    balance: received - Number(sums?.spent ?? 0),
    total_received: received,
  };
}
