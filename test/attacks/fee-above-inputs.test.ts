// Attack (I1): a fee that the inputs do not carry.
// Invariants: 1 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { REFUSE_BAD_FEE } from '../../protocol/wire';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: fee above inputs', () => {
  it('a fee that the inputs do not carry', async () => {
    const rig = await channelRig();
    const refused = await refusalOf(
      pay(rig, { userTxNo: '1', outs: out(50_000), coins: [makeCoin(rig, { sats: 60_000 })], feeSats: 10_001 }),
    );
    expect(refused.refusal).to.equal(REFUSE_BAD_FEE);
  }).timeout(180_000);
});
