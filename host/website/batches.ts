// Pulls a batch of addresses from the API and judges what can be judged here: its form and HSM-Cold's attestation.
// Whether the addresses may be used is V's word (open-routes.ts).

import { BATCH_SIZE, SIDE_COLD } from '../../protocol/wire';
import { fail } from '../../protocol/errors';
import { isAddress, isAnyAddress } from '../bitcoin/address';
import { batchDigest, isAttested, type IndexedAddress } from '../bitcoin/batch';
import type { WebsiteContext } from './context';
import type { Attestation } from './store';

/**
 * Asks the API for batch `batchNo` and stores it as unverified. Throws `api-failed`, `batch-form`, `batch-known`,
 * `batch-overlap`.
 */
export async function pullBatch(
  context: WebsiteContext,
  side: 1 | 2,
  batchNo: number,
): Promise<{ attestation: Attestation }> {
  const api = side === SIDE_COLD ? context.api.cold : context.api.hot;
  const answer = await api.get('/api/v1/open/address/batch/' + batchNo);
  if (answer.status !== 200) throw fail('api-failed', 'the API answered ' + answer.status + ' to the batch');
  const list = aBatch(answer.body, batchNo, context);
  const attestation = await readAttestation(context, side, batchNo, list);
  context.store.putBatch(side, batchNo, list, attestation, context.runtime.nowMs());
  logAttestation(context, { side, batchNo, attestation }, ` pulled, attestation ${attestation}`);
  return { attestation };
}

function aBatch(body: unknown, batchNo: number, context: WebsiteContext): IndexedAddress[] {
  if (!Array.isArray(body) || body.length !== BATCH_SIZE) throw fail('batch-form', 'expected 1000 addresses');
  return body.map((item, i) => {
    const { index, address } = (item ?? {}) as Partial<IndexedAddress>;
    if (index !== batchNo * BATCH_SIZE + i) throw fail('batch-form', 'item ' + i + ' has another index');
    const good =
      typeof address === 'string' &&
      (context.account ? isAddress(address, context.account.network) : isAnyAddress(address));
    if (!good) throw fail('batch-form', 'item ' + i + ' is no address of this network');
    return { index, address: address };
  });
}

/**
 * HSM-Cold's signature on this list, as the API hands it out. `none`: not there yet, V's word alone counts until it is.
 * A wrong one is never overruled by V's word.
 */
async function readAttestation(
  context: WebsiteContext,
  side: 1 | 2,
  batchNo: number,
  list: IndexedAddress[],
): Promise<Attestation> {
  if (!context.account) return 'none';
  const api = side === SIDE_COLD ? context.api.cold : context.api.hot;
  const answer = await api.get(`/api/v1/open/address/batch/${batchNo}/attestation`);
  const body = (answer.body ?? {}) as { signature?: unknown };
  if (answer.status !== 200 || typeof body.signature !== 'string') return 'none';
  const digest = batchDigest({ ...context.account, side, batchNo }, list);
  const good = isAttested(digest, Buffer.from(body.signature, 'hex'), Buffer.from(context.account.identity, 'hex'));
  return good ? 'good' : 'bad';
}

/** Asks again for attestations that were not there yet: HSM-Cold makes them in its idle time. */
export async function refreshAttestations(context: WebsiteContext): Promise<void> {
  for (const { side, batch_no: batchNo, attestation: known } of context.store.batches()) {
    if (known !== 'none') continue;
    const list = JSON.parse(context.store.batch(side, batchNo)!.address_list) as IndexedAddress[];
    const attestation = await readAttestation(context, side, batchNo, list);
    if (attestation === 'none') continue;
    context.store.setAttestation(side, batchNo, attestation);
    logAttestation(context, { side, batchNo, attestation }, `: HSM-Cold's attestation is ${attestation}`);
  }
}

/** "cold batch 3" and `words`; a bad attestation is a warning. */
function logAttestation(
  { log }: WebsiteContext,
  { side, batchNo, attestation }: { side: 1 | 2; batchNo: number; attestation: Attestation },
  words: string,
): void {
  const write = attestation === 'bad' ? log.warn : log.info;
  write(`${side === SIDE_COLD ? 'cold' : 'hot'} batch ${batchNo}${words}`, { side, batch_no: batchNo });
}
