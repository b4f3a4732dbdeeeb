// Attack (I1): the clock goes forward only: setting it back refreshes no budget.
// Invariants: 5 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { setTime, unlock } from '../../host/operator';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { PIN, START_S, channelRig, linkUp } from '../firmware/rig';

describe('attack: velocity by clock', () => {
  it('the clock goes forward only: setting it back refreshes no budget', async () => {
    const rig = await channelRig({ account: { policy: { windowMaxSats: 100_000 } } });
    await pay(rig, { userTxNo: '1', outs: out(80_000), coins: [makeCoin(rig, { sats: 100_000 })], feeSats: 1000 });
    const error = await rig.world.finish(setTime(rig.coldConsole, START_S - 90_000, PIN)).catch((e) => e);
    expect(error.code).to.equal('time-back');
    rig.coldOff();
    rig.coldOn();
    await rig.world.finish(unlock(rig.coldConsole, PIN));
    await linkUp(rig);
    expect(
      (
        await refusalOf(
          pay(rig, {
            userTxNo: '2',
            outs: out(40_000),
            coins: [makeCoin(rig, { sats: 100_000, index: 1 })],
            feeSats: 1000,
          }),
        )
      ).tag,
    ).to.equal('policy-velocity');
  }).timeout(180_000);
});
