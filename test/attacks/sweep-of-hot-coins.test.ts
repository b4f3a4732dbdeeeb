// Attack (I1): the console signs cold receiving coins only, and only after a yes and the PIN.
// Invariants: 6 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { sweep } from '../../host/operator';
import { sweepPsbt } from '../firmware/payments';
import { PIN, readyRig } from '../firmware/rig';

describe('attack: sweep of hot coins', () => {
  it('the console signs cold receiving coins only, and only after a yes and the PIN', async () => {
    const rig = await readyRig();
    const payout = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';
    const codeOf = async (work: Promise<unknown>): Promise<string> =>
      rig.world.finish(work).then(
        () => 'ok',
        (e) => e.code,
      );
    expect(await codeOf(sweep(rig.coldConsole, sweepPsbt(rig, payout, 1, 'hot'), { account: 0, pin: PIN }))).to.equal(
      'not-own-coin',
    );
    expect(
      await codeOf(sweep(rig.coldConsole, sweepPsbt(rig, payout, 1), { account: 0, pin: PIN, confirm: () => false })),
    ).to.equal('declined');
    expect(await codeOf(sweep(rig.coldConsole, sweepPsbt(rig, payout, 1), { account: 0, pin: '777771' }))).to.equal(
      'pin-wrong',
    );
  }).timeout(180_000);
});
