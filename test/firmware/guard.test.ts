// Holds firmware/guard.ts on both boards: a serial listener that did not end, as one that ran out of memory, restarts
// the board at its next handler, whatever that is; nothing is served before.
import { expect } from 'chai';
import { MSG_STATUS } from '../../protocol/wire';
import { readyRig } from './rig';

describe('guard', () => {
  for (const name of ['cold', 'hot'] as const) {
    it(`hsm-${name} restarts at the next housekeeping`, async () => {
      const rig = await readyRig();
      rig[name].isStuck = true;
      await rig.world.run(11_000);
      expect(rig[name].rebooted).to.be.greaterThan(0);
      expect(rig[name === 'cold' ? 'hot' : 'cold'].rebooted).to.equal(0);
      rig.world.errors.length = 0;
    });
  }

  it('at a line of the console, unanswered', async () => {
    for (const name of ['cold', 'hot'] as const) {
      const rig = await readyRig();
      rig[name].isStuck = true;
      let isAnswered = false;
      void rig[`${name}Console`].run('status').then(
        () => (isAnswered = true),
        () => undefined,
      );
      await rig.world.run(500);
      expect([isAnswered, rig[name].rebooted > 0], name).to.deep.equal([false, true]);
      rig.world.errors.length = 0;
    }
  });

  it('at a request of the gateway', async () => {
    const rig = await readyRig();
    rig.hot.isStuck = true;
    let isAnswered = false;
    rig.peer.request(MSG_STATUS, [], (error) => (isAnswered = !error), 1000);
    await rig.world.run(500);
    expect([isAnswered, rig.hot.rebooted > 0]).to.deep.equal([false, true]);
    rig.world.errors.length = 0;
  });
});
