// Attack (I7): an OPEN that was used is played again: the channel in use stays.
// Invariants: 3, 7 (SPEC.md, what must never happen).
import { SMS_PORT } from '../../protocol/wire';
import { makeCoin, out, pay } from '../firmware/payments';
import { COLD_NUMBER, V_NUMBER, readyRig, wake } from '../firmware/rig';

describe('attack: replayed open', () => {
  it('an OPEN that was used is played again: the channel in use stays', async () => {
    const rig = await readyRig();
    let open: Uint8Array | undefined;
    rig.gsm.onTraffic((sms) => {
      if (sms.from === V_NUMBER && sms.data && sms.fate === 'submitted') open = open ?? sms.data.slice();
    });
    rig.v.open();
    await rig.world.until(() => rig.v.channel !== undefined);
    const channel = rig.v.channel!;
    await pay(rig, { userTxNo: '1', outs: out(50_000), coins: [makeCoin(rig, { sats: 100_000 })], feeSats: 1000 });
    for (let n = 0; n < 3; n++) rig.gsm.inject({ from: V_NUMBER, to: COLD_NUMBER, data: open!, port: SMS_PORT });
    await rig.world.run(120_000);
    rig.coldOff();
    rig.coldOn();
    await wake(rig);
    rig.gsm.inject({ from: V_NUMBER, to: COLD_NUMBER, data: open!, port: SMS_PORT });
    await rig.world.run(120_000);
    await pay(rig, {
      userTxNo: '2',
      outs: out(50_000),
      coins: [makeCoin(rig, { sats: 100_000 })],
      feeSats: 1000,
      channelId: channel.id,
      authority: rig.v.authority('2', out(50_000), 0, channel),
    });
  }).timeout(180_000);
});
