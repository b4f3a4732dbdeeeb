// Holds HSM-Cold with the modems that there are: GSM switched off for good, registration for SMS only, a modem that
// restarts by itself. An alarm goes out within ten minutes, or the board says in its own words why it cannot.
import { expect } from 'chai';
import { HEARTBEAT_SECONDS } from '../../../firmware/cold/alarms/heartbeat';
import { COLD_COMMANDS, verifyHeartbeat } from '../../../host/operator';
import { MODEM_KINDS, MODEM_KIND_NAMES } from '../../../host/sim/sim800/kinds';
import { aStatusAnswer } from '../../../protocol/sms/operations';
import { MINUTE_MS } from '../../../protocol/time';
import { RADIO_NAMES, SMS_STATUS } from '../../../protocol/wire';
import { judge } from '../../../tools/console/findings';
import { makeCoin, out, pay, refusalOf } from '../payments';
import { channelRig, readyRig, type Rig } from '../rig';

const ALARM_MS = 10 * MINUTE_MS;
const DAY_MS = HEARTBEAT_SECONDS * 1000;

/** A forged request, and whether its alarm reaches the admin within ten minutes. */
async function isAlarmed(rig: Rig): Promise<boolean> {
  await refusalOf(
    pay(rig, {
      userTxNo: 'f',
      outs: out(50_000),
      coins: [makeCoin(rig, { sats: 100_000 })],
      feeSats: 1000,
      authority: new Uint8Array(32).fill(1),
    }),
  );
  return rig.world.until(() => rig.admin.inbox.some((sms) => sms.text!.startsWith('CC:ALARM:forgery')), ALARM_MS);
}

const heartbeats = (rig: Rig): string[] =>
  rig.admin.inbox.map((sms) => sms.text!).filter((text) => text.startsWith('CC:HB:'));

async function findings(rig: Rig): Promise<string> {
  const lines = [
    ...(await rig.world.finish(rig.coldConsole.run('status'))),
    ...(await rig.world.finish(rig.coldConsole.run('modem'))),
  ];
  return judge(lines, 0)
    .map(({ text }) => text)
    .join('\n');
}

describe('cold: GSM is switched off at noon', () => {
  for (const kind of MODEM_KIND_NAMES.filter((name) => MODEM_KINDS[name].hasLte))
    it(`${kind}: alarms and heartbeats go on by LTE`, async () => {
      const rig = await channelRig({ modem: { kind } });
      await rig.world.run(MINUTE_MS);
      rig.gsm.switchOffGsm();
      await rig.world.run(MINUTE_MS);
      expect(await isAlarmed(rig)).to.equal(true);
      await rig.world.run(2 * DAY_MS);
      expect(heartbeats(rig).length).to.be.at.least(1);
    }).timeout(240_000);

  it('sim800: no alarm and no heartbeat comes; status, modem and doctor say why', async () => {
    const rig = await channelRig();
    await rig.world.run(2 * DAY_MS);
    const before = heartbeats(rig).length;
    expect(before).to.be.at.least(1);
    rig.gsm.switchOffGsm();
    await rig.world.run(MINUTE_MS);
    expect(await isAlarmed(rig)).to.equal(false);
    await rig.world.run(2 * DAY_MS);
    expect(heartbeats(rig).length).to.equal(before);
    expect(rig.world.errors).to.deep.equal([]);
    const status = (await rig.world.finish(rig.coldConsole.run('status'))).join('\n');
    expect(status)
      .to.match(/^modem 0 unregistered /m)
      .and.to.match(/^account 0 closed forgery /m)
      .and.to.match(/^trouble modem 0 unregistered 0 /m);
    expect(await findings(rig))
      .to.match(/modem 0 is in no network: .* GSM \(2G\), which is all that a SIM800 has/)
      .and.to.match(/modem 0 has lost its network: .*\(unregistered, at uptime \d+\)/)
      .and.to.match(/no modem but a SIM800/);
  }).timeout(240_000);
});

describe('cold: registered for SMS only (27.007 7.2)', () => {
  for (const kind of MODEM_KIND_NAMES)
    for (const creg of [6, 7])
      it(`${kind}, +CREG ${creg}: an alarm goes out`, async () => {
        const rig = await channelRig({ modem: { kind, registeredAs: { creg, cereg: 0, cgreg: 0 } } });
        await rig.world.run(MINUTE_MS);
        expect(await isAlarmed(rig)).to.equal(true);
      }).timeout(120_000);
});

describe('cold: a modem restarts by itself', () => {
  for (const kind of MODEM_KIND_NAMES) {
    const { on, sim, sms } = MODEM_KINDS[kind].ready;
    const own = [...on, ...sim, ...sms, '+CPIN: READY'];
    for (const told of [...on, ...sim, ...sms, 'nothing'])
      it(`${kind}, told by ${told} alone: an alarm goes out`, async () => {
        const says = (line: string, command: string | undefined): string[] =>
          command === undefined && own.includes(line) && line !== told ? [] : [line];
        const rig = await channelRig({ modem: { kind, mood: { says } } });
        await rig.world.run(MINUTE_MS);
        rig.sim800.restart();
        expect(await isAlarmed(rig)).to.equal(true);
      }).timeout(120_000);
  }
});

describe('cold: the radio technology', () => {
  for (const kind of MODEM_KIND_NAMES)
    it(`${kind}: the heartbeat, the answer to STATUS and the console name it`, async () => {
      const rig = await channelRig({ modem: { kind } });
      const radio = MODEM_KINDS[kind].hasLte ? 'lte' : 'gsm';
      await rig.world.run(MINUTE_MS);
      rig.v.operate(SMS_STATUS, []);
      await rig.world.until(() => rig.v.received.length > 0);
      expect(RADIO_NAMES[aStatusAnswer(rig.v.received[0].fields).radio]).to.equal(radio);
      const status = (await rig.world.finish(rig.coldConsole.run('status'))).join('\n');
      expect(status).to.match(new RegExp(`^radio 0 ${radio.toUpperCase()} model ${MODEM_KINDS[kind].model}$`, 'm'));
      await rig.world.until(() => heartbeats(rig).length > 0, 2 * DAY_MS);
      expect(verifyHeartbeat(heartbeats(rig)[0], rig.file.identity)!.radio).to.equal(radio);
    }).timeout(240_000);

  it('the names at the console are those of the wire', () => {
    const names = Object.values(RADIO_NAMES).filter((name) => name !== 'unknown');
    expect(COLD_COMMANDS.status.lines.radio).to.include(`<technology:${names.join('|').toUpperCase()}|->`);
  });
});

describe('cold: modems that cannot be counted on', () => {
  const named = (model: string) => (line: string, command: string | undefined) =>
    /^AT(\+CGMM|I)$/.test(command ?? '') && line.startsWith('SIM') ? [model] : [line];

  it('one that is in no table: an alarm goes out, and its own words say what it is', async () => {
    const rig = await channelRig({ modem: { mood: { says: named('Quectel EC25') } } });
    await rig.world.run(MINUTE_MS);
    expect(await findings(rig)).to.match(/modem 0 \(Quectel EC25\) is in no table/);
    expect(await isAlarmed(rig)).to.equal(true);
  }).timeout(120_000);

  it('one without SMS: no SMS-capable modem, and nothing else stops', async () => {
    const rig = await readyRig({
      modem: {
        mood: {
          says: named('Quectel BG77'),
          meets: (command) => (/^AT\+C(MG|PMS|NMI|SMS)/.test(command) ? 'ERROR' : undefined),
        },
      },
    });
    await rig.world.run(10 * MINUTE_MS);
    const status = (await rig.world.finish(rig.coldConsole.run('status'))).join('\n');
    expect(status)
      .to.match(/^modem 0 no-sms /m)
      .and.to.match(/^trouble modem 0 no-sms Quectel BG77 /m);
    expect(await findings(rig)).to.match(/no SMS-capable modem: modem 0 \(Quectel BG77\) takes no SMS/);
    expect(rig.world.errors).to.deep.equal([]);
  }).timeout(120_000);
});
