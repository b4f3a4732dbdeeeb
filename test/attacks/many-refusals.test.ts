// Attack (I4): probing: the twentieth refusal within an hour closes the account.
// Invariants: 4 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: many refusals', () => {
  it('probing: the twentieth refusal within an hour closes the account', async () => {
    const rig = await channelRig({ account: { policy: { txMaxSats: 10_000 } } });
    const coins = [makeCoin(rig, { sats: 100_000 })];
    const tags: string[] = [];
    for (let n = 0; n < 21; n++) {
      tags.push((await refusalOf(pay(rig, { userTxNo: String(n), outs: out(20_000), coins, feeSats: 1000 }))).tag);
      await rig.world.run(10_000);
    }
    expect(tags.slice(0, 20).every((tag) => tag === 'policy-tx-amount')).to.equal(true);
    expect(tags[20]).to.equal('account-closed');
  }).timeout(180_000);
});
