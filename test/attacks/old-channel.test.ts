// Attack (I3): after a new channel is in use the old one authorises nothing.
// Invariants: 3 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { REFUSE_NO_CHANNEL } from '../../protocol/wire';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: old channel', () => {
  it('after a new channel is in use the old one authorises nothing', async () => {
    const rig = await channelRig();
    const old = rig.v.channel!;
    rig.v.channel = undefined;
    rig.v.open();
    await rig.world.until(() => rig.v.channel !== undefined);
    await pay(rig, { userTxNo: '1', outs: out(50_000), coins: [makeCoin(rig, { sats: 100_000 })], feeSats: 1000 });
    const late = {
      userTxNo: '2',
      outs: out(50_000),
      coins: [makeCoin(rig, { sats: 100_000 })],
      feeSats: 1000,
      channelId: old.id,
      authority: rig.v.authority('2', out(50_000), 0, old),
    };
    expect((await refusalOf(pay(rig, late))).refusal).to.equal(REFUSE_NO_CHANNEL);
  }).timeout(180_000);
});
