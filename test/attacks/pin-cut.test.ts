// Attack (I5): cutting the power while a PIN is tried does not give the try back.
// Invariants: 5 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { createConsoleClient, status, unlock } from '../../host/operator';
import { readyRig } from '../firmware/rig';

describe('attack: pin cut', () => {
  it('cutting the power while a PIN is tried does not give the try back', async () => {
    const rig = await readyRig();
    rig.coldOff();
    rig.coldOn();
    rig.cold.flash.operations = 0;
    rig.cold.flash.cutAt = 3;
    void unlock(rig.coldConsole, '000001').catch(() => undefined);
    await rig.world.run(1000);
    expect(rig.cold.flash.isOff).to.equal(true);
    rig.coldOff();
    rig.coldOn();
    const client = createConsoleClient({ port: rig.cold.console.port });
    const lines = await rig.world.finish(status(client));
    expect(lines.some((line) => / pin-failures 1$/.test(line))).to.equal(true);
  }).timeout(180_000);
});
