// Attack (I1): the right previous transaction, the wrong output of it.
// Invariants: 1 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: other output of prev tx', () => {
  it('the right previous transaction, the wrong output of it', async () => {
    const rig = await channelRig();
    const coin = makeCoin(rig, { sats: 100_000, outputs: 3 });
    expect(
      (await refusalOf(pay(rig, { userTxNo: '1', outs: out(50_000), coins: [{ ...coin, vout: 0 }], feeSats: 500 })))
        .tag,
    ).to.equal('not-own-coin');
    expect(
      (await refusalOf(pay(rig, { userTxNo: '2', outs: out(50_000), coins: [{ ...coin, vout: 3 }], feeSats: 500 })))
        .tag,
    ).to.equal('bad-prev-tx');
  }).timeout(180_000);
});
