// Attack (I7): the alarm goes on until the number it names comes back; a guess does not end it, and nothing opens the
// account. Invariants: 4, 7 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { REFUSE_ACCOUNT_CLOSED } from '../../protocol/wire';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { COLD_NUMBER, channelRig } from '../firmware/rig';

describe('attack: spoofed admin number', () => {
  it('the alarm goes on until its number comes back; a guess does not end it, nothing opens the account', async () => {
    const rig = await channelRig();
    const forged = {
      userTxNo: 'f',
      outs: out(50_000),
      coins: [makeCoin(rig, { sats: 100_000 })],
      feeSats: 1000,
      authority: new Uint8Array(32),
    };
    await refusalOf(pay(rig, forged));
    rig.gsm.inject({ from: '+4411111111', to: COLD_NUMBER, text: 'CC:ACK:0000' });
    await rig.world.run(700_000);
    expect(rig.admin.inbox.length).to.equal(2);
    const number = /CC:ACK:(\d+)$/.exec(rig.admin.inbox[0].text!)![1];
    rig.gsm.inject({ from: '+4411111111', to: COLD_NUMBER, text: `CC:ACK:${number}` });
    await rig.world.run(700_000);
    expect(rig.admin.inbox.length).to.equal(3);
    rig.admin.send(COLD_NUMBER, `CC:ACK:${number}`);
    await rig.world.run(1_400_000);
    expect(rig.admin.inbox.length).to.equal(3);
    expect((await refusalOf(pay(rig, { ...forged, authority: undefined }))).refusal).to.equal(REFUSE_ACCOUNT_CLOSED);
  }).timeout(180_000);
});
