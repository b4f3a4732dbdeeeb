// Attack (I7): a board without the link key is not heard.
// Invariants: 1 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { createConsoleClient } from '../../host/operator';
import { MSG_COLD_STATUS, REFUSE_COLD_UNREACHABLE } from '../../protocol/wire';
import { readyRig } from '../firmware/rig';

describe('attack: wrong link key', () => {
  it('a board without the link key is not heard', async () => {
    const rig = await readyRig();
    rig.hotOff();
    rig.hot.flash.cells.fill(255);
    rig.hotOn();
    const hot = createConsoleClient({ port: rig.hot.console.port });
    await rig.world.finish(hot.run(`link key ${'ab'.repeat(32)}`));
    await rig.world.run(120_000);
    const error: any = await rig.ask(MSG_COLD_STATUS, [], 30_000).catch((e) => e);
    expect(error.refusal).to.equal(REFUSE_COLD_UNREACHABLE);
  }).timeout(180_000);
});
