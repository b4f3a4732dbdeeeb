// Attack (I13): a hacked API floods: HSM-Hot refuses, HSM-Cold is not asked.
// Invariants: 9 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { MSG_SIGN_BEGIN, MSG_STATUS, REFUSE_BAD_REQUEST, REFUSE_RATE } from '../../protocol/wire';
import { beginFields, makeCoin, out, refusalOf } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: flood', () => {
  it('a hacked API floods: HSM-Hot refuses, HSM-Cold is not asked', async () => {
    const rig = await channelRig();
    const fields = beginFields(rig, {
      userTxNo: '1',
      outs: out(50_000),
      coins: [makeCoin(rig, { sats: 100_000 })],
      feeSats: 1000,
    });
    let limited = 0;
    for (let n = 0; n < 60; n++)
      await rig.ask(MSG_SIGN_BEGIN, fields).catch((error) => void (limited += error.refusal === REFUSE_RATE ? 1 : 0));
    expect(limited).to.be.greaterThan(30);
    for (let n = 0; n < 30; n++)
      expect((await refusalOf(rig.ask(MSG_SIGN_BEGIN, [n, 'x']))).refusal).to.equal(REFUSE_BAD_REQUEST);
    const hot = await rig.ask(MSG_STATUS, []);
    expect(hot[5]).to.be.lessThan(40);
    expect(hot[6]).to.equal(30);
  }).timeout(180_000);
});
