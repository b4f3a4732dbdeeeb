// Attack (I2): signatures asked for before the payment is written down.
// Invariants: 5 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { MSG_SIGN_BEGIN, MSG_SIGN_FINISH, MSG_SIGN_RESULT, REFUSE_BAD_STATE } from '../../protocol/wire';
import { beginFields, makeCoin, out, refusalOf, sendCoin } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: signatures before finish', () => {
  it('signatures asked for before the payment is written down', async () => {
    const rig = await channelRig();
    const coin = makeCoin(rig, { sats: 100_000 });
    await rig.ask(MSG_SIGN_BEGIN, beginFields(rig, { userTxNo: '1', outs: out(50_000), coins: [coin], feeSats: 1000 }));
    expect((await refusalOf(rig.ask(MSG_SIGN_RESULT, [0]))).refusal).to.equal(REFUSE_BAD_STATE);
    await sendCoin(rig, 0, coin);
    expect((await refusalOf(rig.ask(MSG_SIGN_RESULT, [0]))).refusal).to.equal(REFUSE_BAD_STATE);
    await rig.ask(MSG_SIGN_FINISH, []);
    expect((await refusalOf(rig.ask(MSG_SIGN_RESULT, [1]))).refusal).to.equal(REFUSE_BAD_STATE);
    expect((await rig.ask(MSG_SIGN_RESULT, [0]))[0]).to.have.length(1);
  }).timeout(180_000);
});
