// Attack (I1): an amount changed after V authorised: forged.
// Invariants: 1 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { REFUSE_BAD_AUTHORITY } from '../../protocol/wire';
import { out, refusalOfChanged } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: tampered amount', () => {
  it('an amount changed after V authorised: forged', async () => {
    const changed = { outs: out(50_001) };
    expect(await refusalOfChanged(await channelRig(), changed)).to.equal(REFUSE_BAD_AUTHORITY);
  }).timeout(180_000);
});
