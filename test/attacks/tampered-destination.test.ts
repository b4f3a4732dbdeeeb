// Attack (I1): a destination changed after V authorised: forged.
// Invariants: 1 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { REFUSE_BAD_AUTHORITY } from '../../protocol/wire';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: tampered destination', () => {
  it('a destination changed after V authorised: forged', async () => {
    const rig = await channelRig();
    const authority = rig.v.authority('1', out(50_000), 0);
    const payment = {
      userTxNo: '1',
      outs: out(50_000),
      coins: [makeCoin(rig, { sats: 1_000_000 })],
      feeSats: 1000,
      authority,
      ...({ outs: out(50_000, 9) } as object),
    };
    expect((await refusalOf(pay(rig, payment))).refusal).to.equal(REFUSE_BAD_AUTHORITY);
  }).timeout(180_000);
});
