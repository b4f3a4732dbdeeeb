// Attack: a primitive that computes wrongly (a fault, a changed image): the board makes no key, opens nothing and signs nothing.
// Invariants: 1, 6 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { provision, status, unlock, valueOf } from '../../host/operator';
import { MSG_COLD_STATUS } from '../../protocol/wire';
import { DICE, makeRig, PIN, readyRig } from '../firmware/rig';

/** The module whose export the firmware calls: one octet of every digest of it is changed meanwhile. */
const hashes = require('../../firmware/crypto/ripemd160') as { ripemd160: (bytes: Uint8Array) => Uint8Array };

async function withWrongHash(work: () => Promise<void>): Promise<void> {
  const right = hashes.ripemd160;
  hashes.ripemd160 = (bytes) => {
    const digest = right(bytes);
    digest[0]! ^= 1;
    return digest;
  };
  try {
    await work();
  } finally {
    hashes.ripemd160 = right;
  }
}

describe('attack: failed selftest', () => {
  it('a new board whose self-test fails makes no key', async () => {
    await withWrongHash(async () => {
      const rig = makeRig();
      expect(valueOf(await rig.world.finish(status(rig.coldConsole)), 'state')).to.equal('selftest-failed');
      const error: any = await rig.world.finish(provision(rig.coldConsole, { dice: DICE, hostEntropy: new Uint8Array(32), pin: PIN })).catch((e) => e);
      expect(error.code).to.equal('selftest-failed');
      expect(rig.cold.flash.cells.every((cell) => cell === 255)).to.equal(true);
    });
  }).timeout(180_000);

  it('a provisioned one opens nothing and answers nobody', async () => {
    const rig = await readyRig();
    await withWrongHash(async () => {
      rig.coldOff();
      rig.coldOn();
      expect((await rig.world.finish(unlock(rig.coldConsole, PIN)).catch((e) => e)).code).to.equal('selftest-failed');
      expect((await rig.ask(MSG_COLD_STATUS, [], 30_000).catch((e) => e)).code).to.not.equal(undefined);
    });
  }).timeout(180_000);
});
