// What V polls and reports to. Spec: docs/http-api.md "The website's side, polled by V",
// docs/published-app.md 6.2, 6.5 and 8.

import { SIDE_COLD } from '../../protocol/wire';
import type { FastifyInstance } from 'fastify';
import { batchDigest } from '../bitcoin/batch';
import type { Log } from '../kit/log';
import type { WebsiteContext } from './context';
import { BATCH_FAILED, BATCH_VERIFIED } from './store';

type Form = Record<string, string | undefined>;

/** `YYYY-MM-DDTHH:MM:SS`, UTC. */
export function isoSeconds(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}

export function openRoutes(app: FastifyInstance, context: WebsiteContext): void {
  withdrawalRoutes(app, context);
  batchRoutes(app, context);
}

function withdrawalRoutes(app: FastifyInstance, context: WebsiteContext): void {
  const { store, runtime, log } = context;

  // `after` (ours, not the published app's) is the one that V holds: the one behind it is asked for.
  app.get('/api/v1/open/vtest', async (request) => {
    const row = store.nextWithdrawal(aCount((request.query as Form).after) ?? 0);
    if (!row) return null;
    return { vtest_info: row.vtest_info, vtest_at: isoSeconds(row.created_ms), vtest_id: row.vtest_id };
  });

  app.post('/api/v1/open/vtest', async (request, reply) => {
    const form = (request.body ?? {}) as Form;
    const vtestId = aCount(form.vtest_id);
    const txHash = form.tx_hash === undefined || form.tx_hash === '' ? null : form.tx_hash;
    if (vtestId === null) return reply.code(400).send({ code: 1, message: 'vtest_id is not a number' });
    if (txHash !== null && !/^[0-9a-f]{64}$/.test(txHash))
      return reply.code(400).send({ code: 1, message: 'tx_hash is not 64 hex digits' });
    const result = store.reportWithdrawal(vtestId, txHash, runtime.nowMs());
    const about = { vtest_id: vtestId, tx_hash: txHash };
    if (!result) log.warn(`report on withdrawal ${vtestId} refused`, about);
    else if (txHash === null) log.warn(`withdrawal ${vtestId} failed`, about);
    else log.info(`withdrawal ${vtestId} paid by ${txHash}`, about);
    return { result };
  });
}

function batchRoutes(app: FastifyInstance, context: WebsiteContext): void {
  const { store, log } = context;

  app.get('/api/v1/open/batch', async () => {
    const row = store.nextBatch();
    if (!row) return null;
    return {
      batch_no: row.batch_no,
      address_list: JSON.parse(row.address_list),
      address_type: row.side,
      coin_type: 'BTC',
    };
  });

  // A `digest` (ours, not the published app's) says which list V judged: a word on an older list does not count for
  // this one.
  app.post('/api/v1/open/batch', async (request, reply) => {
    const form = (request.body ?? {}) as Form;
    const [batchNo, side, status] = [aCount(form.batch_no), aCount(form.type), aCount(form.status)];
    if (batchNo === null || (side !== 1 && side !== 2) || (status !== BATCH_VERIFIED && status !== BATCH_FAILED)) {
      return reply.code(400).send({ code: 1, message: 'expected batch_no, status 2 or 3, type 1 or 2' });
    }
    const row = store.batch(side, batchNo);
    if (!row) return { result: false };
    if (form.digest !== undefined && context.account) {
      const digest = batchDigest({ ...context.account, side, batchNo }, JSON.parse(row.address_list));
      if (Buffer.from(digest).toString('hex') !== form.digest) return { result: false };
    }
    const result = store.markBatch(side, batchNo, status);
    logReport(log, { side, batchNo, isVerified: status === BATCH_VERIFIED, isTaken: result });
    context.expectAttestations();
    return { result };
  });
}

function logReport(log: Log, report: { side: 1 | 2; batchNo: number; isVerified: boolean; isTaken: boolean }): void {
  const { side, batchNo, isVerified, isTaken } = report;
  const words = `${side === SIDE_COLD ? 'cold' : 'hot'} batch ${batchNo} ${isVerified ? 'verified' : 'FAILED'}`;
  const about = { side, batch_no: batchNo };
  if (isVerified && isTaken) log.info(words, about);
  else log.warn(isTaken ? words : words + ': report refused', about);
}

/** A plain non-negative number of at most 15 digits, or null. */
export function aCount(text: unknown): number | null {
  return typeof text === 'string' && /^[0-9]{1,15}$/.test(text) ? Number(text) : null;
}
