// A send request as a customer's form says it, checked, and as it stands in the database.

import type { Db } from '../../kit/sql';

export interface NewRequest {
  kind: 'sign' | 'ping';
  user_tx_no: string;
  coin_code: string;
  outs: string;
  is_dynamic_fee: number;
  only_confirmed: number;
  vc_code: string;
  c_id: number;
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
}

/** Ends a request without a payment and frees its coins. Only for requests that have no signature. */
export async function failRequest(tx: Db, requestId: number, reason: string): Promise<void> {
  await tx.run("UPDATE requests SET state = 'failed', reason = ? WHERE id = ? AND state IN ('queued', 'planned')", [
    reason,
    requestId,
  ]);
  await tx.run('DELETE FROM reservations WHERE request_id = ?', [requestId]);
}
