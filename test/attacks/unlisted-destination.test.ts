// Attack (I1): an address that is not on the allow-list, whatever V signed.
// Invariants: 1 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: unlisted destination', () => {
  it('an address that is not on the allow-list, whatever V signed', async () => {
    const listed = out(1, 3).split(',')[0];
    const rig = await channelRig({ account: { policy: { isAllowListOnly: true }, allowList: [listed] } });
    const coins = [makeCoin(rig, { sats: 100_000 })];
    expect(
      (await refusalOf(pay(rig, { userTxNo: '1', outs: `${out(20_000, 3)};${out(20_000, 4)}`, coins, feeSats: 1000 })))
        .tag,
    ).to.equal('policy-destination');
    await pay(rig, { userTxNo: '2', outs: out(20_000, 3), coins, feeSats: 1000 });
  }).timeout(180_000);
});
