// Derives the accounts' addresses into the database: a batch at a time, always ahead of the highest used one, so that
// the follower knows a script before anybody can pay to it. A receiving chain is derived in batches of 1,000, a change
// chain in hundreds.

import { BATCH_SIZE, SIDE_COLD, SIDE_HOT } from '../../../protocol/wire';
import { setImmediate as turn } from 'node:timers/promises';
import { deriveRange } from '../../bitcoin/keys';
import { addRescan } from '../../chain/rescan';
import type { Db } from '../../kit/sql';
import { allOf, insertAll } from '../../kit/sql/lists';
import type { Context } from '../context';
import { accountKey, accountRows, type AccountRow } from './account';

const CHANGE_CHUNK = 100;
/** How far ahead of the highest used index a receiving and a change chain are known. */
const GAP = [200, 50];

/** One chain of one side of an account: 0 receiving, 1 change. */
export interface Chain {
  row: AccountRow;
  side: number;
  chain: number;
}

/** As it stands in `Context.chunks`. */
function chunkName({ account, side, chain }: { account: number; side: number; chain: number }, n: number): string {
  return `${account} ${side} ${chain} ${n}`;
}

function chunkSize(chain: number): number {
  return chain === 0 ? BATCH_SIZE : CHANGE_CHUNK;
}

/** Why a chunk is needed: a batch was asked for, or the indexes before it are used. */
export type Need = 'asked' | 'used';

/**
 * Makes sure that chunk `n` of a chain is in the database; true when it was not. An account has one derivation at a
 * time.
 */
export async function ensureChunk(context: Context, at: Chain, n: number, need: Need): Promise<boolean> {
  const { account } = at.row;
  const name = chunkName({ account, side: at.side, chain: at.chain }, n);
  if (context.chunks.has(name)) return false;
  const before = context.deriving.get(account) ?? Promise.resolve();
  const made = before.catch(() => undefined).then(() => makeChunk(context, at, n, need));
  context.deriving.set(account, made);
  try {
    const isNew = await made;
    context.chunks.add(name);
    return isNew;
  } finally {
    if (context.deriving.get(account) === made) context.deriving.delete(account);
  }
}

async function makeChunk(context: Context, at: Chain, n: number, need: Need): Promise<boolean> {
  const { db, network, runtime } = context;
  const { row, side, chain } = at;
  const count = chunkSize(chain);
  const from = n * count;
  const present = await db.get(
    'SELECT 1 AS one FROM addresses WHERE account = ? AND side = ? AND chain = ? AND idx = ?',
    [row.account, side, chain, from],
  );
  if (present) return false;
  const key = accountKey(row, network, side);
  const derived = await deriveRange({ key, kind: row.script, network, chain, from, count });
  const rows = derived.map(({ idx, address, script }) => [row.account, side, chain, idx, address, script]);
  await db.transaction(async (tx) => {
    await insertAll(
      tx,
      'INSERT INTO addresses (account, side, chain, idx, address, script) VALUES (?) ON CONFLICT (address) DO NOTHING',
      rows,
    );
    const height = await rescanHeight(tx, at, { n, need });
    if (height === undefined) return;
    const tip = await tx.get<{ height: number | null }>('SELECT MAX(height) AS height FROM blocks');
    const target = tip?.height ?? row.registered_height;
    await addRescan(tx, { from: height ?? target + 1, target, nowMs: runtime.nowMs(), isAsked: false });
  });
  return true;
}

/**
 * Where coins of new addresses may begin: in an account that is recovered, where it does; else where the indexes before
 * them were used, null for the mempool. Undefined when nobody can know these addresses.
 */
async function rescanHeight(
  tx: Db,
  { row, side, chain }: Chain,
  { n, need }: { n: number; need: Need },
): Promise<number | null | undefined> {
  if (n === 0 || need === 'asked') return row.birth_height < row.registered_height ? row.birth_height : undefined;
  const used = await tx.get<{ count: number; height: number | null }>(
    `SELECT COUNT(*) AS count, MIN(t.height) AS height FROM tx_outputs o JOIN txs t ON t.txid = o.txid
     WHERE o.account = ? AND o.side = ? AND o.chain = ? AND o.idx >= ? AND t.state <> 'gone'`,
    [row.account, side, chain, n * chunkSize(chain) - GAP[chain]],
  );
  return used && Number(used.count) > 0 ? used.height : undefined;
}

/**
 * Derives ahead of what is used, on every chain of these accounts, or of all. An account that fails holds up no other;
 * the first failure is thrown at the end.
 */
export async function extendAccounts(context: Context, accounts?: ReadonlySet<number>): Promise<void> {
  const failures: unknown[] = [];
  for (const row of await accountRows(context.db, accounts && [...accounts])) {
    try {
      for (const side of [SIDE_HOT, SIDE_COLD])
        for (const chain of [0, 1]) await extendChain(context, { row, side, chain });
    } catch (error) {
      failures.push(error);
    }
    await turn();
  }
  if (failures.length > 0) throw failures[0];
}

/** Whether addresses are known far enough ahead when the account's hot side takes this change index. */
export function isChangeAhead({ chunks }: Context, account: number, changeIndex: number): boolean {
  return chunks.has(chunkName({ account, side: SIDE_HOT, chain: 1 }, lastChunk(1, changeIndex + 1)));
}

/** The chunk that has to be there when `top` is the highest used index. */
function lastChunk(chain: number, top: number): number {
  return Math.floor((top < 0 ? 0 : top + GAP[chain]) / chunkSize(chain));
}

async function extendChain(context: Context, at: Chain): Promise<void> {
  const { row, side, chain } = at;
  let top = await topIndex(context.db, at);
  if (side === SIDE_HOT && chain === 1) top = Math.max(top, row.change_next);
  for (const n of await missingChunks(context, at, lastChunk(chain, top))) await ensureChunk(context, at, n, 'used');
}

/** Those of the chunks up to `last` that are not known to be there. */
async function missingChunks({ db, chunks }: Context, { row, side, chain }: Chain, last: number): Promise<number[]> {
  const nameOf = (n: number): string => chunkName({ account: row.account, side, chain }, n);
  const unknown = Array.from({ length: last + 1 }, (_, n) => n).filter((n) => !chunks.has(nameOf(n)));
  const present = await allOf<{ idx: number }>(
    db,
    'SELECT idx FROM addresses WHERE account = ? AND side = ? AND chain = ? AND idx IN (?)',
    unknown.map((n) => n * chunkSize(chain)),
    [row.account, side, chain],
  );
  for (const { idx } of present) chunks.add(nameOf(idx / chunkSize(chain)));
  return unknown.filter((n) => !chunks.has(nameOf(n)));
}

/** The highest index of a chain that ever got coins, -1 when none did. */
async function topIndex(db: Db, { row, side, chain }: Chain): Promise<number> {
  const used = await db.get<{ top: number | null }>(
    'SELECT MAX(idx) AS top FROM tx_outputs WHERE account = ? AND side = ? AND chain = ?',
    [row.account, side, chain],
  );
  return used?.top ?? -1;
}
