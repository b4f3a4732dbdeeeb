// Holds the pairing of the two boards on the real firmware: a new link key ends what the old one opened, at once and
// for good, and needs no restart. Who has the old HSM-Hot, or its key, reaches nothing any more.
import { expect } from 'chai';
import { createConsoleClient, pairHot, status, valueOf } from '../../../../host/operator';
import { MSG_COLD_STATUS } from '../../../../protocol/wire';
import { linkUp, PIN, readyRig, type Rig } from '../../rig';

const KEY = new Uint8Array(32).fill(7);

async function wipeHot(rig: Rig): Promise<void> {
  await rig.world.finish(rig.hotConsole.run('wipe', () => 'erase everything'));
  rig.hotOff();
  rig.hotOn();
  rig.hotConsole = createConsoleClient({ port: rig.hot.console.port });
}

describe('cold/link-key', () => {
  it('takes another HSM-Hot in while it runs', async () => {
    const rig = await readyRig();
    await wipeHot(rig);
    await rig.world.finish(pairHot(rig.coldConsole, rig.hotConsole, KEY, PIN));
    await linkUp(rig);
    expect((await rig.ask(MSG_COLD_STATUS, [])).length).to.be.greaterThan(0);
  });

  it('lets the old one ask nothing more from then on', async () => {
    const rig = await readyRig();
    await rig.world.finish(rig.coldConsole.run(`link key ${'07'.repeat(32)}`, () => PIN));
    const lines = await rig.world.finish(status(rig.coldConsole));
    expect(lines.find((line) => line.startsWith('link '))).to.equal('link down');
    let asked = '';
    await rig.ask(MSG_COLD_STATUS, []).catch((error) => (asked = error.tag));
    expect(asked).to.match(/^link-/);
    await rig.world.run(120_000);
    expect(valueOf(await rig.world.finish(status(rig.coldConsole)), 'link')).to.equal('down');
  });

  it('stays as it is when HSM-Hot is paired already', async () => {
    const rig = await readyRig();
    let code = '';
    await rig.world.finish(pairHot(rig.coldConsole, rig.hotConsole, KEY, PIN).catch((error) => (code = error.code)));
    expect(code).to.equal('hot-paired');
    await linkUp(rig);
  });

  it('holds over a restart', async () => {
    const rig = await readyRig();
    await wipeHot(rig);
    await rig.world.finish(pairHot(rig.coldConsole, rig.hotConsole, KEY, PIN));
    await linkUp(rig);
    rig.coldOff();
    rig.coldOn();
    await linkUp(rig);
  });
});
