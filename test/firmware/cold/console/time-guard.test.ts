// The clock only goes forward, so a time far from what is known takes the word `force`.
import { expect } from 'chai';
import { aTime, DAY_S, YEAR_S } from '../../../../firmware/cold/console/time-guard';
import { KNOWN_S } from '../../../../firmware/modem/lines';
import type { Cold } from '../../../../firmware/cold/cold';
import { createConsoleClient } from '../../../../host/operator';
import { channelRig, makeRig, PIN, readyRig, START_S, type Rig } from '../../rig';

const codeOf = (cold: Cold, seconds: number | string, isForced = false): string => {
  try {
    return String(aTime(cold, String(seconds), isForced));
  } catch (error) {
    return (error as { code: string }).code;
  }
};

const coldWith = (floorSeconds: number, wall = 0): Cold =>
  ({
    state: { floorSeconds },
    hal: { clock: { wallSeconds: () => wall, uptimeMs: () => 3_600_000 } },
  }) as unknown as Cold;

async function run(rig: Rig, line: string): Promise<string> {
  return rig.world.finish(rig.coldConsole.run(line, () => PIN)).then(
    () => 'ok',
    (error: { code: string }) => error.code,
  );
}

describe('the time that an operator types', () => {
  it('on a board that never saw a time: ten years from KNOWN_S', () => {
    const cold = coldWith(0);
    const most = KNOWN_S + 10 * YEAR_S;
    for (const seconds of [KNOWN_S - 1, 'x', '', -1, 4294967296])
      expect(codeOf(cold, seconds, true), String(seconds)).to.equal('time-form');
    for (const seconds of [KNOWN_S, most]) expect(codeOf(cold, seconds)).to.equal(String(seconds));
    for (const seconds of [most + 1, 4294967295]) expect(codeOf(cold, seconds)).to.equal('time-far');
    expect(codeOf(cold, 4294967295, true)).to.equal('4294967295');
  });

  it('on one that did: a year from the last one, never back', () => {
    const cold = coldWith(START_S);
    expect(codeOf(cold, START_S + YEAR_S)).to.equal(String(START_S + YEAR_S));
    expect(codeOf(cold, START_S + YEAR_S + 1)).to.equal('time-far');
    expect(codeOf(cold, START_S - 1, true)).to.equal('time-back');
  });

  it('with the network’s time: a day from it', async () => {
    const rig = await readyRig();
    rig.coldOff();
    rig.world.nowMs = START_S * 1000 + 30 * DAY_S * 1000;
    rig.coldOn();
    rig.coldConsole = createConsoleClient({ port: rig.cold.console.port });
    await rig.world.run(60_000);
    const now = Math.floor(rig.world.nowMs / 1000);
    expect(await run(rig, `time ${now + 2 * DAY_S}`)).to.equal('time-far');
    expect(await run(rig, `time ${now - 2 * DAY_S}`)).to.equal('time-far');
    expect(await run(rig, `time ${now}`)).to.equal('ok');
    expect(await run(rig, `time ${now + 2 * DAY_S}`)).to.equal('time-far');
    expect(await run(rig, `time ${now + 2 * DAY_S} force`)).to.equal('ok');
    expect(rig.cold.hal.clock.wallSeconds()).to.be.at.least(now + 2 * DAY_S);
  }).timeout(60_000);

  it('refused, it asks for no PIN and leaves the clock', async () => {
    const rig = await channelRig();
    const before = rig.cold.hal.clock.wallSeconds();
    expect(await rig.world.finish(rig.coldConsole.run('time 4000000000').catch((error) => error.code))).to.equal(
      'time-far',
    );
    expect(rig.cold.hal.clock.wallSeconds() - before).to.be.lessThan(5);
    expect(await run(makeRig(), `time ${START_S}`)).to.equal('not-provisioned');
  }).timeout(60_000);
});
