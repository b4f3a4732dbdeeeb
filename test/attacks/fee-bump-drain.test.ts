// Attack (I1): replacements that raise the fee again and again run into the fee limits.
// Invariants: 1, 2 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: fee bump drain', () => {
  it('replacements that raise the fee again and again run into the fee limits', async () => {
    const rig = await channelRig({ account: { policy: { windowMaxFeeSats: 5000 } } });
    const payment = { userTxNo: '1', outs: out(50_000), coins: [makeCoin(rig, { sats: 100_000 })] };
    await pay(rig, { ...payment, feeSats: 2000 });
    await pay(rig, { ...payment, feeSats: 4500 });
    expect((await refusalOf(pay(rig, { ...payment, feeSats: 5001 }))).tag).to.equal('policy-fee-velocity');
  }).timeout(180_000);
});
