// Attack (I1): the rolling limit is what was written, not what a restart forgot.
// Invariants: 5 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { channelRig, wake } from '../firmware/rig';

describe('attack: velocity after restart', () => {
  it('the rolling limit is what was written, not what a restart forgot', async () => {
    const rig = await channelRig({ account: { policy: { windowMaxSats: 120_000 } } });
    await pay(rig, { userTxNo: '1', outs: out(80_000), coins: [makeCoin(rig, { sats: 100_000 })], feeSats: 1000 });
    rig.coldOff();
    rig.coldOn();
    await wake(rig);
    const more = {
      userTxNo: '2',
      outs: out(40_001),
      coins: [makeCoin(rig, { sats: 100_000, index: 1 })],
      feeSats: 1000,
    };
    expect((await refusalOf(pay(rig, more))).tag).to.equal('policy-velocity');
    await pay(rig, { ...more, userTxNo: '3', outs: out(40_000) });
  }).timeout(180_000);
});
