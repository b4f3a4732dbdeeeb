// Attack (I1): two requests that each hide the other's coin: fees are counted from real amounts both times.
// Invariants: 1 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { REFUSE_BAD_FEE } from '../../protocol/wire';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: fee drain in two halves', () => {
  it("two requests that each hide the other's coin: fees are counted from real amounts both times", async () => {
    const rig = await channelRig();
    const [a, b] = [makeCoin(rig, { sats: 5_000_000 }), makeCoin(rig, { sats: 60_000, index: 1 })];
    const refused = await refusalOf(
      pay(rig, { userTxNo: '1', outs: out(50_000), coins: [a, b], feeSats: 1000, changeIndex: null }),
    );
    expect(refused).to.deep.equal({ refusal: REFUSE_BAD_FEE, tag: 'bad-fee' });
  }).timeout(180_000);
});
