// HSM-Cold's signature over a batch of addresses, for whoever wants to check it without an SMS. Spec: SPEC.md,
// attestation.

import { SIDE_COLD, SIDE_HOT } from '../../../protocol/wire';
import { isAttested } from '../../bitcoin/batch';
import { bytesOf } from '../../bitcoin/hex';
import type { Db } from '../../kit/sql';
import type { Context } from '../context';
import type { AttestationReply } from '../calls/open';
import { accountRow, type AccountRow } from './account';
import { digestOfBatch } from './addresses';

interface AttestationRow {
  digest: string;
  signature: string | null;
  refused: string | null;
}

/** Which batch of whom. */
export interface BatchKey {
  account: number;
  side: number;
  batchNo: number;
}

function find(db: Db, { account, side, batchNo }: BatchKey): Promise<AttestationRow | undefined> {
  return db.get('SELECT digest, signature, refused FROM attestations WHERE account = ? AND side = ? AND batch_no = ?', [
    account,
    side,
    batchNo,
  ]);
}

/** What is known; the first call queues the question to HSM-Cold. */
export async function attestation(
  context: Context,
  row: AccountRow,
  side: number,
  batchNo: number,
): Promise<AttestationReply> {
  const key = { account: row.account, side, batchNo };
  const found = (await find(context.db, key)) ?? (await ask(context, key, row));
  return {
    batch_no: batchNo,
    address_type: side === SIDE_HOT ? SIDE_HOT : SIDE_COLD,
    status: found.signature !== null ? 'ready' : found.refused !== null ? 'failed' : 'pending',
    digest: found.digest,
    signature: found.signature,
    identity: row.identity,
    message: found.refused,
  };
}

/** Queues the question, unless somebody else has, and returns how it stands. */
async function ask(context: Context, key: BatchKey, row: AccountRow): Promise<AttestationRow> {
  const { db, runtime } = context;
  const { account, side, batchNo } = key;
  const digest = await digestOfBatch(context, row, side, batchNo);
  await db.transaction(async (tx) => {
    const added = await tx.run(
      `INSERT INTO attestations (account, side, batch_no, digest) VALUES (?, ?, ?, ?)
       ON CONFLICT (account, side, batch_no) DO NOTHING`,
      [account, side, batchNo, digest],
    );
    const nowMs = runtime.nowMs();
    if (added)
      await tx.run(
        `INSERT INTO jobs (kind, account, side, batch_no, state, not_before, created_at)
         VALUES ('attest', ?, ?, ?, 'open', ?, ?)`,
        [account, side, batchNo, nowMs, nowMs],
      );
  });
  context.jobAdded();
  return (await find(db, key)) ?? { digest, signature: null, refused: null };
}

/** Keeps what HSM-Cold signed once it checks; else returns what is wrong with it, and the question stays open. */
export async function takeAttestation(
  context: Context,
  key: BatchKey,
  given: { digest: string; signature: string },
): Promise<string | undefined> {
  const { account, side, batchNo } = key;
  const about = { account, side, batch_no: batchNo };
  const row = await accountRow(context.db, account);
  const asked = await find(context.db, key);
  if (!row || !asked) return 'nobody asked';
  if (!isAttested(bytesOf(given.digest), bytesOf(given.signature), bytesOf(row.identity))) return 'bad-signature';
  if (given.digest !== asked.digest) {
    context.log.warn('HSM-Cold attests other addresses than the ones here', about);
    await context.db.run(
      "UPDATE attestations SET refused = 'other-addresses' WHERE account = ? AND side = ? AND batch_no = ?",
      [account, side, batchNo],
    );
    return undefined;
  }
  await context.db.run(
    'UPDATE attestations SET signature = ?, refused = NULL WHERE account = ? AND side = ? AND batch_no = ?',
    [given.signature, account, side, batchNo],
  );
  context.log.info('HSM-Cold attested a batch of addresses', about);
  return undefined;
}
