// Attack (I4): the alarm of a closure is made undeliverable: a name or number that no SMS takes, an admin who is
// entered too late. Invariants: 4 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { addAccount, setPhones, status } from '../../host/operator';
import { begin, makeCoin, out, refusalOf } from '../firmware/payments';
import { accountData, ADMIN_NUMBER, channelRig, PIN, type Rig } from '../firmware/rig';
import { ALARM_TIMES } from '../../firmware/cold/alarms/alarm';

const codeOf = (rig: Rig, work: Promise<unknown>): Promise<string> =>
  rig.world.finish(work).then(
    () => 'taken',
    (error) => error.code,
  );

async function forge(rig: Rig): Promise<void> {
  await refusalOf(
    begin(rig, {
      userTxNo: 'f',
      outs: out(50_000),
      coins: [makeCoin(rig, { sats: 100_000 })],
      feeSats: 1000,
      authority: new Uint8Array(32),
    }),
  );
}

describe('attack: an alarm that nobody gets', () => {
  it('names and numbers that an SMS does not take are refused where they are entered', async () => {
    const rig = await channelRig();
    for (const name of ['sh`op', 'sh[op', 'shöp', 'shop\n', '', 'x'.repeat(33)])
      expect(
        await codeOf(rig, addAccount(rig.coldConsole, { ...accountData(rig, {}), name }, PIN)),
        JSON.stringify(name),
      ).to.equal('account-form');
    for (const phones of [
      ['+1xyz'],
      ['13800'],
      ['+12'],
      [ADMIN_NUMBER, '+1-2-3'],
      Array.from({ length: 5 }, (_, n) => `+4911111${n}`),
    ])
      expect(await codeOf(rig, setPhones(rig.coldConsole, phones, PIN)), phones.join()).to.equal('phone-form');
    await forge(rig);
    await rig.world.run(20_000);
    expect(rig.admin.inbox.length).to.equal(1);
  }).timeout(120_000);

  it('goes out again until it is acknowledged or a limit, never more often', async () => {
    const rig = await channelRig();
    await forge(rig);
    await rig.world.run(3 * 3_600_000);
    expect(rig.admin.inbox.filter((sms) => sms.text!.startsWith('CC:ALARM:')).length).to.equal(ALARM_TIMES);
  }).timeout(120_000);

  it('is not counted while there is nobody to tell, shows as trouble, and goes out once there is', async () => {
    const rig = await channelRig({ account: { adminPhones: [] } });
    await rig.world.finish(setPhones(rig.coldConsole, [], PIN));
    await forge(rig);
    await rig.world.run(2 * 3_600_000);
    expect(rig.admin.inbox.length).to.equal(0);
    await rig.world.finish(setPhones(rig.coldConsole, [ADMIN_NUMBER], PIN));
    await rig.world.run(3 * 3_600_000);
    expect(rig.admin.inbox.filter((sms) => sms.text!.startsWith('CC:ALARM:')).length).to.equal(ALARM_TIMES);
    expect(await rig.world.finish(status(rig.coldConsole))).to.include('phones 1');
  }).timeout(120_000);

  it("the account's own admins are told once", async () => {
    const rig = await channelRig({ account: { adminPhones: ['+8613600000007'] } });
    const own = rig.gsm.person('+8613600000007');
    await forge(rig);
    await rig.world.run(3_600_000);
    expect(own.inbox.map((sms) => sms.text)).to.have.length(1);
    expect(own.inbox[0].text).to.include('CC:ALARM:forgery').and.not.include('CC:ACK');
  }).timeout(120_000);
});
