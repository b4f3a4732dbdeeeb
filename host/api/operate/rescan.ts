// Reading the chain again from a height, and how far that is.

import type { Db } from '../../kit/sql';
import { accountRow } from '../accounts/account';
import type { RescanReply } from '../calls/admin';
import { timeText, type Context } from '../context';
import { apiFail } from '../http/errors';

const META_NAME = 'rescan';

interface Rescan {
  from: number;
  target: number;
  begunAtMs: number;
}

function tipOf(db: Db): Promise<{ height: number | null } | undefined> {
  return db.get('SELECT MAX(height) AS height FROM blocks');
}

/**
 * `account`: whose coins may begin at the height. Throws `not-found`, `bad-parameter` above the node's tip, `rpc-…`.
 */
export async function startRescan(context: Context, height: number, account: number | undefined): Promise<void> {
  const { db, rpc, runtime, follower, log } = context;
  if (account !== undefined && !(await accountRow(db, account)))
    throw apiFail('not-found', 'no account has this number');
  const target = await rpc.call<number>('getblockcount');
  if (height > target) throw apiFail('bad-parameter', `height expected 0..${target}`);
  const value: Rescan = { from: height, target, begunAtMs: runtime.nowMs() };
  const whose = account === undefined ? [] : [account];
  await db.transaction(async (tx) => {
    await tx.run(
      `UPDATE accounts SET birth_height = ? WHERE birth_height > ?${account === undefined ? '' : ' AND account = ?'}`,
      [height, height, ...whose],
    );
    await tx.run(
      'INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      [META_NAME, JSON.stringify(value)],
    );
  });
  await follower.rewindTo(height);
  context.lookSoon();
  log.info(`reads the chain again from block ${height}`);
}

/** Null when none was ever begun. */
export async function rescanProgress({ db }: Context): Promise<RescanReply> {
  const row = await db.get<{ value: string }>('SELECT value FROM meta WHERE name = ?', [META_NAME]);
  if (!row) return null;
  const { from, target, begunAtMs } = JSON.parse(row.value) as Rescan;
  const height = (await tipOf(db))?.height ?? null;
  return { from, height, target, begun_at: timeText(begunAtMs), done: height !== null && height >= target };
}
