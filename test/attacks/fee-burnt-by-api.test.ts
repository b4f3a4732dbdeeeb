// Attack (I1): the hacked API pays what V authorised and burns the rest of the coins as fees, on an account whose
// operator said nothing of fees. Invariants: 1 (SPEC.md 11: the limits of fees are what bounds the loss).
import { expect } from 'chai';
import { FEE_LIMITS_DEFAULT } from '../../host/operator';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { channelRig, type Rig } from '../firmware/rig';

describe('attack: fees burnt by the API', () => {
  const payer =
    (rig: Rig) =>
    (n: number, feeSats: number, coins = 1) =>
      pay(rig, {
        userTxNo: `burn ${n}`,
        outs: out(50_000),
        coins: Array.from({ length: coins }, (_, i) => makeCoin(rig, { sats: 5_000_000, index: 10 * n + i })),
        feeSats,
      });

  it('runs into the fee rate and into the fee of one payment', async () => {
    const payment = payer(await channelRig());
    expect((await refusalOf(payment(1, 4_900_000))).tag).to.equal('policy-tx-fee');
    expect((await refusalOf(payment(2, 50_000))).tag).to.equal('policy-fee-rate');
  }).timeout(180_000);

  it('runs into the fees of a day, whatever the fee rate', async () => {
    const payment = payer(await channelRig({ account: { policy: { maxFeerateSatVb: 0 } } }));
    let burnt = 0;
    let tag = '';
    for (let n = 3; n < 12 && !tag; n++) {
      try {
        await payment(n, FEE_LIMITS_DEFAULT.txMaxFeeSats, 2);
        burnt += FEE_LIMITS_DEFAULT.txMaxFeeSats;
      } catch (error) {
        ({ tag } = error as { tag: string });
      }
    }
    expect([tag, burnt]).to.deep.equal(['policy-fee-velocity', FEE_LIMITS_DEFAULT.windowMaxFeeSats]);
  }).timeout(180_000);
});
