// Attack (I1): is_dynamic_fee changed after V authorised: forged.
// Invariants: 1 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { REFUSE_BAD_AUTHORITY } from '../../protocol/wire';
import { refusalOfChanged } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: tampered fee mode', () => {
  it('is_dynamic_fee changed after V authorised: forged', async () => {
    const changed = { dynamic: 1 };
    expect(await refusalOfChanged(await channelRig(), changed)).to.equal(REFUSE_BAD_AUTHORITY);
  }).timeout(180_000);
});
