// Attack (I1): a coin of the cold receiving side never gets a signature over the link.
// Invariants: 6 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { REFUSE_BAD_INPUT } from '../../protocol/wire';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: cold coin over link', () => {
  it('a coin of the cold receiving side never gets a signature over the link', async () => {
    const rig = await channelRig();
    const refused = await refusalOf(
      pay(rig, {
        userTxNo: '1',
        outs: out(50_000),
        coins: [makeCoin(rig, { sats: 100_000, side: 'cold' })],
        feeSats: 1000,
      }),
    );
    expect(refused).to.deep.equal({ refusal: REFUSE_BAD_INPUT, tag: 'not-own-coin' });
  }).timeout(180_000);
});
