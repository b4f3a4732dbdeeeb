// Attack (I1): one coin counted twice.
// Invariants: 1 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: same coin twice', () => {
  it('one coin counted twice', async () => {
    const rig = await channelRig();
    const coin = makeCoin(rig, { sats: 100_000 });
    expect(
      (await refusalOf(pay(rig, { userTxNo: '1', outs: out(150_000), coins: [coin, coin], feeSats: 1000 }))).tag,
    ).to.equal('same-coin-twice');
  }).timeout(180_000);
});
