// A wiped board is a new one: nothing of the seed before on its flash or in its files, and it says ok when that is so.
// A wipe that a cut interrupted ends at the next start.
import { expect } from 'chai';
import { createConsoleClient, provision, status, valueOf, wipe } from '../../../../host/operator';
import { DICE, PIN, readyRig, type Rig } from '../../rig';

const isBlank = (rig: Rig): boolean =>
  [rig.cold.flash.cells, rig.cold.flash.archived].every((cells) => cells.every((cell) => cell === 255));
const filesOf = (rig: Rig): string[] => [...rig.cold.files.keys()].filter((name) => name !== 'words');

function restart(rig: Rig): void {
  rig.coldOff();
  rig.coldOn();
  rig.coldConsole = createConsoleClient({ port: rig.cold.console.port });
}

describe('wipe', () => {
  it('says ok when flash and files are erased, writes nothing more, and starts again as new', async () => {
    const rig = await readyRig();
    rig.cold.files.set('b0-1-12', new Uint8Array(48));
    rig.cold.flash.archived.fill(3, 4096, 8192);
    let isErased = false;
    await rig.world.finish(
      rig.coldConsole
        .run('wipe', (question) => (question === 'PIN' ? PIN : 'erase everything'))
        .then(() => (isErased = isBlank(rig) && filesOf(rig).length === 0)),
    );
    expect(isErased).to.equal(true);
    await rig.world.run(100_000);
    expect(isBlank(rig)).to.equal(true);
    expect(rig.cold.rebooted).to.equal(1);
    restart(rig);
    expect(valueOf(await rig.world.finish(status(rig.coldConsole)), 'state')).to.equal('factory');
    const made = await rig.world.finish(
      provision(rig.coldConsole, { dice: DICE, hostEntropy: new Uint8Array(32).fill(8), pin: PIN }),
    );
    expect(made.words.length).to.equal(24);
  }).timeout(60_000);

  it('cut anywhere, ends at the next start, or has not begun', async () => {
    const rig = await readyRig();
    const cells = rig.cold.flash.cells.slice();
    const files = [...rig.cold.files];
    const secret = Buffer.from(cells.subarray(4, 36));
    // Counting the try and taking it back are two writes each; then the wipe word, the zeros, a page each.
    const last = 4 + 2 + rig.cold.flash.pageCount;
    for (let cut = 5; cut <= last; cut++) {
      for (const [k, part] of [0, 0.5, 0.5, 1].entries()) {
        rig.coldOff();
        rig.cold.flash.cells.set(cells);
        files.forEach(([name, bytes]) => rig.cold.files.set(name, bytes));
        restart(rig);
        await rig.world.run(1000);
        Object.assign(rig.cold.flash, { operations: 0, cutAt: cut, cutPart: part, cutFromEnd: k === 2 });
        void wipe(rig.coldConsole, PIN).catch(() => undefined);
        await rig.world.until(() => rig.cold.flash.isOff, 10_000);
        const where = `cut ${cut}, ${part} of it done`;
        expect(rig.cold.flash.isOff, where).to.equal(true);
        const isBegun = cut > 5 || part === 1;
        if (cut > 6) expect(Buffer.from(rig.cold.flash.cells).includes(secret), where).to.equal(false);
        restart(rig);
        expect(isBlank(rig), where).to.equal(isBegun);
        if (isBegun) expect(filesOf(rig), where).to.deep.equal([]);
        expect(valueOf(await rig.world.finish(status(rig.coldConsole)), 'state'), where).to.equal(
          isBegun ? 'factory' : 'locked',
        );
      }
    }
  }).timeout(120_000);
});
