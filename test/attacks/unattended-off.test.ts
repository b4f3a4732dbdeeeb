// Attack (I6): whoever takes a board whose operator has switched `unattended` off reads its whole flash, device secret
// included, and looks for anything that opens to the seed without the PIN: every octet of both halves, superseded and
// torn records among them. Invariants: 6 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { mnemonicToSeedSync } from '@scure/bip39';
import { textBytes } from '../../firmware/crypto/bytes';
import { hmacSha256, open } from '../../firmware/crypto/index';
import { readDevice } from '../../firmware/journal/device';
import { createConsoleClient, setPhones, status, unlock, valueOf } from '../../host/operator';
import { PIN, readyRig, type Rig } from '../firmware/rig';

const SEED_BYTES = 64;
const TAG_BYTES = 16;
const ADMIN = '+8613800000008';

/** Places of the flash at which the seed lies, in the clear or sealed under what the flash itself tells. */
function findSeeds(rig: Rig): number[] {
  const { cells } = rig.cold.flash;
  const seed = Buffer.from(mnemonicToSeedSync(rig.words.join(' ')));
  const key = hmacSha256(readDevice(rig.cold.flash)!.secret, textBytes('chaincloud unattended'));
  const found: number[] = [];
  for (let at = 0; at + SEED_BYTES <= cells.length; at++) {
    if (cells[at] === 255 && cells[at + 1] === 255 && cells[at + 2] === 255 && cells[at + 3] === 255) continue;
    if (seed.equals(cells.subarray(at, at + SEED_BYTES))) found.push(at);
    try {
      if (
        seed.equals(
          open(key, new Uint8Array(0), new Uint8Array(0), cells.slice(at, at + SEED_BYTES + TAG_BYTES), TAG_BYTES),
        )
      )
        found.push(at);
    } catch {
      continue;
    }
  }
  return found;
}

function command(rig: Rig, line: string): Promise<string[]> {
  return rig.world.finish(rig.coldConsole.run(line, () => PIN));
}

function restart(rig: Rig): void {
  rig.coldOff();
  rig.coldOn();
  rig.coldConsole = createConsoleClient({ port: rig.cold.console.port });
}

async function stateAfterStart(rig: Rig): Promise<string> {
  restart(rig);
  await rig.world.run(10_000);
  return valueOf(await rig.world.finish(status(rig.coldConsole)), 'state');
}

/** A board that was unattended for a while: its settings were written more than once. */
async function unattendedRig(): Promise<Rig> {
  const rig = await readyRig();
  await command(rig, 'unattended on');
  await rig.world.finish(setPhones(rig.coldConsole, [ADMIN, '+4411111111'], PIN));
  await command(rig, 'unattended on');
  return rig;
}

describe('attack: unattended off', () => {
  it('leaves nothing on the flash that opens to the seed without the PIN', async () => {
    const rig = await unattendedRig();
    expect(findSeeds(rig).length, 'the search finds what is there').to.be.greaterThan(1);
    expect(await stateAfterStart(rig)).to.equal('unlocked');
    await command(rig, 'unattended off');
    expect(findSeeds(rig)).to.deep.equal([]);
    expect(await stateAfterStart(rig)).to.equal('locked');
    await rig.world.finish(unlock(rig.coldConsole, PIN));
    expect(findSeeds(rig)).to.deep.equal([]);
    await command(rig, 'unattended on');
    expect(await stateAfterStart(rig)).to.equal('unlocked');
  }).timeout(180_000);

  it('cut anywhere, it is on as before, or off with nothing left once the board has started', async () => {
    const rig = await unattendedRig();
    const cells = rig.cold.flash.cells.slice();
    rig.cold.flash.operations = 0;
    await command(rig, 'unattended off');
    const operations = rig.cold.flash.operations;
    const seen = new Set<string>();
    for (let cut = 3; cut <= operations; cut += cut < 12 || cut > operations - 12 ? 1 : 9) {
      rig.coldOff();
      rig.cold.flash.cells.set(cells);
      restart(rig);
      await rig.world.run(10_000);
      Object.assign(rig.cold.flash, {
        operations: 0,
        cutAt: cut,
        cutPart: [0, 0.5, 1][cut % 3],
        cutFromEnd: cut % 2 === 1,
      });
      void rig.coldConsole.run('unattended off', () => PIN).catch(() => undefined);
      await rig.world.until(() => rig.cold.flash.isOff, 20_000);
      expect(rig.cold.flash.isOff, `cut ${cut}`).to.equal(true);
      const state = await stateAfterStart(rig);
      seen.add(state);
      expect(state, `cut ${cut}`).to.be.oneOf(['locked', 'unlocked']);
      if (state === 'locked') expect(findSeeds(rig), `cut ${cut}`).to.deep.equal([]);
    }
    expect([...seen].sort()).to.deep.equal(['locked', 'unlocked']);
  }).timeout(600_000);
});
