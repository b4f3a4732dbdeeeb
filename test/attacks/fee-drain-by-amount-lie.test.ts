// Attack (I1): a previous transaction with a smaller amount than the real one: its hash gives it away.
// Invariants: 1 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { REFUSE_BAD_PREV_TX } from '../../protocol/wire';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: fee drain by amount lie', () => {
  it('a previous transaction with a smaller amount than the real one: its hash gives it away', async () => {
    const rig = await channelRig();
    const real = makeCoin(rig, { sats: 10_000_000 });
    const lie = makeCoin(rig, { sats: 100_000 });
    const refused = await refusalOf(
      pay(rig, { userTxNo: '1', outs: out(50_000), coins: [{ ...lie, txid: real.txid }], feeSats: 1000 }),
    );
    expect(refused).to.deep.equal({ refusal: REFUSE_BAD_PREV_TX, tag: 'prev-tx-hash' });
  }).timeout(180_000);
});
