// Attack (I2): cut at every flash operation of a payment: afterwards it is either unsigned or signed once.
// Invariants: 2, 5 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { channelRig, wake } from '../firmware/rig';

describe('attack: power cut while signing', () => {
  it('cut at every flash operation of a payment: afterwards it is either unsigned or signed once', async () => {
    for (let cut = 1; cut <= 5; cut++) {
      const rig = await channelRig({ account: { policy: { windowMaxCount: 1 } } });
      const payment = { userTxNo: '1', outs: out(50_000), coins: [makeCoin(rig, { sats: 100_000 })], feeSats: 1000 };
      rig.cold.flash.operations = 0;
      rig.cold.flash.cutAt = cut;
      const first = pay(rig, payment).then(
        (signed) => signed.sigs,
        () => undefined,
      );
      await rig.world.run(5000);
      const isCut = rig.cold.flash.isOff;
      rig.coldOff();
      rig.coldOn();
      await wake(rig);
      const before = await rig.world.finish(first);
      if (isCut) expect(before, `cut ${cut}`).to.equal(undefined);
      await pay(rig, payment);
      expect((await refusalOf(pay(rig, { ...payment, userTxNo: '2' }))).tag).to.equal('policy-count');
    }
  }).timeout(180_000);
});
