// Holds that no ECDH of HSM-Cold is one task: the link and the modem would not be served for as long as it takes.
import { expect } from 'chai';
import { addAccount, backup, restore, restoreState, setTime } from '../../../../host/operator';
import { accountData, channelRig, DICE, makeRig, PIN, readyRig, START_S, type Rig } from '../../rig';
import { withExport } from '../../stub';

/** The module whose exports the firmware calls. */
const crypto = require('../../../../firmware/crypto/index');

/** Runs `work` where the ECDH in one piece fails; returns how many steps of others were taken. */
async function inSteps(work: () => Promise<void>): Promise<number> {
  let steps = 0;
  const counted = (right: (m: unknown) => unknown) => (m: unknown) => {
    steps++;
    return right(m);
  };
  const refused = () => () => {
    throw new Error('an ECDH in one task');
  };
  await withExport(crypto, 'ecdh', refused, () => withExport(crypto, 'ecdhStep', counted, work));
  return steps;
}

async function restored(rig: Rig): Promise<Rig> {
  const text = await rig.world.finish(backup(rig.coldConsole, PIN));
  const fresh = makeRig({ seed: 'fresh' });
  await fresh.world.finish(
    restore(fresh.coldConsole, { words: rig.words, dice: DICE, hostEntropy: new Uint8Array(32).fill(3), pin: PIN }),
  );
  await fresh.world.finish(setTime(fresh.coldConsole, START_S + 100_000, PIN));
  await fresh.world.finish(restoreState(fresh.coldConsole, text, { pin: PIN, channelIds: [rig.v.channel!.id] }));
  fresh.file = rig.file;
  const { identityPriv, identityPub, counter } = rig.v;
  Object.assign(fresh.v, { identityPriv, identityPub, counter });
  fresh.v.pair(rig.file);
  return fresh;
}

describe('cold/sms/pairing', () => {
  it('`account add` makes the key in steps', async () => {
    const steps = await inSteps(async () => {
      const rig = await readyRig({ seed: 'pairing' });
      const added = await rig.world.finish(
        addAccount(rig.coldConsole, { ...accountData(rig, {}), name: 'second' }, PIN),
      );
      expect(added.account).to.equal(1);
      expect(rig.world.errors).to.deep.equal([]);
    });
    expect(steps).to.be.at.least(7);
  }).timeout(120_000);

  it('the first OPEN after a restore makes it in steps, once, and is accepted', async () => {
    const rig = await channelRig();
    await inSteps(async () => {
      const fresh = await restored(rig);
      fresh.v.open();
      fresh.v.open();
      expect(await fresh.world.until(() => fresh.v.channel !== undefined)).to.equal(true);
      expect(fresh.world.errors).to.deep.equal([]);
    });
  }).timeout(120_000);

  it('locking the board in the midst of it loses nothing: V opens again', async () => {
    const rig = await channelRig();
    const fresh = await restored(rig);
    let isLocked = false;
    const locking = (right: (m: unknown) => unknown) => (m: unknown) => {
      if (!isLocked) void fresh.coldConsole.run('lock');
      isLocked = true;
      return right(m);
    };
    await withExport(crypto, 'ecdhStep', locking, async () => {
      fresh.v.open();
      await fresh.world.until(() => isLocked);
      await fresh.world.run(60_000);
    });
    await fresh.world.finish(fresh.coldConsole.run('unlock', () => PIN));
    fresh.v.open();
    expect(await fresh.world.until(() => fresh.v.channel !== undefined)).to.equal(true);
    expect(fresh.world.errors).to.deep.equal([]);
  }).timeout(120_000);
});
