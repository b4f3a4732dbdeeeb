// Holds firmware/cold/state/accounts.ts on the real firmware: several customers on one HSM-Cold, each with a V of
// its own, whose SMS and requests come in between one another's; what one does or suffers changes nothing for another.
// Spec: docs/threat-model.md I13.
import * as btc from '@scure/btc-signer';
import { expect } from 'chai';
import { addAccount, lock, type AccountData } from '../../../host/operator';
import { MAX_ACCOUNTS } from '../../../firmware/cold/state/state';
import {
  MSG_COLD_STATUS,
  MSG_SIGN_FINISH,
  MSG_SIGN_RESULT,
  SMS_STATUS,
  SMS_STATUS_ANSWER,
} from '../../../protocol/wire';
import { TEST_NETWORK, begin, makeCoin, out, pay, refusalOf, sendCoin } from '../payments';
import { accountData, channelRig, COLD_NUMBER, PIN, readyRig, wake, type Rig } from '../rig';
import { VDouble } from '../v-double';

const MAIN_ALLOWED = Array.from({ length: 9 }, (_, n) => out(1, n + 1).split(',')[0]);

/** The same boards as another customer sees them. */
async function addCustomer(rig: Rig, n: number, changes: Partial<AccountData> = {}): Promise<Rig> {
  const phone = `+8613700000${String(n).padStart(3, '0')}`;
  const v = new VDouble(rig.gsm.person(phone), COLD_NUMBER, rig.runtime);
  const file = await rig.world.finish(
    addAccount(
      rig.coldConsole,
      { ...accountData(rig, {}), name: `customer ${n}`, vIdentity: v.identityPub, vPhones: [phone], ...changes },
      PIN,
    ),
  );
  v.pair(file);
  return { ...rig, v, file };
}

async function twoCustomers(): Promise<[Rig, Rig]> {
  const first = await channelRig();
  const second = await addCustomer(first, 1);
  second.v.open();
  expect(await first.world.until(() => second.v.channel !== undefined)).to.equal(true);
  return [first, second];
}

const payment = (rig: Rig, userTxNo: string) => ({
  userTxNo,
  outs: out(50_000),
  coins: [makeCoin(rig, { sats: 200_000, index: Number(userTxNo) })],
  feeSats: 1000,
});

async function status(rig: Rig): Promise<any[]> {
  const before = rig.v.received.length;
  rig.v.operate(SMS_STATUS, []);
  expect(await rig.world.until(() => rig.v.received.length > before)).to.equal(true);
  expect(rig.v.received[before].op).to.equal(SMS_STATUS_ANSWER);
  return rig.v.received[before].fields;
}

describe('cold: several customers', () => {
  it('one is answered by SMS in the midst of the signing of another', async () => {
    const [first, second] = await twoCustomers();
    const wanted = payment(first, '1');
    await begin(first, wanted);
    await status(second);
    await sendCoin(first, 0, wanted.coins[0]);
    second.v.renew();
    const { id } = second.v.channel!;
    await first.ask(MSG_SIGN_FINISH, []);
    expect(await first.world.until(() => second.v.channel!.id !== id)).to.equal(true);
    expect((await first.ask(MSG_SIGN_RESULT, [0]))[0].length).to.equal(1);
    await pay(second, payment(second, '1'));
  }).timeout(120_000);

  it('a forged request closes the account that it names, and no other', async () => {
    const [first, second] = await twoCustomers();
    await refusalOf(begin(second, { ...payment(second, '1'), authority: new Uint8Array(32) }));
    expect((await refusalOf(begin(second, payment(second, '2')))).tag).to.equal('account-closed');
    await pay(first, payment(first, '1'));
    expect([(await status(first))[1], (await status(second))[1]]).to.deep.equal([1, 2]);
    const accounts = (await first.ask(MSG_COLD_STATUS, []))[5] as number[][];
    expect(accounts.map((row) => row.slice(0, 2))).to.deep.equal([
      [0, 1],
      [1, 2],
    ]);
  }).timeout(120_000);

  it("one customer's authority is worth nothing on the other's account", async () => {
    const [first, second] = await twoCustomers();
    const stolen = {
      ...payment(second, '1'),
      channelId: second.v.channel!.id,
      authority: first.v.authority('1', out(50_000)),
    };
    expect((await refusalOf(begin(second, stolen))).tag).to.equal('bad-authority');
    await pay(first, payment(first, '1'));
  }).timeout(120_000);

  it('both go on after a restart, under the channels that they had', async () => {
    const [first, second] = await twoCustomers();
    const ids = [first.v.channel!.id, second.v.channel!.id];
    first.coldOff();
    first.coldOn();
    await wake(first);
    await pay(second, payment(second, '1'));
    await pay(first, payment(first, '1'));
    expect([first.v.channel!.id, second.v.channel!.id]).to.deep.equal(ids);
    await first.world.finish(lock(first.coldConsole));
    expect((await refusalOf(begin(second, payment(second, '2')))).tag).to.equal('locked');
  }).timeout(120_000);

  it('takes an allow-list of twenty of the longest addresses, and no more; the last is paid', async () => {
    const first = await readyRig();
    const long = Array.from(
      { length: 21 },
      (_, n) =>
        btc.p2wsh(
          { script: btc.p2pk(first.v.crypto.pubkeyCreate(new Uint8Array(32).fill(n + 1))).script } as never,
          TEST_NETWORK,
        ).address,
    );
    expect(long[0].length).to.equal(64);
    const phones = ['+4911111111111111', '+4922222222222222', '+4933333333333333', '+4944444444444444'];
    const full = {
      name: 'x'.repeat(32),
      allowList: long.slice(0, 20),
      adminPhones: phones,
      policy: { txMaxSats: 2_100_000_000_000_000, windowMaxSats: 'none' as const, isAllowListOnly: true },
    };
    const rig = await addCustomer(first, 1, full);
    expect(rig.file.account).to.equal(1);
    rig.v.open();
    expect(await first.world.until(() => rig.v.channel !== undefined)).to.equal(true);
    const to = (n: number) => ({ ...payment(rig, String(n)), outs: `${long[n]},50000` });
    await pay(rig, to(19));
    expect((await refusalOf(pay(rig, to(20)))).tag).to.equal('policy-destination');
    expect(
      await addCustomer(first, 2, { ...full, allowList: long }).then(
        () => 'taken',
        (error) => error.code,
      ),
    ).to.equal('account-form');
  }).timeout(120_000);

  it(`takes ${MAX_ACCOUNTS} accounts with allow-lists, each of which pays, and no more`, async () => {
    const first = await readyRig();
    const all = [first];
    while (all.length < MAX_ACCOUNTS)
      all.push(
        await addCustomer(first, all.length, { allowList: MAIN_ALLOWED, policy: { ...accountData(first, {}).policy } }),
      );
    for (const rig of [all[0], all[3], all[MAX_ACCOUNTS - 1]]) {
      rig.v.open();
      expect(await first.world.until(() => rig.v.channel !== undefined)).to.equal(true);
      await pay(rig, payment(rig, '1'));
    }
    const code = await addCustomer(first, MAX_ACCOUNTS).then(
      () => 'taken',
      (error) => error.code,
    );
    expect(code).to.equal('accounts-full');
  }).timeout(180_000);
});
