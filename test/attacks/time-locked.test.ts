// Attack (I1): sequence numbers and lock times that hold a payment back.
// Invariants: 2 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: time locked', () => {
  it('sequence numbers and lock times that hold a payment back', async () => {
    const rig = await channelRig();
    const payment = { outs: out(50_000), coins: [makeCoin(rig, { sats: 100_000 })], feeSats: 1000 };
    expect((await refusalOf(pay(rig, { ...payment, userTxNo: '1', sequence: 144 }))).tag).to.equal('bad-sequence');
    for (const locktime of [1, 800_000, 1_900_000_000])
      expect((await refusalOf(pay(rig, { ...payment, userTxNo: '2', locktime }))).tag).to.equal('bad-locktime');
  }).timeout(180_000);
});
