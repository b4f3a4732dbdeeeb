// The seed that a PIN has opened is wiped from memory, however the command ends: done, refused, or thrown in its midst.
import { expect } from 'chai';
import { PIN, readyRig } from '../../rig';

/** The module whose export the console calls. */
const secrets = require('../../../../firmware/cold/secrets/pin') as { seedByPin: (...args: unknown[]) => Uint8Array };

describe('the seed that a PIN opened', () => {
  for (const line of [
    'state begin',
    'unattended on',
    'phones +4411111111',
    'backup',
    'account change 0 !',
    'account allow 0 nonsense',
  ]) {
    it(`is wiped after: ${line}`, async () => {
      const rig = await readyRig();
      const right = secrets.seedByPin;
      const given: Uint8Array[] = [];
      secrets.seedByPin = (...args) => {
        given.push(right(...args));
        return given[given.length - 1];
      };
      try {
        await rig.world.finish(rig.coldConsole.run(line, () => PIN).catch(() => undefined));
        expect(given.length).to.equal(1);
        expect(given[0].every((byte) => byte === 0)).to.equal(true);
      } finally {
        secrets.seedByPin = right;
      }
    });
  }
});
