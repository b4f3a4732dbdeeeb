// Attack (I1): a channel number that was never given out authorises nothing.
// Invariants: 1, 3 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { REFUSE_NO_CHANNEL } from '../../protocol/wire';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: made up channel', () => {
  it('a channel number that was never given out authorises nothing', async () => {
    const rig = await channelRig();
    const payment = {
      userTxNo: '1',
      outs: out(50_000),
      coins: [makeCoin(rig, { sats: 100_000 })],
      feeSats: 1000,
      channelId: 4_000_000,
    };
    expect((await refusalOf(pay(rig, payment))).refusal).to.equal(REFUSE_NO_CHANNEL);
  }).timeout(180_000);
});
