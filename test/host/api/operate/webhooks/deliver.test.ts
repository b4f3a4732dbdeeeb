// Holds host/api/operate/webhooks/deliver.ts where the database fails under a delivery: the duty shows it, and the
// other endpoints are served. Deliveries themselves: webhooks.test.ts.

import { expect } from 'chai';
import type { Context } from '../../../../../host/api/context';
import { createDeliverer } from '../../../../../host/api/operate/webhooks/deliver';
import { createUrlRule } from '../../../../../host/api/operate/webhooks/url';
import { manualRuntime } from '../../../chain/fixture';

describe('host/api/operate/webhooks/deliver', () => {
  it('a delivery that stops half way is thrown at the next round, the other endpoints go on', async () => {
    const left = [1, 2].map((id) => ({ id, next_try_at: 0 }));
    const asked: unknown[] = [];
    const db = {
      all: async () => left,
      run: async () => 0,
      get: async (_sql: string, [id]: unknown[]) => {
        asked.push(id);
        if (id === 1) throw Object.assign(new Error('lost'), { code: 'db-lost' });
      },
    };
    const context = { db, runtime: manualRuntime() } as unknown as Context;
    const deliverer = createDeliverer({ context, rule: createUrlRule(), onTry: () => undefined });
    expect(await deliverer.start()).to.equal(true);
    await deliverer.idle();
    expect(asked).to.deep.equal([1, 2, 2]);
    left.shift();
    expect(await deliverer.start().catch((error: unknown) => error)).to.include({ code: 'db-lost' });
    await deliverer.idle();
    expect(await deliverer.start()).to.equal(true);
    expect(asked).to.have.length(7);
  });
});
