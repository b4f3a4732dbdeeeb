// Text that is no PIN at an open PIN question: a modem manager writes AT commands to any serial port that appears
// (balena-os #317, ubuntu-make #4, arduino/Arduino #9408, nRF-Sniffer #15). Form before count: it costs no try.
// Neighbours: each command with a PIN; each other question (a phrase, yes, dice, entropy, words), where noise ends the
// command with nothing done; a line that is too long. The host's questions: test/tools/operator/backup-words.test.ts.
import { expect } from 'chai';
import { createConsoleClient, provision, status, sweep, unlock, valueOf } from '../../../../host/operator';
import { sweepPsbt } from '../../payments';
import { ADMIN_NUMBER, DICE, PIN, makeRig, readyRig, type Rig } from '../../rig';

const PROBE = ['AT', 'ATE0', 'ATI', 'AT+GCAP', 'AT+CGMI', '+++'];
/** Not 6 to 16 digits. */
const NO_PINS = ['', ' ', 'AT', '12345', '12345678901234567', '48291x', ' 482913', '482913 ', '+482913', '0x4829'];
const PAYOUT = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

async function failuresOf(rig: Rig): Promise<string> {
  const line = valueOf(await rig.world.finish(status(rig.coldConsole)), 'boots');
  return / pin-failures (\d+)$/.exec(line)![1];
}

function restart(rig: Rig): void {
  rig.coldOff();
  rig.coldOn();
  rig.coldConsole = createConsoleClient({ port: rig.cold.console.port });
}

describe('text that is no PIN, at the PIN question', () => {
  it('of a modem manager, as often as it is plugged in: no try, no delay, and a person unlocks', async () => {
    const rig = await readyRig();
    restart(rig);
    const say = (text: string): void => rig.cold.console.port.write(new Uint8Array(Buffer.from(text, 'latin1')));
    for (let i = 0; i < 12; i++) {
      say('unlock\r');
      await rig.world.run(1000);
      say(PROBE.map((each) => `${each}\r`).join(''));
      await rig.world.run(2000);
    }
    expect(await failuresOf(rig)).to.equal('0');
    await rig.world.finish(unlock(rig.coldConsole, PIN));
    expect(valueOf(await rig.world.finish(status(rig.coldConsole)), 'state')).to.equal('unlocked');
  }).timeout(60_000);

  it('at every command that asks for one: refused as pin-form', async () => {
    const rig = await readyRig();
    const run = (line: string, answer: string): Promise<string> =>
      rig.world
        .finish(rig.coldConsole.run(line, (question) => (question === 'PIN' ? answer : 'erase everything')))
        .then(
          () => 'ok',
          (error: { code: string }) => error.code,
        );
    for (const line of [
      'time 1790000000 force',
      `phones ${ADMIN_NUMBER}`,
      'backup',
      'service',
      'wipe',
      'unattended on',
    ])
      for (const text of NO_PINS) expect(await run(line, text), `${line}: "${text}"`).to.equal('pin-form');
    const code = await rig.world
      .finish(sweep(rig.coldConsole, sweepPsbt(rig, PAYOUT, 1), { account: 0, pin: 'ATE0' }))
      .catch((error: { code: string }) => error.code);
    expect(code).to.equal('pin-form');
    expect(await failuresOf(rig)).to.equal('0');
  }).timeout(60_000);

  it('counts what could be one, also when it is as simple as no PIN may be', async () => {
    const rig = await readyRig();
    restart(rig);
    for (const [i, pin] of ['111222', '000000'].entries()) {
      const code = await rig.world.finish(unlock(rig.coldConsole, pin)).catch((error: { code: string }) => error.code);
      expect(code).to.equal('pin-wrong');
      expect(await failuresOf(rig)).to.equal(String(i + 1));
    }
  });

  it('at a question for a phrase or a yes: the command ends, nothing is done, no try', async () => {
    const rig = await readyRig();
    const ended = (work: Promise<unknown>): Promise<string> =>
      rig.world.finish(work).then(
        () => 'ok',
        (error: { code: string }) => error.code,
      );
    for (const noise of [...PROBE, ' ', 'x'.repeat(3000)]) {
      const code = noise.length > 2000 ? 'line-long' : 'declined';
      expect(await ended(rig.coldConsole.run('wipe', () => noise)), noise.slice(0, 9)).to.equal(code);
    }
    const options = { account: 0, pin: PIN, confirm: () => false };
    expect(await ended(sweep(rig.coldConsole, sweepPsbt(rig, PAYOUT, 1), options))).to.equal('declined');
    expect(await failuresOf(rig)).to.equal('0');
    expect(valueOf(await rig.world.finish(status(rig.coldConsole)), 'state')).to.equal('unlocked');
  }).timeout(60_000);

  it('at the questions of the ceremony: it ends with nothing kept, and a person begins again', async () => {
    const rig = makeRig();
    const answers: [question: string, answer: string][] = [
      ['dice', DICE],
      ['dice', ''],
      ['host', '5'.repeat(64)],
      ['check word', 'AT'],
    ];
    for (const [at, code] of [
      [1, 'dice-few'],
      [2, 'entropy-form'],
      [3, 'word-wrong'],
    ] as const) {
      let asked = 0;
      const noisy = (): string => {
        const n = asked++;
        return n < at ? (at === 1 && n === 0 ? 'AT' : answers[n][1]) : at === 1 ? '' : 'AT+GCAP';
      };
      const found = await rig.world.finish(rig.coldConsole.run('provision', noisy)).then(
        () => 'ok',
        (error: { code: string }) => error.code,
      );
      expect(found, String(at)).to.equal(code);
      expect(valueOf(await rig.world.finish(status(rig.coldConsole)), 'state')).to.equal('factory');
    }
    await rig.world.finish(
      provision(rig.coldConsole, { dice: DICE, hostEntropy: new Uint8Array(32).fill(6), pin: PIN }),
    );
  }).timeout(60_000);
});
