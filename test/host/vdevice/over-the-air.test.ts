// V on a simulated SIM800 and a GSM network with bad days: its own driver on the serial line, its send queue in its own
// state. Holds protocol/SPEC.md 6 and 7 from V's end: SMS late, twice, lost, reordered, spoofed never leave V with a
// wrong answer.

import { expect } from 'chai';
import { createGsmNetwork, type GsmNetwork } from '../../../host/sim/gsm';
import { createSim800 } from '../../../host/sim/sim800';
import { wire } from '../../../host/sim/board/wire';
import { createVirtualRuntime } from '../../../host/sim/clock/virtual-runtime';
import { SMS_PORT } from '../../../protocol/wire';
import { fakeBatch } from './fake-api';
import { ADMIN, COLD, createWorld, fakeCold, type FakeCold, type World } from './world';

const V_NUMBER = '+8613800000001';

describe('host/vdevice over the air', () => {
  let world: World;
  let gsm: GsmNetwork;
  let cold: FakeCold;

  async function start(seed: string, chance: { loss?: number; duplicate?: number; reorder?: number }): Promise<void> {
    const runtime = createVirtualRuntime({ seed, startMs: Date.UTC(2026, 0, 5, 12, 0, 0), pace: 'fast' });
    gsm = createGsmNetwork({ runtime: runtime.child('gsm'), seed, ...chance });
    const line = wire(runtime, { baud: 115200 });
    createSim800({ runtime, seed, number: V_NUMBER, network: gsm, port: line[1] });
    const phone = gsm.person(COLD);
    cold = fakeCold(runtime.child('cold'), 0, (data) => phone.sendData(V_NUMBER, data, SMS_PORT));
    phone.onSms((sms) => {
      try {
        if (sms.data) cold.take(sms.data);
      } catch {
        // A doubled SMS: HSM-Cold ignores what it has seen.
      }
    });
    world = await createWorld({ modem: line[0] }, runtime);
  }
  afterEach(() => world.close());

  const verdicts = () => world.site.batchReports.map((form) => [form.batch_no, form.status]);

  it('opens a channel and verifies a batch through a real driver and modem', async () => {
    await start('calm', {});
    await world.v.openChannel();
    await world.pass(60);
    expect((await world.v.status()).channel?.id).to.equal(cold.channels[0].id);
    world.site.batch = { batch_no: 0, address_type: 2, address_list: fakeBatch('cold', 0) };
    await world.pass(120);
    expect(verdicts()).to.deep.equal([['0', '2']]);
    expect(gsm.stats().submitted).to.equal(4);
  });

  it('ends every operation rightly with loss, duplicates and reordering, over days and restarts', async () => {
    await start('storm', { loss: 0.2, duplicate: 0.2, reorder: 0.3 });
    await world.v.openChannel();
    for (let n = 0; n < 6; n++) {
      const list = fakeBatch('cold', n % 3);
      const isFalse = n >= 3;
      if (isFalse) list[n].address = fakeBatch('thief', 0)[0].address;
      world.site.batch = { batch_no: n % 3, address_type: 2, address_list: list };
      await world.pass(4 * 3600);
      await world.restart();
    }
    await world.pass(86400);
    expect(
      verdicts()
        .filter(([, status]) => status === '2')
        .map(([batch]) => batch),
    ).to.deep.equal(['0', '1', '2']);
    expect(
      verdicts()
        .filter(([, status]) => status === '3')
        .map(([batch]) => batch),
    ).to.deep.equal(['0', '1', '2']);
    const current = (await world.v.status()).channel!.id;
    expect(cold.channels.map((channel) => channel.id)).to.include(current);
  });

  it("attack: SMS injected with HSM-Cold's and the admin's numbers, broken in every way, change nothing", async () => {
    await start('spoof', {});
    const admin = gsm.person(ADMIN);
    await world.v.openChannel();
    await world.pass(60);
    const before = (await world.v.status()).channel;
    for (let i = 0; i < 60; i++) {
      const data = world.runtime.random(1 + ((i * 7) % 133));
      data[0] = 0x21 + (i % 8);
      gsm.inject({ from: COLD, to: V_NUMBER, data, port: SMS_PORT });
      gsm.inject({ from: COLD, to: V_NUMBER, text: 'CC:QC:' + 'A'.repeat(i) });
      gsm.inject({ from: ADMIN, to: V_NUMBER, data, port: SMS_PORT });
    }
    await world.pass(600);
    const status = await world.v.status();
    expect([status.channel, status.loop.running, status.sms.ignored]).to.deep.equal([before, false, 180]);
    expect(admin.inbox).to.deep.equal([]);
  });

  it('an alarm that V could not send before its power went is sent after', async () => {
    await start('queue', {});
    const admin = gsm.person(ADMIN);
    await world.v.openChannel();
    await world.pass(60);
    gsm.outage(V_NUMBER, true);
    world.site.batch = { batch_no: 0, address_type: 2, address_list: [] };
    await world.pass(120);
    await world.restart();
    await world.pass(30);
    gsm.outage(V_NUMBER, false);
    await world.pass(600);
    expect(admin.inbox.map((sms) => sms.text)).to.deep.equal(['address batch 0 cold is false, do not use it']);
  });
});
