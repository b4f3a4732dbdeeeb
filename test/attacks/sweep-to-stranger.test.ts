// Attack (I1): a PSBT that pays anybody but the registered address gets signatures that are worth nothing for it.
// Invariants: 6 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { sweep } from '../../host/operator';
import { isSigned, out, sweepPsbt } from '../firmware/payments';
import { PIN, readyRig } from '../firmware/rig';

describe('attack: sweep to stranger', () => {
  it('a PSBT that pays anybody but the registered address gets signatures that are worth nothing for it', async () => {
    const rig = await readyRig();
    const thief = out(1, 5).split(',')[0]!;
    const signed = await rig.world.finish(sweep(rig.coldConsole, sweepPsbt(rig, thief, 1), { account: 0, pin: PIN }));
    expect(signed.shown.join('\n')).to.include('bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080').and.not.include(thief);
    expect(isSigned(signed.psbt)).to.equal(false);
    const good = await rig.world.finish(
      sweep(rig.coldConsole, sweepPsbt(rig, 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080', 3), {
        account: 0,
        pin: PIN,
      }),
    );
    expect(isSigned(good.psbt)).to.equal(true);
  }).timeout(180_000);
});
