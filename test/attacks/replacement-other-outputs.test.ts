// Attack (I2): another payment under a number that was paid, even when V authorised both.
// Invariants: 2 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { REFUSE_CONFLICT } from '../../protocol/wire';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: replacement other outputs', () => {
  it('another payment under a number that was paid, even when V authorised both', async () => {
    const rig = await channelRig();
    const coin = makeCoin(rig, { sats: 100_000 });
    await pay(rig, { userTxNo: '1', outs: out(50_000), coins: [coin], feeSats: 1000 });
    const refused = await refusalOf(pay(rig, { userTxNo: '1', outs: out(60_000), coins: [coin], feeSats: 1000 }));
    expect(refused).to.deep.equal({ refusal: REFUSE_CONFLICT, tag: 'user-tx-conflict' });
  }).timeout(180_000);
});
