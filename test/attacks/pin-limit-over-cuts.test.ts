// Attack (I5): cutting the power after each wrong PIN is counted, before the board can erase itself, gives no try
// beyond the limit; a flash that takes no audit record takes away neither the delay nor the erasure.
// Invariants: 5 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { save } from '../../firmware/cold/state/store';
import { R_RESTORE } from '../../firmware/journal/records';
import { createConsoleClient, status, unlock, valueOf, wipe } from '../../host/operator';
import { storeOf } from '../firmware/cuts/prepared';
import { PIN, readyRig, type Rig } from '../firmware/rig';
import { PIN_TRIES_MAX } from '../../firmware/cold/secrets/pin';

const WRONG = '000001';
/** Longer than any delay. */
const WAIT_MS = 700_000;

async function restarted(rig: Rig): Promise<void> {
  rig.coldOff();
  rig.coldOn();
  await rig.world.run(WAIT_MS);
  rig.coldConsole = createConsoleClient({ port: rig.cold.console.port });
}

async function failuresOf(rig: Rig): Promise<number> {
  return Number(/ pin-failures (\d+)/.exec((await rig.world.finish(status(rig.coldConsole))).join('\n'))![1]);
}

/** A try that loses its power at the flash operation of this number. */
async function cutTry(rig: Rig, operation: number): Promise<void> {
  Object.assign(rig.cold.flash, { operations: 0, cutAt: operation });
  void unlock(rig.coldConsole, WRONG).catch(() => undefined);
  await rig.world.run(1000);
  expect(rig.cold.flash.isOff).to.equal(true);
}

async function codeOf(rig: Rig, pin: string): Promise<string> {
  return rig.world.finish(unlock(rig.coldConsole, pin)).then(
    () => 'ok',
    (error: { code: string }) => error.code,
  );
}

/** A board with so many wrong PINs behind it, its delay over. */
async function triedRig(failures: number): Promise<Rig> {
  const rig = await readyRig();
  for (let n = 0; n < failures; n++) {
    await restarted(rig);
    expect(await codeOf(rig, WRONG)).to.equal('pin-wrong');
  }
  await restarted(rig);
  return rig;
}

/** The journal's pages lose what is written to them, once so many writes were kept. */
function loseWrites(rig: Rig, kept: number): void {
  const { flash } = rig.cold;
  const write = flash.writeBytes.bind(flash);
  flash.writeBytes = (offset, bytes) => {
    if (offset < flash.pageBytes || kept-- > 0) write(offset, bytes);
  };
}

/** The board as a state backup leaves it that was not read to its end, just started. */
function leaveRestoring(rig: Rig): void {
  rig.coldOff();
  save(storeOf(rig), R_RESTORE, new Uint8Array([1]));
  rig.coldOn();
  rig.coldConsole = createConsoleClient({ port: rig.cold.console.port });
}

describe('attack: pin limit over cuts', () => {
  it('a cut after each counted try gives no more than PIN_TRIES_MAX of them', async () => {
    const rig = await readyRig();
    for (let n = 1; n <= PIN_TRIES_MAX; n++) {
      await restarted(rig);
      expect(await failuresOf(rig)).to.equal(n - 1);
      await cutTry(rig, 3);
    }
    await restarted(rig);
    expect(rig.cold.rebooted).to.equal(1);
    await restarted(rig);
    expect(valueOf(await rig.world.finish(status(rig.coldConsole)), 'state')).to.equal('factory');
    expect(rig.cold.flash.cells.every((cell) => cell === 255)).to.equal(true);
    expect(await codeOf(rig, PIN)).to.equal('not-provisioned');
  }).timeout(180_000);

  it('a count at the limit erases the board at its start, before anybody can type', async () => {
    const rig = await triedRig(PIN_TRIES_MAX - 1);
    await cutTry(rig, 3);
    rig.coldOff();
    rig.coldOn();
    expect(rig.cold.flash.cells.every((cell) => cell === 255)).to.equal(true);
    expect([...rig.cold.files.keys()].filter((name) => /^[ubm]\d/.test(name))).to.deep.equal([]);
  }).timeout(180_000);

  it('a flash that loses the audit record does not save the board', async () => {
    const rig = await triedRig(PIN_TRIES_MAX - 1);
    loseWrites(rig, 2);
    expect(await codeOf(rig, WRONG)).to.equal('wiped');
    expect(rig.cold.flash.cells.every((cell) => cell === 255)).to.equal(true);
  }).timeout(180_000);

  it('a flash that loses the audit record gives no second try without the delay', async () => {
    const rig = await triedRig(4);
    loseWrites(rig, 2);
    expect(await codeOf(rig, WRONG)).to.equal('flash-failed');
    expect(await codeOf(rig, PIN)).to.equal('pin-wait');
  }).timeout(180_000);

  it('a board out of service keeps the delay over restarts', async () => {
    const rig = await triedRig(5);
    leaveRestoring(rig);
    expect(valueOf(await rig.world.finish(status(rig.coldConsole)), 'state')).to.equal('restore-unfinished');
    expect(await rig.world.finish(wipe(rig.coldConsole, WRONG)).catch((error) => error.code)).to.equal('pin-wait');
  }).timeout(180_000);
});
