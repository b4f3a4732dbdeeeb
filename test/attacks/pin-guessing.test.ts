// Attack (I6): wrong PINs are counted before they are tried, over power cuts; at the limit the board erases itself.
// Invariants: 5 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { unlock } from '../../host/operator';
import { readyRig } from '../firmware/rig';

describe('attack: pin guessing', () => {
  it('wrong PINs are counted before they are tried, over restarts; at the limit the board erases itself', async () => {
    const rig = await readyRig();
    for (let n = 0; n < 9; n++) {
      rig.coldOff();
      rig.coldOn();
      await rig.world.run(400_000);
      const error = await rig.world.finish(unlock(rig.coldConsole, '000001')).catch((e) => e);
      expect(error.code).to.equal('pin-wrong');
    }
    rig.coldOff();
    rig.coldOn();
    expect((await rig.world.finish(unlock(rig.coldConsole, '000001')).catch((e) => e)).code).to.equal('pin-wait');
    await rig.world.run(700_000);
    expect((await rig.world.finish(unlock(rig.coldConsole, '000001')).catch((e) => e)).code).to.equal('wiped');
    expect(rig.cold.flash.cells.every((cell) => cell === 255)).to.equal(true);
    await rig.world.run(1000);
    expect(rig.cold.rebooted).to.equal(1);
  }).timeout(180_000);
});
