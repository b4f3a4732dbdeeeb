// Books a withdrawal and encrypts it for V, sealed to its vtest_id. A crash between the two leaves a row that V is not
// given; `sealLeftovers` finishes it at the next start.

import { encryptBoundInfo, outsText, type Out } from '../v1';
import type { WebsiteContext } from './context';
import type { WithdrawalRow } from './store';

/** Idempotent by `key`. Throws `idempotency-conflict`. */
export async function bookAndSeal(
  context: WebsiteContext,
  key: string,
  outs: Out[],
  dynamic: 0 | 1,
): Promise<WithdrawalRow> {
  const row = context.store.bookWithdrawal(key, outs, dynamic, context.runtime.nowMs());
  if (row.vtest_info !== null) return row;
  await seal(context, row);
  context.log.info(`withdrawal ${row.vtest_id} booked, ${outs.length} outputs, encrypted for V`, {
    vtest_id: row.vtest_id,
    outs: outs.length,
  });
  return context.store.withdrawal(row.vtest_id)!;
}

export async function sealLeftovers(context: WebsiteContext): Promise<void> {
  for (const row of context.store.unsealed()) await seal(context, row);
}

async function seal(context: WebsiteContext, row: WithdrawalRow): Promise<void> {
  const info = { outs: outsText(JSON.parse(row.outs)), dynamic: row.dynamic };
  context.store.setInfo(
    row.vtest_id,
    await encryptBoundInfo(info, row.vtest_id, context.password, (n) => context.runtime.random(n)),
  );
}
