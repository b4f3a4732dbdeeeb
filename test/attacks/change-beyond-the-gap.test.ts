// Attack (I8): change at an index where no wallet restored from the words looks, at once, by replacements, after
// archiving and a restart. Invariants: 8 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { GROUP_BYTES } from '../../firmware/cold/payments/groups';
import { backup, restore, restoreState, setTime } from '../../host/operator';
import { REFUSE_BAD_INPUT } from '../../protocol/wire';
import { fill } from '../firmware/cuts/prepared';
import { makeCoin, out, pay, refusalOf, type Payment } from '../firmware/payments';
import { channelRig, DICE, makeRig, PIN, START_S, wake, type Rig } from '../firmware/rig';
import { CHANGE_GAP } from '../../firmware/cold/signing/checks';

const payment = (rig: Rig, userTxNo: string, changeIndex: number | null): Payment => ({
  userTxNo,
  outs: out(50_000),
  coins: [makeCoin(rig, { sats: changeIndex === null ? 51_000 : 100_000 })],
  feeSats: 1000,
  changeIndex,
});
const refused = async (rig: Rig, userTxNo: string, changeIndex: number): Promise<unknown> =>
  refusalOf(pay(rig, payment(rig, userTxNo, changeIndex)));
const GAP = { refusal: REFUSE_BAD_INPUT, tag: 'change-gap' };

describe('attack: change beyond the gap', () => {
  it('an index is at most 20 above the highest one signed', async () => {
    const rig = await channelRig();
    expect(await refused(rig, 'a', CHANGE_GAP)).to.deep.equal(GAP);
    expect(await refused(rig, 'a', 2_147_483_646)).to.deep.equal(GAP);
    await pay(rig, payment(rig, 'a', null));
    await pay(rig, payment(rig, 'b', 19));
    expect(await refused(rig, 'c', 40)).to.deep.equal(GAP);
    await pay(rig, payment(rig, 'c', 39));
    await pay(rig, payment(rig, 'd', 0));
    expect(await refused(rig, 'e', 60)).to.deep.equal(GAP);
  }).timeout(60_000);

  it('replacements go one further at most, and ten transactions in all', async () => {
    const rig = await channelRig();
    const first = payment(rig, 'a', 3);
    await pay(rig, first);
    expect(await refusalOf(pay(rig, { ...first, feeSats: 1001, changeIndex: 5 }))).to.deep.equal(GAP);
    for (let n = 1; n < 10; n++) await pay(rig, { ...first, feeSats: 1000 + n, changeIndex: 3 + n });
    expect((await refusalOf(pay(rig, { ...first, feeSats: 1010 }))).tag).to.equal('replaced-too-often');
    await pay(rig, first);
  }).timeout(60_000);

  it('the highest one outlives archiving, a restart and a restore onto another board', async () => {
    const rig = await channelRig();
    await pay(rig, payment(rig, 'a', 19));
    fill(rig, 60);
    await wake(rig);
    await rig.world.run(20_000);
    expect(rig.cold.flash.archived[0]).to.not.equal(255);
    expect(await refused(rig, 'b', 40)).to.deep.equal(GAP);
    const text = await rig.world.finish(backup(rig.coldConsole, PIN));
    const other = makeRig({ seed: 'fresh' });
    await other.world.finish(
      restore(other.coldConsole, { words: rig.words, dice: DICE, hostEntropy: new Uint8Array(32).fill(3), pin: PIN }),
    );
    await other.world.finish(setTime(other.coldConsole, START_S + 100_000, PIN));
    await other.world.finish(
      restoreState(other.coldConsole, text, { pin: PIN, channelIds: [rig.v.channel!.id], payments: 1 }),
    );
    expect(other.cold.flash.archived.slice(0, GROUP_BYTES)).to.deep.equal(
      rig.cold.flash.archived.slice(0, GROUP_BYTES),
    );
    other.file = rig.file;
    Object.assign(other.v, {
      identityPriv: rig.v.identityPriv,
      identityPub: rig.v.identityPub,
      counter: rig.v.counter,
    });
    other.v.pair(other.file);
    const link = 'cd'.repeat(32);
    await other.world.finish(other.coldConsole.run(`link key ${link}`, () => PIN));
    await other.world.finish(other.hotConsole.run(`link key ${link}`));
    other.v.open();
    await other.world.until(() => other.v.channel !== undefined);
    expect(await refused(other, 'b', 40)).to.deep.equal(GAP);
    await pay(other, payment(other, 'b', 39));
  }).timeout(120_000);
});
