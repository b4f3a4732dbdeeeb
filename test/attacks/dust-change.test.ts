// Attack (I8): change that nobody can spend.
// Invariants: 8 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { REFUSE_BAD_FEE } from '../../protocol/wire';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: dust change', () => {
  it('change that nobody can spend', async () => {
    const rig = await channelRig();
    const refused = await refusalOf(
      pay(rig, { userTxNo: '1', outs: out(50_000), coins: [makeCoin(rig, { sats: 51_545 })], feeSats: 1000 }),
    );
    expect(refused.refusal).to.equal(REFUSE_BAD_FEE);
    await pay(rig, { userTxNo: '2', outs: out(50_000), coins: [makeCoin(rig, { sats: 51_546 })], feeSats: 1000 });
  }).timeout(180_000);
});
