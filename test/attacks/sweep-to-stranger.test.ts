// Attack (I1): a PSBT that pays anybody but the registered address gets signatures that are worth nothing for it.
// Invariants: 6 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { sweep } from '../../host/operator';
import { askSignatures } from '../../host/operator/sweep';
import { readSweepPsbt } from '../../host/operator/sweep-psbt';
import { isSigned, out, sweepPsbt } from '../firmware/payments';
import { PIN, readyRig } from '../firmware/rig';

const PAYOUT = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

describe('attack: sweep to stranger', () => {
  it('a PSBT that pays anybody but the registered address gets signatures that are worth nothing for it', async () => {
    const rig = await readyRig();
    const thief = out(1, 5).split(',')[0];
    // A program of the thief's that says nothing of the address to anybody.
    const psbt = readSweepPsbt(sweepPsbt(rig, thief, 1), { network: 'regtest', script: 'p2wpkh', payout: thief });
    const { signatures, shown } = await rig.world.finish(
      askSignatures(rig.coldConsole, psbt.request, PAYOUT, { account: 0, pin: PIN }),
    );
    expect(signatures).to.have.length(1);
    expect(shown.join('\n')).to.include(PAYOUT).and.not.include(thief);
    expect(() => psbt.sign(signatures))
      .to.throw()
      .with.property('code', 'signature-wrong');
    const good = await rig.world.finish(sweep(rig.coldConsole, sweepPsbt(rig, PAYOUT, 3), { account: 0, pin: PIN }));
    expect(isSigned(good.psbt)).to.equal(true);
  }).timeout(180_000);

  it("the operator's program refuses such a PSBT before the board is asked", async () => {
    const rig = await readyRig();
    const code = await rig.world
      .finish(sweep(rig.coldConsole, sweepPsbt(rig, out(1, 5).split(',')[0], 1), { account: 0, pin: PIN }))
      .catch((error: { code: string }) => error.code);
    expect(code).to.equal('psbt-payout');
  });
});
