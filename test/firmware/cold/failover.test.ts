// Holds HSM-Cold with two modems of two SIMs: V and the admins are served while either is dead, and after both were.
import { expect } from 'chai';
import { SMS_ALARM, SMS_STATUS, SMS_STATUS_ANSWER } from '../../../protocol/wire';
import { makeCoin, out, pay, refusalOf } from '../payments';
import { COLD_NUMBER, SPARE_NUMBER, channelRig, type Rig } from '../rig';

/** V asks for the status at `number`; answers which of HSM-Cold's numbers answered, or undefined. */
async function askAt(rig: Rig, number: string): Promise<string | undefined> {
  const before = rig.v.received.length;
  const froms: string[] = [];
  rig.gsm.onTraffic((sms) => {
    if (sms.fate === 'delivered' && sms.data && (sms.from === COLD_NUMBER || sms.from === SPARE_NUMBER))
      froms.push(sms.from);
  });
  (rig.v as { coldNumber: string }).coldNumber = number;
  rig.v.operate(SMS_STATUS, []);
  await rig.world.until(() => rig.v.received.length > before, 120_000);
  if (rig.v.received.length > before) expect(rig.v.received[before].op).to.equal(SMS_STATUS_ANSWER);
  return rig.v.received.length > before ? froms[froms.length - 1] : undefined;
}

const forged = (rig: Rig) => ({
  userTxNo: 'f',
  outs: out(50_000),
  coins: [makeCoin(rig, { sats: 100_000 })],
  feeSats: 1000,
  authority: new Uint8Array(32).fill(1),
});

describe('cold: two modems', () => {
  it('replies through the first modem at either number; through the second only while the first is dead', async () => {
    const rig = await channelRig({ modems: 2 });
    expect([await askAt(rig, COLD_NUMBER), await askAt(rig, SPARE_NUMBER)]).to.deep.equal([COLD_NUMBER, COLD_NUMBER]);
    rig.sim800.powerOff();
    await rig.world.run(60_000);
    expect(await askAt(rig, SPARE_NUMBER)).to.equal(SPARE_NUMBER);
    const status = (await rig.world.finish(rig.coldConsole.run('status'))).join('\n');
    expect(status)
      .to.match(/modem 0 starting/)
      .and.to.match(/modem 1 registered/);
    rig.sim800.powerOn();
    await rig.world.run(120_000);
    expect(await askAt(rig, COLD_NUMBER)).to.equal(COLD_NUMBER);
  }).timeout(120_000);

  it('an alarm goes out through the second when the first has no network, to the admin and to V', async () => {
    const rig = await channelRig({ modems: 2 });
    await askAt(rig, COLD_NUMBER);
    rig.gsm.outage(COLD_NUMBER, true);
    await rig.world.run(60_000);
    await refusalOf(pay(rig, forged(rig)));
    await rig.world.until(
      () => rig.admin.inbox.length > 0 && rig.v.received.some((one) => one.op === SMS_ALARM),
      120_000,
    );
    expect(rig.admin.inbox[0].from).to.equal(SPARE_NUMBER);
    expect(rig.v.received.some((one) => one.op === SMS_ALARM)).to.equal(true);
  }).timeout(120_000);

  it('both dead for a day with a restart: when one is back, the alarm goes out to the admin and to V', async () => {
    const rig = await channelRig({ modems: 2 });
    await askAt(rig, COLD_NUMBER);
    rig.sim800.powerOff();
    rig.spare!.powerOff();
    await rig.world.run(60_000);
    await refusalOf(pay(rig, forged(rig)));
    await rig.world.run(40_000_000);
    rig.coldOff();
    rig.coldOn();
    await rig.world.run(46_000_000);
    expect(rig.world.errors).to.deep.equal([]);
    expect(rig.admin.inbox).to.have.length(0);
    rig.spare!.powerOn();
    await rig.world.until(() => rig.admin.inbox.length > 0, 600_000);
    expect([rig.admin.inbox[0].from, rig.admin.inbox[0].text!.slice(0, 18)]).to.deep.equal([
      SPARE_NUMBER,
      'CC:ALARM:forgery:0',
    ]);
    await rig.world.until(() => rig.v.received.some((one) => one.op === SMS_ALARM), 600_000);
    expect(rig.v.received.some((one) => one.op === SMS_ALARM)).to.equal(true);
  }).timeout(240_000);

  it('a queue that is full, with nobody to send to, stops nothing: the account closes, the console works', async () => {
    const rig = await channelRig();
    await askAt(rig, COLD_NUMBER);
    rig.gsm.outage(COLD_NUMBER, true);
    await rig.world.run(60_000);
    await refusalOf(pay(rig, forged(rig)));
    await rig.world.run(12 * 86_400_000);
    expect(rig.world.errors).to.deep.equal([]);
    const status = (await rig.world.finish(rig.coldConsole.run('status'))).join('\n');
    expect(status)
      .to.match(/account 0 closed forgery/)
      .and.to.match(/queued [2-8]/);
    rig.gsm.outage(COLD_NUMBER, false);
    await rig.world.until(() => rig.admin.inbox.length > 0, 600_000);
    expect(rig.admin.inbox[0].text).to.match(/^CC:ALARM:forgery:0/);
  }).timeout(240_000);
});
