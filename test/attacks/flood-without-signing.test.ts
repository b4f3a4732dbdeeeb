// Attack: pieces, finishes and results without a signing, and guesses of account numbers: they end at HSM-Hot and cost HSM-Cold nothing.
// Invariants: 9 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { MSG_PREV_TX, MSG_SIGN_BEGIN, MSG_SIGN_FINISH, MSG_SIGN_OUTS, MSG_SIGN_RESULT, REFUSE_BAD_STATE, REFUSE_RATE } from '../../protocol/wire';
import { beginFields, makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: flood without signing', () => {
  it('pieces, finishes and results without a signing end at HSM-Hot', async () => {
    const rig = await channelRig();
    const heard = rig.cold.link.written.length;
    for (let n = 0; n < 200; n++) {
      const [type, fields] = ([[MSG_PREV_TX, [0, 0, new Uint8Array(400)]], [MSG_SIGN_FINISH, []], [MSG_SIGN_RESULT, [0]], [MSG_SIGN_OUTS, [0, 'x']]] as [number, unknown[]][])[n % 4]!;
      expect(await refusalOf(rig.ask(type, fields))).to.deep.equal({ refusal: REFUSE_BAD_STATE, tag: 'no-signing' });
    }
    expect(rig.cold.link.written.length - heard, 'octets that HSM-Cold said meanwhile').to.be.lessThan(100);
  }).timeout(180_000);

  it('results asked for without end are answered at a bounded rate', async () => {
    const rig = await channelRig();
    await pay(rig, { userTxNo: '1', outs: out(50_000), coins: [makeCoin(rig, { sats: 100_000 })], feeSats: 1000 });
    let limited = 0;
    for (let n = 0; n < 200; n++) await rig.ask(MSG_SIGN_RESULT, [0]).catch((error) => void (limited += error.refusal === REFUSE_RATE ? 1 : 0));
    expect(limited).to.be.greaterThan(60);
  }).timeout(180_000);

  it('requests for made-up accounts keep the honest one out for a minute at most', async () => {
    const rig = await channelRig();
    const payment = { userTxNo: '1', outs: out(50_000), coins: [makeCoin(rig, { sats: 100_000 })], feeSats: 1000 };
    for (let n = 0; n < 40; n++) {
      const fields = beginFields(rig, payment);
      fields[0] = 1000 + n;
      await refusalOf(rig.ask(MSG_SIGN_BEGIN, fields));
    }
    await rig.world.run(61_000);
    await pay(rig, payment);
  }).timeout(180_000);
});
