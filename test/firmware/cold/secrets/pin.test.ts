// Holds firmware/cold/secrets/pin.ts: a PIN that could not be tried, because the native call found no room, is no
// wrong one.
import { expect } from 'chai';
import { setPhones, status, unlock } from '../../../../host/operator';
import { fail } from '../../../../protocol/errors';
import { ADMIN_NUMBER, PIN, readyRig } from '../../rig';
import { withExport } from '../../stub';

const crypto = require('../../../../firmware/crypto/index') as object;

describe('cold: a PIN that could not be tried', () => {
  it('costs no try, however often, and the right one still opens', async () => {
    const rig = await readyRig();
    await withExport(
      crypto,
      'pbkdf2Sha512',
      () => () => {
        throw fail('no-room', 'no room for the answer');
      },
      async () => {
        for (let n = 0; n < 12; n++)
          expect(
            await rig.world.finish(setPhones(rig.coldConsole, [ADMIN_NUMBER], PIN)).then(
              () => '',
              (error) => error.code,
            ),
          ).to.equal('pin-untried');
      },
    );
    expect((await rig.world.finish(status(rig.coldConsole))).join('\n')).to.match(/pin-failures 0$/m);
    rig.coldOff();
    rig.coldOn();
    await rig.world.finish(unlock(rig.coldConsole, PIN));
  }).timeout(120_000);
});
