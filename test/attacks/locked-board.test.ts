// Attack (I1): a locked board signs and answers nothing, whoever asks.
// Invariants: 4, 6 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { REFUSE_LOCKED } from '../../protocol/wire';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: locked board', () => {
  it('a locked board signs nothing and replies to nobody', async () => {
    const rig = await channelRig();
    const payment = { userTxNo: '1', outs: out(50_000), coins: [makeCoin(rig, { sats: 100_000 })], feeSats: 1000 };
    await rig.world.finish(rig.coldConsole.run('lock'));
    expect((await refusalOf(pay(rig, payment))).refusal).to.equal(REFUSE_LOCKED);
    const before = rig.gsm.stats().submitted;
    rig.v.open();
    await rig.world.run(60_000);
    expect(rig.gsm.stats().submitted).to.equal(before + 1);
  }).timeout(180_000);
});
