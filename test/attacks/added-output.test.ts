// Attack (I1): an output added to what V authorised: forged.
// Invariants: 1 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { REFUSE_BAD_AUTHORITY } from '../../protocol/wire';
import { out, refusalOfChanged } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: added output', () => {
  it('an output added to what V authorised: forged', async () => {
    const changed = { outs: `${out(50_000)};${out(40_000, 8)}` };
    expect(await refusalOfChanged(await channelRig(), changed)).to.equal(REFUSE_BAD_AUTHORITY);
  }).timeout(180_000);
});
