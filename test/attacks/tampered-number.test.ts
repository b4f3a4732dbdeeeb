// Attack (I1): another user_tx_no under V's authority: forged.
// Invariants: 1 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { REFUSE_BAD_AUTHORITY } from '../../protocol/wire';
import { refusalOfChanged } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: tampered number', () => {
  it("another user_tx_no under V's authority: forged", async () => {
    const changed = { userTxNo: '2' };
    expect(await refusalOfChanged(await channelRig(), changed)).to.equal(REFUSE_BAD_AUTHORITY);
  }).timeout(180_000);
});
