// Attack (I13): requests for made-up account numbers, to keep HSM-Cold busy and to lock out the accounts that there
// are. Invariants: 9 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { MSG_ATTEST, MSG_PING, MSG_SIGN_BEGIN, MSG_STATUS, REFUSE_RATE } from '../../protocol/wire';
import { UNKNOWN_A_MINUTE } from '../../firmware/hot/limits';
import { beginFields, makeCoin, out, pay, type Payment } from '../firmware/payments';
import { channelRig, linkUp, readyRig, wake, type Rig } from '../firmware/rig';

/** Begins, pings and asks for `count` accounts; answers how many of each kind reached HSM-Cold at most. */
async function flood(rig: Rig, payment: Payment, count: number): Promise<number> {
  const before = (await rig.ask(MSG_STATUS, []))[5];
  let limited = 0;
  for (let n = 0; n < count; n++) {
    const begin = beginFields(rig, payment);
    begin[0] = 1000 + n;
    for (const [type, fields] of [
      [MSG_SIGN_BEGIN, begin],
      [MSG_PING, [1000 + n, 2, 1, 'p', 'PING', 0, 0, new Uint8Array(32)]],
      [MSG_ATTEST, [1000 + n, 1, 0]],
    ] as [number, unknown[]][]) {
      await rig.ask(type, fields).catch((error) => void (limited += error.refusal === REFUSE_RATE ? 1 : 0));
    }
  }
  expect(limited).to.be.greaterThan(0);
  return (await rig.ask(MSG_STATUS, []))[5] - before;
}

describe('attack: flood of accounts', () => {
  it('a hundred made-up accounts reach HSM-Cold a few times, and the honest one is served at once', async () => {
    const rig = await channelRig();
    const payment = { userTxNo: '1', outs: out(50_000), coins: [makeCoin(rig, { sats: 100_000 })], feeSats: 1000 };
    expect(await flood(rig, payment, 100)).to.be.at.most(3 * (UNKNOWN_A_MINUTE + 2));
    await pay(rig, payment);
  }).timeout(180_000);

  it('nor does it help to begin right after HSM-Hot has started', async () => {
    const rig = await channelRig();
    const payment = { userTxNo: '1', outs: out(50_000), coins: [makeCoin(rig, { sats: 100_000 })], feeSats: 1000 };
    rig.hotOff();
    rig.hotOn();
    await linkUp(rig);
    await flood(rig, payment, 30);
    await pay(rig, payment);
  }).timeout(180_000);

  it('nor while HSM-Cold is locked, when it says of no account whether it is there', async () => {
    const rig = await readyRig();
    rig.v.open();
    await rig.world.until(() => rig.v.channel !== undefined);
    const payment = { userTxNo: '1', outs: out(50_000), coins: [makeCoin(rig, { sats: 100_000 })], feeSats: 1000 };
    await rig.world.finish(rig.coldConsole.run('lock'));
    for (let minute = 0; minute < 3; minute++) {
      await flood(rig, payment, 20);
      await rig.world.run(60_000);
    }
    await wake(rig);
    await flood(rig, payment, 20);
    await pay(rig, payment);
  }).timeout(180_000);
});
