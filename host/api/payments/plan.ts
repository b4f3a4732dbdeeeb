// The plan of a request as it stands in the database: coins with their previous transactions, outputs, fee, change.

import type { Db } from '../../kit/sql';
import { accountKey, type AccountRow } from '../accounts/addresses';
import type { Plan, PlannedInput } from './assemble';
import { SIDE_HOT, type Context } from '../context';
import { parseOuts } from './outs';
import type { RequestRow } from './requests';

export async function accountRow(db: Db, account: number): Promise<AccountRow | undefined> {
  return db.get<AccountRow>('SELECT * FROM accounts WHERE account = ?', [account]);
}

export async function planOf(db: Db, context: Context, row: AccountRow, request: RequestRow): Promise<Plan> {
  const inputs = await db.all<PlannedInput>(
    `SELECT i.prev_txid AS txid, i.prev_vout AS vout, i.value AS sats, i.chain, i.idx, t.raw AS "rawPrev"
     FROM request_inputs i JOIN txs t ON t.txid = i.prev_txid WHERE i.request_id = ? ORDER BY i.sn`,
    [request.id],
  );
  return {
    network: context.network,
    kind: row.script,
    key: accountKey(context, row, SIDE_HOT),
    inputs,
    outs: parseOuts(request.outs, context.network),
    feeSats: request.fee_sats ?? 0,
    changeIndex: request.change_index,
  };
}
