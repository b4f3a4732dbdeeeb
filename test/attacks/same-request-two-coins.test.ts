// Attack (I2): one request, other coins the second time: only one payment.
// Invariants: 2 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { REFUSE_CONFLICT } from '../../protocol/wire';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: same request two coins', () => {
  it('one request, other coins the second time: only one payment', async () => {
    const rig = await channelRig();
    const payment = { userTxNo: '1', outs: out(50_000), coins: [makeCoin(rig, { sats: 100_000 })], feeSats: 1000 };
    await pay(rig, payment);
    const refused = await refusalOf(pay(rig, { ...payment, coins: [makeCoin(rig, { sats: 100_000, index: 1 })] }));
    expect(refused).to.deep.equal({ refusal: REFUSE_CONFLICT, tag: 'no-common-coin' });
  }).timeout(180_000);
});
