// Sweeping at the console, up to the largest sweep there is. Spec: firmware/cold/console/commands/sweep.ts; BIP143,
// BIP174.
import { expect } from 'chai';
import { SWEEP_INPUTS_MAX } from '../../../../../firmware/cold/console/commands/sweep';
import { sweep } from '../../../../../host/operator';
import { isSigned, sweepPsbt } from '../../../payments';
import { PIN, readyRig } from '../../../rig';

const PAYOUT = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

describe('cold/sweep', () => {
  it(`signs ${SWEEP_INPUTS_MAX} coins in one sweep, brought to the console in pieces`, async () => {
    const rig = await readyRig();
    const done = await rig.world.finish(
      sweep(rig.coldConsole, sweepPsbt(rig, PAYOUT, SWEEP_INPUTS_MAX), { account: 0, pin: PIN }),
    );
    expect(done.shown.join('\n')).to.include(`inputs ${SWEEP_INPUTS_MAX} `);
    expect(isSigned(done.psbt)).to.equal(true);
    expect(rig.world.errors).to.deep.equal([]);
  }).timeout(300_000);
});
