// Derives the accounts' addresses into the database: a batch at a time, always ahead of the highest used one, so that
// the follower knows a script before anybody can pay to it. A receiving chain is derived in batches of 1,000, a change
// chain in hundreds.

import { BATCH_SIZE, SIDE_COLD, SIDE_HOT } from '../../../protocol/wire';
import { deriveRange } from '../../bitcoin/keys';
import type { Db } from '../../kit/sql';
import type { Context } from '../context';
import { accountKey, allAccounts, type AccountRow } from './account';

const CHANGE_CHUNK = 100;
/** How far ahead of the highest used index a receiving and a change chain are known. */
const GAP = [200, 50];

/** One chain of one side of an account: 0 receiving, 1 change. */
export interface Chain {
  row: AccountRow;
  side: number;
  chain: number;
}

function chunkSize(chain: number): number {
  return chain === 0 ? BATCH_SIZE : CHANGE_CHUNK;
}

/**
 * Makes sure that chunk `n` of a chain is in the database; true when it was not. Callers at the same time share one
 * derivation.
 */
export async function ensureChunk(context: Context, at: Chain, n: number): Promise<boolean> {
  const name = `${at.row.account} ${at.side} ${at.chain} ${n}`;
  if (context.chunks.has(name)) return false;
  const underWay = context.deriving.get(name) ?? makeChunk(context, at, n);
  context.deriving.set(name, underWay);
  try {
    const isNew = await underWay;
    context.chunks.add(name);
    return isNew;
  } finally {
    context.deriving.delete(name);
  }
}

async function makeChunk(context: Context, { row, side, chain }: Chain, n: number): Promise<boolean> {
  const count = chunkSize(chain);
  const from = n * count;
  const present = await context.db.get(
    'SELECT 1 AS one FROM addresses WHERE account = ? AND side = ? AND chain = ? AND idx = ?',
    [row.account, side, chain, from],
  );
  if (present) return false;
  const { network } = context;
  const key = accountKey(row, network, side);
  const derived = await deriveRange({ key, kind: row.script, network, chain, from, count });
  await context.db.transaction(async (tx) => {
    for (const { idx, address, script } of derived) {
      await tx.run(
        `INSERT INTO addresses (account, side, chain, idx, address, script) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (address) DO NOTHING`,
        [row.account, side, chain, idx, address, script],
      );
    }
  });
  return true;
}

/** Derives ahead of what is used, on every chain of every account; true when addresses were added. */
export async function extendAll(context: Context): Promise<boolean> {
  const tops = await usedTops(context.db);
  let added = false;
  for (const row of await allAccounts(context.db)) {
    for (const side of [SIDE_HOT, SIDE_COLD]) {
      for (const chain of [0, 1]) added = (await extendChain(context, { row, side, chain }, tops)) || added;
    }
  }
  return added;
}

async function extendChain(context: Context, at: Chain, tops: Map<string, number>): Promise<boolean> {
  const { row, side, chain } = at;
  let top = tops.get(`${row.account} ${side} ${chain}`) ?? -1;
  if (side === SIDE_HOT && chain === 1) top = Math.max(top, row.change_next);
  const last = Math.floor((top < 0 ? 0 : top + GAP[chain]) / chunkSize(chain));
  let added = false;
  for (let n = 0; n <= last; n++) added = (await ensureChunk(context, at, n)) || added;
  return added;
}

/** The highest index of each chain that ever got coins. */
async function usedTops(db: Db): Promise<Map<string, number>> {
  const used = await db.all<{ account: number; side: number; chain: number; top: number }>(
    `SELECT account, side, chain, MAX(idx) AS top FROM tx_outputs WHERE account IS NOT NULL
     GROUP BY account, side, chain`,
  );
  return new Map(used.map(({ account, side, chain, top }) => [`${account} ${side} ${chain}`, top]));
}
