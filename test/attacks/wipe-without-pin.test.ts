// Attack (I6): whoever has the console without the PIN cannot erase the board; a board that is broken can still be
// erased. Invariants: 4, 6 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { createConsoleClient, status, unlock, valueOf, wipe } from '../../host/operator';
import { readDevice } from '../../firmware/journal/device';
import { PIN, readyRig } from '../firmware/rig';

describe('attack: wipe without pin', () => {
  it('whoever has the console without the PIN cannot erase the board, and each guess counts', async () => {
    const rig = await readyRig();
    const before = rig.cold.flash.cells.slice(0, 4096);
    const error: any = await rig.world.finish(wipe(rig.coldConsole, '000001')).catch((e) => e);
    expect(error.code).to.equal('pin-wrong');
    expect(Buffer.from(rig.cold.flash.cells.slice(0, 4096)).equals(Buffer.from(before))).to.equal(true);
    expect((await rig.world.finish(status(rig.coldConsole))).join(' ')).to.include('pin-failures 1');
    await rig.world.finish(wipe(rig.coldConsole, PIN));
    expect(readDevice(rig.cold.flash)).to.equal(undefined);
  }).timeout(180_000);

  it('a board whose journal does not hold has no PIN to check: the phrase alone erases it', async () => {
    const rig = await readyRig();
    rig.coldOff();
    rig.cold.flash.cells[4096 + 200] ^= 4;
    rig.coldOn();
    rig.coldConsole = createConsoleClient({ port: rig.cold.console.port });
    expect(valueOf(await rig.world.finish(status(rig.coldConsole)), 'state')).to.equal('journal-corrupt');
    expect((await rig.world.finish(unlock(rig.coldConsole, PIN)).catch((e) => e)).code).to.equal('journal-corrupt');
    await rig.world.finish(wipe(rig.coldConsole));
    expect(readDevice(rig.cold.flash)).to.equal(undefined);
  }).timeout(180_000);
});
