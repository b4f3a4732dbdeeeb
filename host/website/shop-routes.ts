// What the customer's own programs ask of the website: book withdrawals, give deposit addresses, watch deposits. JSON.
// Everything here needs the admin token; the end points that V polls are in open-routes.ts.

import type { FastifyInstance } from 'fastify';
import { fail } from '../../protocol/errors';
import { AMOUNT_MAX_SATS, BATCH_NO_MAX, OUTS_COUNT_MAX, SIDE_COLD, SIDE_HOT } from '../../protocol/wire';
import { destinationOf, isAddress, isAnyAddress } from '../bitcoin/address';
import { MIN_OUT_SATS, type Out } from '../v1';
import { pullBatch } from './batches';
import type { WebsiteContext } from './context';
import { refreshDeposits, readBalances } from './deposits';
import { isoSeconds } from './open-routes';
import { type WithdrawalRow } from './store';
import type { ShopWithdrawal } from './types';
import { bookAndSeal } from './withdrawals';

const LIST_LIMIT = 200;

export function shopRoutes(app: FastifyInstance, context: WebsiteContext): void {
  const { store, runtime } = context;

  /** {outs:[{address,sats}], dynamic?, idempotency_key} or the key in the header `idempotency-key`. */
  app.post('/shop/withdrawals', async (request, reply) => {
    const body = (request.body ?? {}) as Record<string, unknown>;
    const key = request.headers['idempotency-key'] ?? body.idempotency_key;
    if (typeof key !== 'string' || key.length < 1 || key.length > 100)
      throw fail('bad-parameter', 'idempotency_key: expected 1 to 100 characters');
    const dynamic = body.dynamic === undefined || body.dynamic === 1 || body.dynamic === true ? 1 : 0;
    const row = await runtime.track(bookAndSeal(context, key, aShopOuts(body.outs, context), dynamic));
    return reply.code(201).send(shopWithdrawal(row));
  });
  app.get('/shop/withdrawals', async () => store.withdrawals(LIST_LIMIT).map(shopWithdrawal));
  app.get('/shop/withdrawals/:id', async (request, reply) => {
    const row = store.withdrawal(Number((request.params as { id: string }).id));
    return row ? shopWithdrawal(row) : reply.code(404).send({ code: 'not-found', message: 'no such withdrawal' });
  });

  /** {side: 'hot'|'cold'|1|2, batch_no}: pulls one batch from the API for V to verify. */
  app.post('/shop/batches', async (request) => {
    const body = (request.body ?? {}) as Record<string, unknown>;
    const batchNo = body.batch_no ?? 0;
    if (!Number.isInteger(batchNo) || (batchNo as number) < 0 || (batchNo as number) > BATCH_NO_MAX)
      throw fail('bad-parameter', 'batch_no: expected 0..' + BATCH_NO_MAX);
    const side = aSide(body.side);
    const { attestation } = await runtime.track(pullBatch(context, side, batchNo as number));
    return { side, batch_no: batchNo, status: 1, attestation };
  });
  app.get('/shop/batches', async () =>
    store
      .batches()
      .map((row) => ({ side: row.side, batch_no: row.batch_no, status: row.status, attestation: row.attestation })),
  );

  /**
   * {ref?, side?}: the next verified address that nobody has (cold, unless asked otherwise); one `ref` gets one
   * address.
   */
  app.post('/shop/deposit-address', async (request, reply) => {
    const body = (request.body ?? {}) as Record<string, unknown>;
    if (body.ref !== undefined && (typeof body.ref !== 'string' || body.ref.length > 100))
      throw fail('bad-parameter', 'ref: expected up to 100 characters');
    const side = body.side === undefined ? SIDE_COLD : aSide(body.side);
    const row = store.giveAddress(side, body.ref ?? null, runtime.nowMs());
    if (!row) return reply.code(409).send({ code: 'no-verified-address', message: 'pull a batch and let V verify it' });
    return reply
      .code(201)
      .send({ address: row.address, index: row.idx, batch_no: row.batch_no, side: row.side, ref: row.ref });
  });

  app.get('/shop/deposits', async () => {
    await runtime.track(refreshDeposits(context));
    return store.deposits().map((row) => ({ ...row, received: row.confirmations >= context.confirmations }));
  });
  app.get('/shop/balances', async () => runtime.track(readBalances(context)));
}

export function shopWithdrawal(row: WithdrawalRow): ShopWithdrawal {
  return {
    vtest_id: row.vtest_id,
    outs: JSON.parse(row.outs),
    dynamic: row.dynamic,
    status: row.status,
    tx_hash: row.tx_hash,
    created_at: isoSeconds(row.created_ms),
    reported_at: row.reported_ms === null ? null : isoSeconds(row.reported_ms),
    idempotency_key: row.idempotency_key,
  };
}

function aSide(value: unknown): 1 | 2 {
  if (value === SIDE_HOT || value === 'hot') return SIDE_HOT;
  if (value === SIDE_COLD || value === 'cold') return SIDE_COLD;
  throw fail('bad-parameter', 'side: expected hot or cold');
}

function aShopOuts(value: unknown, context: WebsiteContext): Out[] {
  if (!Array.isArray(value) || value.length < 1 || value.length > OUTS_COUNT_MAX)
    throw fail('bad-parameter', 'outs: expected 1 to ' + OUTS_COUNT_MAX);
  return value.map((item, i) => {
    const { address, sats } = (item ?? {}) as Partial<Out>;
    const known =
      typeof address === 'string' &&
      (context.account ? isAddress(address, context.account.network) : isAnyAddress(address));
    if (!known) throw fail('bad-parameter', `outs[${i}].address: not an address of this network`);
    if (!Number.isInteger(sats) || (sats as number) < MIN_OUT_SATS || (sats as number) > AMOUNT_MAX_SATS) {
      throw fail('bad-parameter', `outs[${i}].sats: expected ${MIN_OUT_SATS} or more`);
    }
    return { address: destinationOf(address), sats: sats as number };
  });
}
