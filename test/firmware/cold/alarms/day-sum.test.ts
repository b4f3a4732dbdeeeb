// Holds the sum of a day that HSM-Cold tells an account's admins (firmware/cold/alarms/day-sum.ts), and that it takes
// no account without a limit for a day.
import { expect } from 'chai';
import { changeAccount } from '../../../../host/operator';
import { DAY_SECONDS } from '../../../../protocol/time';
import { makeCoin, out, pay } from '../../payments';
import { accountData, channelRig, PIN, wake, type Rig } from '../../rig';

const LOOK_MS = 60_000;

describe('cold/alarms/day-sum', () => {
  const sums = (rig: Rig): string[] =>
    rig.admin.inbox.flatMap(({ text }) => (text?.startsWith('CC:SUM:') === true ? [text] : []));
  const rigTelling = (tellAboveSats: number): Promise<Rig> =>
    channelRig({ account: { policy: { windowMaxSats: 1_000_000, tellAboveSats } } });
  let number = 0;
  const paySats = async (rig: Rig, sats: number): Promise<void> => {
    number++;
    const coins = [makeCoin(rig, { sats: sats + 20_000, index: number })];
    await pay(rig, { userTxNo: String(number), outs: out(sats), coins, feeSats: 1000 });
    await rig.world.run(LOOK_MS);
  };

  it('one SMS a day once the payments of 24 hours are above, over a restart too', async () => {
    const rig = await rigTelling(100_000);
    await paySats(rig, 60_000);
    await paySats(rig, 40_000);
    expect(sums(rig)).to.deep.equal([]);
    await paySats(rig, 20_000);
    const text = 'CC:SUM:0: 120000 sats in 3 payments within a day. Account shop.';
    expect(sums(rig)).to.deep.equal([text]);
    await paySats(rig, 30_000);
    rig.coldOff();
    rig.coldOn();
    await wake(rig);
    await rig.world.run(LOOK_MS);
    expect(sums(rig)).to.deep.equal([text]);
    await rig.world.run(DAY_SECONDS * 1000);
    expect(sums(rig), 'the day has gone').to.deep.equal([text]);
    await paySats(rig, 100_001);
    expect(sums(rig)).to.deep.equal([text, 'CC:SUM:0: 100001 sats in 1 payments within a day. Account shop.']);
  }).timeout(180_000);

  it('a payment whose sum was not told before a power cut is told after it', async () => {
    const rig = await rigTelling(50_000);
    const coins = [makeCoin(rig, { sats: 100_000 })];
    await pay(rig, { userTxNo: '1', outs: out(60_000), coins, feeSats: 1000 });
    rig.coldOff();
    rig.coldOn();
    await wake(rig);
    await rig.world.run(LOOK_MS);
    expect(sums(rig)).to.deep.equal(['CC:SUM:0: 60000 sats in 1 payments within a day. Account shop.']);
  }).timeout(180_000);

  it('0 tells nothing; no account is taken without a limit for a day', async () => {
    const rig = await rigTelling(0);
    await paySats(rig, 900_000);
    expect(sums(rig)).to.deep.equal([]);
    const codeOf = (policy: object): Promise<string> =>
      rig.world.finish(changeAccount(rig.coldConsole, 0, { ...accountData(rig, {}), policy }, PIN)).then(
        () => 'done',
        (error: { code: string }) => error.code,
      );
    expect(await codeOf({})).to.equal('account-form');
    expect(await codeOf({ windowMaxSats: 5, windowSeconds: 3600 })).to.equal('account-form');
    expect(await codeOf({ windowMaxSats: 'none' })).to.equal('done');
    const shown = await rig.world.finish(rig.coldConsole.run('account show 0'));
    expect(shown).to.include.members(['day_limit none', 'tell_above 10000000']);
    const status = await rig.world.finish(rig.coldConsole.run('status'));
    expect(status.find((line) => line.startsWith('account 0'))).to.match(/ day-limit none$/);
  }).timeout(180_000);
});
