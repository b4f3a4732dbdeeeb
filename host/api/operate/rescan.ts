// Re-scans that people ask for, and how far the last one is. The reading: ../../chain/rescan.ts.

import { addRescan } from '../../chain/rescan';
import { accountRow } from '../accounts/account';
import { requireBlock } from '../accounts/pruned';
import type { RescanReply } from '../calls/admin';
import { timeText, type Context } from '../context';
import { apiFail } from '../http/errors';

/**
 * `account`: whose coins may begin at the height. Throws `not-found`, `bad-parameter` above the node's tip and where
 * the node is pruned, `rpc-…`.
 */
export async function startRescan(context: Context, height: number, account: number | undefined): Promise<void> {
  const { db, rpc, runtime, log } = context;
  if (account !== undefined && !(await accountRow(db, account)))
    throw apiFail('not-found', 'no account has this number');
  const target = await rpc.call<number>('getblockcount');
  if (height > target) throw apiFail('bad-parameter', `height expected 0..${target}`);
  await requireBlock(rpc, height, 'height');
  const whose = account === undefined ? [] : [account];
  await db.transaction(async (tx) => {
    await tx.run(
      `UPDATE accounts SET birth_height = ? WHERE birth_height > ?${account === undefined ? '' : ' AND account = ?'}`,
      [height, height, ...whose],
    );
    await addRescan(tx, { from: height, target, nowMs: runtime.nowMs(), isAsked: true });
  });
  context.callers.clear();
  context.lookSoon();
  log.info(`reads the chain again from block ${height}`);
}

interface AskedRow {
  from_height: number;
  next_height: number;
  target: number;
  begun_at: number;
  ended_at: number | null;
  failure: string | null;
}

/** Null when none was ever asked for. */
export async function rescanProgress({ db }: Context): Promise<RescanReply> {
  const row = await db.get<AskedRow>('SELECT * FROM rescans WHERE is_asked = 1 ORDER BY id DESC LIMIT 1');
  if (!row) return null;
  return {
    from: row.from_height,
    height: row.next_height > row.from_height ? row.next_height - 1 : null,
    target: row.target,
    begun_at: timeText(row.begun_at),
    done: row.ended_at !== null,
    failure: row.failure,
  };
}
