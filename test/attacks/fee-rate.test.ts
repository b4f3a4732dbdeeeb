// Attack (I1): a small payment with a large fee.
// Invariants: 1 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: fee rate', () => {
  it('a small payment with a large fee', async () => {
    const rig = await channelRig({ account: { policy: { maxFeerateSatVb: 50 } } });
    expect(
      (
        await refusalOf(
          pay(rig, { userTxNo: '1', outs: out(50_000), coins: [makeCoin(rig, { sats: 1_000_000 })], feeSats: 20_000 }),
        )
      ).tag,
    ).to.equal('policy-fee-rate');
  }).timeout(180_000);
});
