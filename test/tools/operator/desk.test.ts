// Holds tools/operator/desk: an operator's command finds out what answers before it asks anybody anything, and ends by
// itself.
import { expect } from 'chai';
import { AUDIT_PIN_WRONG } from '../../../firmware/journal/audit-codes';
import { LINE_MAX } from '../../../firmware/console/terminal';
import { CANCEL_LINE, createConsoleClient, unlock } from '../../../host/operator';
import { wire } from '../../../host/sim/board/wire';
import { createVirtualRuntime } from '../../../host/sim/clock/virtual-runtime';
import { aConsole } from '../../../tools/operator/desk';
import { makeRig, PIN, readyRig, type Rig } from '../../firmware/rig';

/** What `aConsole` says of a line on which `answer` is sent to every line that comes. */
async function verdict(answer: string): Promise<{ code?: string; message?: string }> {
  const runtime = createVirtualRuntime({ seed: 'desk', startMs: 0, pace: 'fast' });
  const [host, board] = wire(runtime);
  board.onData(() => {
    if (answer !== '') board.write(new Uint8Array(Buffer.from(answer)));
  });
  let heard = '';
  const client = createConsoleClient({ port: host, onLine: (line) => void (heard += `${line}\n`) });
  return runtime.runWhile(
    aConsole(client, runtime, () => heard).then(
      () => ({}),
      (error: { code: string; message: string }) => error,
    ),
    'the first answer',
  );
}

describe('operator: a question that nobody answers', () => {
  /** Tries at the PIN that the board has counted. */
  const wrongPins = async (rig: Rig): Promise<number> =>
    (await rig.world.finish(rig.coldConsole.run('log'))).filter((line) =>
      new RegExp(`^audit \\d+ \\d+ ${AUDIT_PIN_WRONG} `).test(line),
    ).length;

  it('costs no try at the PIN, however often it is left or stopped', async () => {
    const rig = await readyRig();
    await rig.world.finish(rig.coldConsole.run('lock'));
    for (let i = 0; i < 12; i++) {
      const code = await rig.world.finish(
        rig.coldConsole.run('unlock', () => undefined).catch((error: { code?: string }) => error.code),
      );
      expect(code).to.equal('operator-question');
    }
    for (let i = 0; i < 12; i++) {
      // A program that was killed while the question was open, then the next one.
      rig.cold.console.port.write(new Uint8Array(Buffer.from('unlock\n')));
      await rig.world.finish(aConsole(rig.coldConsole, rig.runtime, () => ''));
    }
    expect(await wrongPins(rig)).to.equal(0);
    await rig.world.finish(unlock(rig.coldConsole, PIN));
  });
  it('is ended by a line that the board takes for none', () => expect(CANCEL_LINE.length).to.be.greaterThan(LINE_MAX));
});

describe('operator: what answers on the port', () => {
  it('an HSM: nothing to say', async () => {
    const rig = makeRig();
    await rig.world.finish(aConsole(rig.coldConsole, rig.runtime, () => ''));
  });
  it('nothing, a login prompt, an interpreter without an image: each its own words, code no-console', async () => {
    const cases: [string, RegExp][] = [
      ['', /nothing answers/],
      ['Linux login\r\nPassword: \r\n', /no HSM's console/],
      ['\r\nUncaught ReferenceError: "status" is not defined\r\n>', /runs no image/],
    ];
    for (const [answer, says] of cases) {
      const error = await verdict(answer);
      expect(error.code).to.equal('no-console');
      expect(error.message).to.match(says);
    }
  });
});
