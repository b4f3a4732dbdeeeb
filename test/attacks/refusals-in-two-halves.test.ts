// Attack (I4): probing in two bursts around the end of an hour that began with one early refusal: twenty within any
// hour close the account. Invariants: 4 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: refusals in two halves', () => {
  it('twenty within any hour close the account; nineteen an hour do not', async () => {
    const rig = await channelRig({ account: { policy: { txMaxSats: 10_000 } } });
    const coins = [makeCoin(rig, { sats: 100_000 })];
    let n = 0;
    const probe = async (count: number): Promise<string> => {
      let tag = '';
      for (let i = 0; i < count; i++) {
        tag = (await refusalOf(pay(rig, { userTxNo: String(n++), outs: out(20_000), coins, feeSats: 1000 }))).tag;
        await rig.world.run(4000);
      }
      return tag;
    };
    await probe(1);
    await rig.world.run(3_500_000);
    expect(await probe(18)).to.equal('policy-tx-amount');
    await rig.world.run(3_540_000);
    expect(await probe(1), 'the first burst is nearly over').to.equal('policy-tx-amount');
    await rig.world.run(200_000);
    await probe(18);
    await rig.world.run(60_000);
    expect(await probe(2)).to.equal('account-closed');
  }).timeout(180_000);
});
