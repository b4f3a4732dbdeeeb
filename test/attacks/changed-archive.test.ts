// Attack (I2): payments that were archived stay paid and are replaced by their own coin only; a changed archive stops
// the board. Invariants: 2, 5 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { status, valueOf } from '../../host/operator';
import { REFUSE_CONFLICT } from '../../protocol/wire';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: changed archive', () => {
  it('archived payments stay paid, only their own coin replaces them; a changed archive stops the board', async () => {
    const rig = await channelRig({ account: { policy: { windowMaxCount: 200 } } });
    const first = { userTxNo: 'n0', outs: out(10_000), coins: [makeCoin(rig, { sats: 100_000 })], feeSats: 1000 };
    await pay(rig, first);
    for (let n = 1; n < 100; n++) {
      await pay(rig, {
        userTxNo: `n${n}`,
        outs: out(10_000),
        coins: [makeCoin(rig, { sats: 100_000 })],
        feeSats: 1000,
      });
      await rig.world.run(3000);
    }
    await rig.world.run(20_000);
    expect(rig.cold.flash.archived[0]).to.not.equal(255);
    await pay(rig, first);
    await pay(rig, { ...first, feeSats: 2000 });
    expect((await refusalOf(pay(rig, { ...first, coins: [makeCoin(rig, { sats: 100_000 })] }))).tag).to.equal(
      'no-common-coin',
    );
    expect((await refusalOf(pay(rig, { ...first, outs: out(20_000) }))).refusal).to.equal(REFUSE_CONFLICT);
    rig.coldOff();
    rig.cold.flash.archived[40] ^= 1;
    rig.coldOn();
    expect(valueOf(await rig.world.finish(status(rig.coldConsole)), 'state')).to.equal('archive-lost');
  }).timeout(180_000);
});
