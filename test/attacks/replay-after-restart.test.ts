// Attack (I3): power cuts of both boards do not make a payment new.
// Invariants: 2, 5 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { channelRig, wake } from '../firmware/rig';

describe('attack: replay after restart', () => {
  it('power cuts of both boards do not make a payment new', async () => {
    const rig = await channelRig();
    const payment = { userTxNo: '1', outs: out(50_000), coins: [makeCoin(rig, { sats: 100_000 })], feeSats: 1000 };
    const first = await pay(rig, payment);
    rig.coldOff();
    rig.hotOff();
    rig.hotOn();
    rig.coldOn();
    await wake(rig);
    expect((await pay(rig, payment)).sigs).to.deep.equal(first.sigs);
    expect(
      (await refusalOf(pay(rig, { ...payment, coins: [makeCoin(rig, { sats: 100_000, index: 5 })] }))).tag,
    ).to.equal('no-common-coin');
  }).timeout(180_000);
});
