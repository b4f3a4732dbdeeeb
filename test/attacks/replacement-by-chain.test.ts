// Attack (I2): a replacement of a replacement that shares no coin with the first payment.
// Invariants: 2 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: replacement by chain', () => {
  it('a replacement of a replacement that shares no coin with the first payment', async () => {
    const rig = await channelRig();
    const [a, b, c] = [0, 1, 2].map((index) => makeCoin(rig, { sats: 100_000, index }));
    const payment = { userTxNo: '1', outs: out(50_000), coins: [a], feeSats: 1000 };
    await pay(rig, payment);
    await pay(rig, { ...payment, coins: [a, b], feeSats: 2000 });
    expect((await refusalOf(pay(rig, { ...payment, coins: [b, c], feeSats: 3000 }))).tag).to.equal('no-common-coin');
  }).timeout(180_000);
});
