// The ceremony and the states of HSM-Cold at its console. Spec: SPEC.md, console; BIP39, BIP32, BIP84.
import { HDKey } from '@scure/bip32';
import { mnemonicToSeedSync } from '@scure/bip39';
import { expect } from 'chai';
import { createConsoleClient, provision, status, unlock, valueOf } from '../../../../host/operator';
import { DICE, PIN, makeRig, readyRig } from '../../rig';

describe('cold/ceremony', () => {
  it('makes a seed whose words restore every key in any wallet', async () => {
    const rig = await readyRig();
    expect(rig.words).to.have.length(24);
    const master = HDKey.fromMasterSeed(mnemonicToSeedSync(rig.words.join(' ')), {
      public: 0x043587cf,
      private: 0x04358394,
    });
    expect(rig.file.fingerprint).to.equal(master.fingerprint.toString(16).padStart(8, '0'));
    expect(rig.file.cold.xpub).to.equal(master.derive("m/84'/1'/0'").publicExtendedKey);
    expect(rig.file.hot.xpub).to.equal(master.derive("m/84'/1'/1'").publicExtendedKey);
    expect(rig.file.identity).to.equal(Buffer.from(master.derive("m/17229'/0'/0'").publicKey!).toString('hex'));
    expect(rig.world.errors).to.deep.equal([]);
  });

  it('refuses dice that are few, biased or not dice, and keeps nothing', async () => {
    const rig = makeRig();
    for (const [dice, code] of [
      ['123', 'dice-few'],
      ['1'.repeat(99), 'dice-run'],
      [DICE.replace('3', '7'), 'dice-digit'],
    ] as const) {
      const error = await rig.world
        .finish(provision(rig.coldConsole, { dice, hostEntropy: new Uint8Array(32), pin: PIN }))
        .catch((e) => e);
      expect(error.code).to.equal(code);
      expect(valueOf(await rig.world.finish(status(rig.coldConsole)), 'state')).to.equal('factory');
    }
  });

  it('leaves a new board, to be provisioned, when the power goes within the writing of its device page', async () => {
    for (const [at, part] of [
      [1, 0.5],
      [2, 0.1],
      [2, 0.5],
      [2, 0.9],
    ] as const) {
      const rig = makeRig();
      Object.assign(rig.cold.flash, { operations: 0, cutAt: at, cutPart: part });
      void provision(rig.coldConsole, { dice: DICE, hostEntropy: new Uint8Array(32).fill(5), pin: PIN }).catch(
        () => undefined,
      );
      expect(await rig.world.until(() => rig.cold.flash.isOff)).to.equal(true);
      rig.cold.flash.cutAt = 0;
      rig.world.errors.length = 0;
      rig.coldOff();
      rig.coldOn();
      const client = createConsoleClient({ port: rig.cold.console.port });
      expect(valueOf(await rig.world.finish(status(client)), 'state'), `${at} ${part}`).to.equal('factory');
      await rig.world.finish(provision(client, { dice: DICE, hostEntropy: new Uint8Array(32).fill(6), pin: PIN }));
    }
  }).timeout(60_000);

  it('is locked after a restart and opens with the PIN alone', async () => {
    const rig = await readyRig();
    rig.coldOff();
    rig.coldOn();
    expect(valueOf(await rig.world.finish(status(rig.coldConsole)), 'state')).to.equal('locked');
    const wrong = await rig.world.finish(unlock(rig.coldConsole, '111222')).catch((e) => e);
    expect(wrong.code).to.equal('pin-wrong');
    await rig.world.finish(unlock(rig.coldConsole, PIN));
    expect(valueOf(await rig.world.finish(status(rig.coldConsole)), 'state')).to.equal('unlocked');
  });
});
