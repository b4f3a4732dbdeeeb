// Attack (I7): texts and data from any number, V's own included, change nothing and get no answer.
// Invariants: 7 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { SMS_PORT } from '../../protocol/wire';
import { makeCoin, out, pay } from '../firmware/payments';
import { ADMIN_NUMBER, COLD_NUMBER, V_NUMBER, channelRig } from '../firmware/rig';

describe('attack: spoofed sms', () => {
  it("texts and data from any number, V's own included, change nothing and get no answer", async () => {
    const rig = await channelRig();
    let answers = 0;
    rig.gsm.onTraffic((sms) => void (answers += sms.from === COLD_NUMBER && sms.fate === 'submitted' ? 1 : 0));
    const id = rig.v.channel!.id;
    for (let n = 0; n < 40; n++) {
      const data = rig.runtime.random(20 + n * 2);
      data[0] = 0x21 + (n % 8);
      rig.gsm.inject({ from: n % 2 ? V_NUMBER : '+4412345678', to: COLD_NUMBER, data, port: SMS_PORT });
      rig.gsm.inject({
        from: ADMIN_NUMBER,
        to: COLD_NUMBER,
        text: ['CC:REOPEN:0', 'CC:ACK:1234', 'CC:QH:02', 'hello'][n % 4],
      });
    }
    await rig.world.run(300_000);
    expect(answers).to.equal(0);
    await pay(rig, {
      userTxNo: '1',
      outs: out(50_000),
      coins: [makeCoin(rig, { sats: 100_000 })],
      feeSats: 1000,
      channelId: id,
    });
    expect(rig.world.errors).to.deep.equal([]);
  }).timeout(180_000);
});
