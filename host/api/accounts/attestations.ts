// HSM-Cold's signature over a batch of addresses, for whoever wants to check it without an SMS.
// Spec: SPEC.md "attestation": SHA256d("chaincloud attestation v2\n" || digest32), 64-byte ECDSA of the account's
// identity key.

import { createHash } from 'node:crypto';
import { secp256k1 } from '@noble/curves/secp256k1';
import { bytesOf } from '../../bitcoin/scripts';
import { digestOfBatch, type AccountRow } from './addresses';
import type { Context } from '../context';
import { accountRow } from '../payments/plan';

const PREFIX = 'chaincloud attestation v2\n';

export interface Attestation {
  batch_no: number;
  address_type: number;
  /** pending: HSM-Cold has not answered yet; ready; failed: it refused, or vouches for other addresses than ours. */
  status: 'pending' | 'ready' | 'failed';
  digest: string;
  signature: string | null;
  identity: string;
  message: string | null;
}

export function isAttested(digest: string, signature: string, identity: string): boolean {
  if (!/^[0-9a-f]{64}$/.test(digest) || !/^[0-9a-f]{128}$/.test(signature)) return false;
  const once = createHash('sha256').update(PREFIX).update(bytesOf(digest)).digest();
  return secp256k1.verify(bytesOf(signature), createHash('sha256').update(once).digest(), bytesOf(identity), {
    lowS: false,
  });
}

interface AttestationRow {
  digest: string;
  signature: string | null;
  refused: string | null;
}

/** What is known; the first call queues the question to HSM-Cold. */
export async function attestation(
  context: Context,
  row: AccountRow,
  side: number,
  batchNo: number,
): Promise<Attestation> {
  const { db, runtime } = context;
  const key = [row.account, side, batchNo];
  const find = (): Promise<AttestationRow | undefined> =>
    db.get('SELECT digest, signature, refused FROM attestations WHERE account = ? AND side = ? AND batch_no = ?', key);
  let found = await find();
  if (!found) {
    const digest = await digestOfBatch(context, row, side, batchNo);
    await db.transaction(async (tx) => {
      const added = await tx.run(
        'INSERT INTO attestations (account, side, batch_no, digest) VALUES (?, ?, ?, ?) ON CONFLICT (account, side, batch_no) DO NOTHING',
        [...key, digest],
      );
      const nowMs = runtime.nowMs();
      if (added)
        await tx.run(
          "INSERT INTO jobs (kind, account, side, batch_no, state, not_before, created_at) VALUES ('attest', ?, ?, ?, 'open', ?, ?)",
          [...key, nowMs, nowMs],
        );
    });
    context.jobAdded();
    found = (await find()) as AttestationRow;
  }
  return {
    batch_no: batchNo,
    address_type: side,
    status: found.signature !== null ? 'ready' : found.refused !== null ? 'failed' : 'pending',
    digest: found.digest,
    signature: found.signature,
    identity: row.identity,
    message: found.refused,
  };
}

/** Keeps what HSM-Cold answered once it checks; else says what is wrong with it, and the question stays open. */
export async function takeAttestation(
  context: Context,
  account: number,
  side: number,
  batchNo: number,
  digest: string,
  signature: string,
): Promise<string | undefined> {
  const key = [account, side, batchNo];
  const row = await accountRow(context.db, account);
  const asked = await context.db.get<AttestationRow>(
    'SELECT digest, signature, refused FROM attestations WHERE account = ? AND side = ? AND batch_no = ?',
    key,
  );
  if (!row || !asked) return 'nobody asked';
  if (!isAttested(digest, signature, row.identity)) return 'bad-signature';
  if (digest !== asked.digest) {
    context.tell('HSM-Cold vouches for other addresses than the ones here', { account, side, batch_no: batchNo });
    await context.db.run(
      "UPDATE attestations SET refused = 'other-addresses' WHERE account = ? AND side = ? AND batch_no = ?",
      key,
    );
    return undefined;
  }
  await context.db.run(
    'UPDATE attestations SET signature = ?, refused = NULL WHERE account = ? AND side = ? AND batch_no = ?',
    [signature, ...key],
  );
  context.tell('HSM-Cold vouched for a batch of addresses', { account, side, batch_no: batchNo });
  return undefined;
}
