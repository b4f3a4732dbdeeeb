// Attack (I11): a journal that somebody changed stops the board.
// Invariants: 5 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { status, unlock, valueOf } from '../../host/operator';
import { PIN, channelRig } from '../firmware/rig';

describe('attack: changed journal', () => {
  it('a journal that somebody changed stops the board', async () => {
    const rig = await channelRig();
    rig.coldOff();
    rig.cold.flash.cells[4096 + 200] ^= 4;
    rig.coldOn();
    expect(valueOf(await rig.world.finish(status(rig.coldConsole)), 'state')).to.equal('journal-corrupt');
    expect((await rig.world.finish(unlock(rig.coldConsole, PIN)).catch((e) => e)).code).to.equal('journal-corrupt');
  }).timeout(180_000);
});
