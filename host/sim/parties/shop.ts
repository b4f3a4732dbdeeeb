// The customer's staff at the website, in the simulator: what a person would click, as HTTP calls to the real website.
import { fail } from '../../../protocol/errors';
import type { ShopBatch, ShopOut, ShopWithdrawal } from '../../website/types';

export interface Shop {
  /** Asks for batch `batchNo` of one side (1 hot, 2 cold); the website fetches it from the API and V will see it. */
  requestBatch(side: 1 | 2, batchNo: number): Promise<void>;
  batches(): Promise<ShopBatch[]>;
  /** A verified cold address for the next payer. */
  depositAddress(): Promise<{ address: string; index: number }>;
  /** Stores a withdrawal for V; answers its id. */
  withdraw(outs: ShopOut[], idempotencyKey?: string): Promise<number>;
  withdrawals(): Promise<ShopWithdrawal[]>;
  call<T>(method: 'GET' | 'POST', path: string, body?: object): Promise<T>;
}

export function createShop(url: string, token: string): Shop {
  let count = 0;

  async function call<T>(method: 'GET' | 'POST', path: string, body?: object): Promise<T> {
    const answer = await fetch(url + path, {
      method,
      headers: { token, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    if (!answer.ok) throw fail('shop', `${method} ${path} answered ${answer.status}: ${text}`);
    return JSON.parse(text) as T;
  }

  return {
    call,
    requestBatch: async (side, batchNo) => void (await call('POST', '/shop/batches', { side, batch_no: batchNo })),
    batches: () => call('GET', '/shop/batches'),
    depositAddress: () => call('POST', '/shop/deposit-address', {}),
    async withdraw(outs, idempotencyKey = `sim-${++count}`) {
      const made = await call<{ vtest_id: number }>('POST', '/shop/withdrawals', {
        outs,
        idempotency_key: idempotencyKey,
      });
      return made.vtest_id;
    },
    withdrawals: () => call('GET', '/shop/withdrawals'),
  };
}
