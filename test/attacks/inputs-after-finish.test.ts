// Attack (I1): an input slipped in after the sums were checked.
// Invariants: 1 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { MSG_SIGN_BEGIN, MSG_SIGN_FINISH, REFUSE_BAD_STATE } from '../../protocol/wire';
import { beginFields, makeCoin, out, refusalOf, sendCoin } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: inputs after finish', () => {
  it('an input slipped in after the sums were checked', async () => {
    const rig = await channelRig();
    const coin = makeCoin(rig, { sats: 100_000 });
    await rig.ask(MSG_SIGN_BEGIN, beginFields(rig, { userTxNo: '1', outs: out(50_000), coins: [coin], feeSats: 1000 }));
    await sendCoin(rig, 0, coin);
    await rig.ask(MSG_SIGN_FINISH, []);
    expect((await refusalOf(sendCoin(rig, 1, makeCoin(rig, { sats: 90_000, index: 1 })))).refusal).to.equal(
      REFUSE_BAD_STATE,
    );
  }).timeout(180_000);
});
