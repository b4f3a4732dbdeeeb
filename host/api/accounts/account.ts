// An account as it stands in the database, and its extended public keys.

import { SIDE_HOT } from '../../../protocol/wire';
import type { HDKey } from '@scure/bip32';
import { requireAccountKey, type ScriptKind } from '../../bitcoin/keys';
import type { NetworkName } from '../../bitcoin/network';
import type { Db } from '../../kit/sql';
import { allOf } from '../../kit/sql/lists';

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

/** Whom a token stands for. */
export interface Caller {
  row: AccountRow;
  side: number;
  /** Of this account's side, for counting and keeping. */
  name: string;
}

export async function accountRow(db: Db, account: number): Promise<AccountRow | undefined> {
  return db.get<AccountRow>('SELECT * FROM accounts WHERE account = ?', [account]);
}

/** These accounts, or all. */
export function accountRows(db: Db, accounts?: number[]): Promise<AccountRow[]> {
  if (accounts) return allOf<AccountRow>(db, 'SELECT * FROM accounts WHERE account IN (?)', accounts);
  return db.all<AccountRow>('SELECT * FROM accounts ORDER BY account');
}

/** Number of a side's account key in its path. */
export function keyNumber(account: number, side: number): number {
  return 2 * account + (side === SIDE_HOT ? 1 : 0);
}

export function accountKey(row: AccountRow, network: NetworkName, side: number): HDKey {
  const xpub = side === SIDE_HOT ? row.hot_xpub : row.cold_xpub;
  return requireAccountKey(xpub, network, keyNumber(row.account, side), 'xpub');
}
