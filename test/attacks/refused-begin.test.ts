// Attack (I14): requests that are refused, sent in between the pieces of a signing under way, to end it.
// Invariants: 9 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { MSG_PING, MSG_SIGN_BEGIN, MSG_SIGN_FINISH, MSG_SIGN_RESULT, REFUSE_NO_ACCOUNT } from '../../protocol/wire';
import { begin, beginFields, makeCoin, out, refusalOf, sendCoin } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: refused begin', () => {
  it('a BEGIN for an account that is not there changes nothing for the signing under way', async () => {
    const rig = await channelRig();
    const payment = { userTxNo: '1', outs: out(50_000), coins: [makeCoin(rig, { sats: 100_000 })], feeSats: 1000 };
    const strange = beginFields(rig, payment);
    strange[0] = 7;
    await begin(rig, payment);
    expect((await refusalOf(rig.ask(MSG_SIGN_BEGIN, strange))).refusal).to.equal(REFUSE_NO_ACCOUNT);
    expect((await refusalOf(rig.ask(MSG_PING, [7, 2, 1, 'p', 'PING', 0, 0, new Uint8Array(32)]))).refusal).to.equal(
      REFUSE_NO_ACCOUNT,
    );
    await sendCoin(rig, 0, payment.coins[0]);
    await rig.ask(MSG_SIGN_FINISH, []);
    expect((await rig.ask(MSG_SIGN_RESULT, [0]))[0].length).to.equal(1);
  }).timeout(120_000);
});
