// Attack (I3): after a new channel the old request gets its old answer and no other.
// Invariants: 2, 3 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { REFUSE_NO_CHANNEL } from '../../protocol/wire';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: replay after rekey', () => {
  it('after a new channel the old request gets its old answer and no other', async () => {
    const rig = await channelRig();
    const old = rig.v.channel!;
    const coin = makeCoin(rig, { sats: 100_000 });
    const payment = {
      userTxNo: '1',
      outs: out(50_000),
      coins: [coin],
      feeSats: 1000,
      channelId: old.id,
      authority: rig.v.authority('1', out(50_000)),
    };
    const first = await pay(rig, payment);
    rig.v.channel = undefined;
    rig.v.open();
    await rig.world.until(() => rig.v.channel !== undefined);
    await pay(rig, {
      userTxNo: '2',
      outs: out(20_000),
      coins: [makeCoin(rig, { sats: 100_000, index: 2 })],
      feeSats: 1000,
    });
    expect((await pay(rig, payment)).sigs).to.deep.equal(first.sigs);
    expect((await refusalOf(pay(rig, { ...payment, feeSats: 2000 }))).refusal).to.equal(REFUSE_NO_CHANNEL);
  }).timeout(180_000);
});
