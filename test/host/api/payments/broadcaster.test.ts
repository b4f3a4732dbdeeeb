// Holds host/api/payments/broadcaster.ts where a duty's turn and a gateway's result send one payment at once. What the
// node and reorganisations do to a payment: ../sending.test.ts.

import { expect } from 'chai';
import type { Context } from '../../../../host/api/context';
import { broadcastSigned } from '../../../../host/api/payments/broadcaster';
import { MIGRATIONS } from '../../../../host/api/schema';
import { createLog } from '../../../../host/kit/log';
import { openDb } from '../../../../host/kit/sql';
import { manualRuntime } from '../../chain/fixture';

const RAW = `0100000001${'11'.repeat(32)}0000000000ffffffff01e803000000000000160014${'22'.repeat(20)}00000000`;

describe('host/api/payments/broadcaster', () => {
  it('sent twice at once: the refusal of the later try is not kept', async () => {
    const runtime = manualRuntime();
    const db = await openDb(':memory:', MIGRATIONS);
    await db.run(
      `INSERT INTO requests (account, kind, user_tx_no, coin_code, outs, is_dynamic_fee, only_confirmed, vc_code, c_id,
         proto, authority, requested_at, state, tx_hash, raw_tx)
       VALUES (0, 'sign', '1', 'BTC', '', 0, 0, '', 1, 2, '', 0, 'signed', ?, ?)`,
      ['33'.repeat(32), RAW],
    );
    const contextOf = (call: () => Promise<unknown>): Context =>
      ({ db, runtime, log: createLog({ runtime, who: 'api' }), rpc: { call } }) as unknown as Context;
    const first = contextOf(async () => '33'.repeat(32));
    const refusal = { code: 'rpc-error', rpcCode: -27, rpcText: 'txn-already-in-mempool' };
    const later = contextOf(async () => {
      await broadcastSigned(first);
      throw Object.assign(new Error(), { ...refusal, rpcCode: -26 });
    });
    await broadcastSigned(later);
    expect(await db.get('SELECT state, reason, tries, not_before, last_failure FROM requests')).to.deep.equal({
      state: 'sent',
      reason: null,
      tries: 0,
      not_before: 0,
      last_failure: null,
    });
    await db.close();
  });
});
