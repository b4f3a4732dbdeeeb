// A send request as a customer's form says it, checked, and as it stands in the database.

import type { Db } from '../../kit/sql';
import type { Context } from '../context';

export interface NewRequest {
  kind: 'sign' | 'ping';
  user_tx_no: string;
  coin_code: string;
  outs: string;
  is_dynamic_fee: number;
  only_confirmed: number;
  vc_code: string;
  c_id: number;
  max_fee_sats: number;
  proto: 1 | 2;
  authority: string;
}

export interface RequestRow extends NewRequest {
  id: number;
  account: number;
  requested_at: number;
  state: 'queued' | 'planned' | 'signed' | 'sent' | 'failed';
  reason: string | null;
  change_index: number | null;
  fee_sats: number | null;
  tx_hash: string | null;
  raw_tx: string | null;
  tx_at: number | null;
  /** Failures since it came into its state, when it is tried again, and why it waits. */
  tries: number;
  not_before: number;
  last_failure: string | null;
}

const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 30_000;

/** How long what failed waits after so many tries before it: twice as long each time. */
export function pauseAfterMs(tries: number): number {
  return Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(tries, 10));
}

/** A request that failed and may be tried again is left alone for a while. */
export async function postponeRequest(
  { db, runtime }: Context,
  { id, tries }: Pick<RequestRow, 'id' | 'tries'>,
  why: string,
): Promise<void> {
  await db.run('UPDATE requests SET tries = ?, not_before = ?, last_failure = ? WHERE id = ?', [
    tries + 1,
    runtime.nowMs() + pauseAfterMs(tries),
    why,
    id,
  ]);
}

/** The rows with the accounts in turn; the order within an account stays. */
export function inTurns<T extends { account: number }>(rows: readonly T[]): T[] {
  const byAccount = new Map<number, T[]>();
  for (const row of rows) {
    const own = byAccount.get(row.account);
    if (own) own.push(row);
    else byAccount.set(row.account, [row]);
  }
  const taken: T[] = [];
  for (let i = 0; taken.length < rows.length; i++)
    for (const own of byAccount.values()) if (i < own.length) taken.push(own[i]);
  return taken;
}

/** Ends a request without a payment and frees its coins. Only for requests that have no signature. */
export async function failRequest(tx: Db, requestId: number, reason: string): Promise<void> {
  await tx.run("UPDATE requests SET state = 'failed', reason = ? WHERE id = ? AND state IN ('queued', 'planned')", [
    reason,
    requestId,
  ]);
  await tx.run('DELETE FROM reservations WHERE request_id = ?', [requestId]);
}
