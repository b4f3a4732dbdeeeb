// Attack (I6): whoever has the console of a provisioned board makes it fail its start (a changed journal, a changed
// image, a changed device page) and asks for the interpreter's prompt: with the device secret still on the flash, that
// would be a search of all PINs. Invariants: 6 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { createConsoleClient, status, unlock, valueOf, wipe } from '../../host/operator';
import { makeRig, PIN, readyRig, type Rig } from '../firmware/rig';

const hashes = require('../../firmware/crypto/hash/ripemd160') as { ripemd160: (bytes: Uint8Array) => Uint8Array };

function restart(rig: Rig): void {
  rig.coldOff();
  rig.coldOn();
  rig.coldConsole = createConsoleClient({ port: rig.cold.console.port });
}

async function serviceOf(rig: Rig, pin = PIN): Promise<string> {
  const code = await rig.world.finish(rig.coldConsole.run('service', () => pin)).then(
    () => 'ok',
    (error: { code: string }) => error.code,
  );
  await rig.world.run(1000);
  return code;
}

const stateOf = async (rig: Rig): Promise<string> => valueOf(await rig.world.finish(status(rig.coldConsole)), 'state');

/** Refused without touching anything; after a wipe, given. */
async function isRefused(rig: Rig): Promise<void> {
  const before = Buffer.from(rig.cold.flash.cells);
  expect(await serviceOf(rig)).to.equal('wipe-first');
  expect(rig.cold.files.has('service')).to.equal(false);
  expect(before.equals(rig.cold.flash.cells)).to.equal(true);
  await rig.world.finish(wipe(rig.coldConsole));
  restart(rig);
  expect(rig.cold.flash.cells.every((cell) => cell === 255)).to.equal(true);
  expect(await serviceOf(rig)).to.equal('ok');
  expect(rig.cold.files.has('service')).to.equal(true);
}

describe('attack: service without pin', () => {
  it('a board that holds takes the PIN, a new one needs none', async () => {
    const rig = await readyRig();
    expect(await serviceOf(rig, '000001')).to.equal('pin-wrong');
    expect(rig.cold.files.has('service')).to.equal(false);
    expect(await serviceOf(rig)).to.equal('ok');
    expect(await serviceOf(makeRig())).to.equal('ok');
  }).timeout(180_000);

  it('a changed journal', async () => {
    const rig = await readyRig();
    rig.cold.flash.cells[4096 + 200] ^= 4;
    restart(rig);
    expect(await stateOf(rig)).to.equal('journal-corrupt');
    await isRefused(rig);
  }).timeout(180_000);

  it('a self-test that fails', async () => {
    const rig = await readyRig();
    const right = hashes.ripemd160;
    hashes.ripemd160 = () => new Uint8Array(20);
    try {
      restart(rig);
      expect(await stateOf(rig)).to.equal('selftest-failed');
      await isRefused(rig);
    } finally {
      hashes.ripemd160 = right;
    }
  }).timeout(180_000);

  it('a changed device page: the board does not take itself for a new one', async () => {
    for (const at of [0, 10, 37, 64]) {
      const rig = await readyRig();
      rig.cold.flash.cells[at] ^= 4;
      restart(rig);
      const state = await stateOf(rig);
      expect(state).to.equal(at === 64 ? 'factory' : 'device-damaged');
      if (at !== 64)
        expect(await rig.world.finish(unlock(rig.coldConsole, PIN)).catch((error) => error.code)).to.equal(
          'device-damaged',
        );
      await isRefused(rig);
    }
  }).timeout(180_000);
});
