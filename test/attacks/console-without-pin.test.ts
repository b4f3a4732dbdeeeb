// Attack (I4): at the console nothing that matters happens without the PIN.
// Invariants: 4, 6 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { START_S, readyRig } from '../firmware/rig';

describe('attack: console without pin', () => {
  it('at the console nothing that matters happens without the PIN', async () => {
    const rig = await readyRig();
    const codeOf = async (line: string): Promise<string> =>
      (
        await rig.world
          .finish(rig.coldConsole.run(line, (question) => (question === 'PIN' ? '999998' : undefined)))
          .catch((e) => e)
      ).code;
    expect(await codeOf('phones +4411')).to.equal('pin-wrong');
    expect(await codeOf(`time ${START_S + 5_000_000}`)).to.equal('pin-wrong');
    expect(await codeOf('reopen 0')).to.equal('bad-state');
    expect(await codeOf('provision')).to.equal('bad-state');
    expect(await codeOf('eval 1+1')).to.equal('unknown-command');
    await rig.world.finish(rig.coldConsole.run('lock'));
    expect(await codeOf('account add aa')).to.equal('locked');
    expect(await codeOf('sweep sign')).to.equal('locked');
  }).timeout(180_000);
});
