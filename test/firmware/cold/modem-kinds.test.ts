// Holds HSM-Cold with the modems that there are: GSM switched off for good, registration for SMS only, a modem that
// restarts by itself. An alarm goes out within ten minutes, or the board says in its own words why it cannot.
import { expect } from 'chai';
import { HEARTBEAT_SECONDS } from '../../../firmware/cold/alarms/heartbeat';
import { MODEM_KINDS, MODEM_KIND_NAMES } from '../../../host/sim/sim800/kinds';
import { MINUTE_MS } from '../../../protocol/time';
import { judge } from '../../../tools/console/findings';
import { makeCoin, out, pay, refusalOf } from '../payments';
import { channelRig, type Rig } from '../rig';

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

const heartbeats = (rig: Rig): number => rig.admin.inbox.filter((sms) => sms.text!.startsWith('CC:HB:')).length;

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
      expect(heartbeats(rig)).to.be.at.least(1);
    }).timeout(240_000);

  it('sim800: no alarm and no heartbeat comes; status, modem and doctor say why', async () => {
    const rig = await channelRig();
    await rig.world.run(2 * DAY_MS);
    const before = heartbeats(rig);
    expect(before).to.be.at.least(1);
    rig.gsm.switchOffGsm();
    await rig.world.run(MINUTE_MS);
    expect(await isAlarmed(rig)).to.equal(false);
    await rig.world.run(2 * DAY_MS);
    expect(heartbeats(rig)).to.equal(before);
    expect(rig.world.errors).to.deep.equal([]);
    const status = (await rig.world.finish(rig.coldConsole.run('status'))).join('\n');
    expect(status)
      .to.match(/^modem 0 unregistered /m)
      .and.to.match(/^account 0 closed forgery /m)
      .and.to.match(/^trouble modem 0 unregistered 0 /m);
    expect(await findings(rig))
      .to.match(/modem 0 is in no network: .*2G/)
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
