// Holds V's daily key exchange: when it comes, when it waits, who hears when it fails. Spec: docs/published-app.md 4,
// protocol/SPEC.md 7.

import { expect } from 'chai';
import { SMS_OPEN, SMS_RENEW } from '../../../../protocol/wire';
import { PAYEE, createWorld, vtestOf, type World } from '../world';

const opens = (world: World) =>
  world.sms.filter((item) => item.data && (item.data[0] === SMS_OPEN || item.data[0] === SMS_RENEW));

describe('host/vdevice timekeeper', () => {
  let world: World;
  beforeEach(async () => void (world = await createWorld()));
  afterEach(() => world.close());
  const channelId = async () => (await world.v.status()).channel?.id ?? null;

  it('renews itself every day at 03:00 local, not before', async () => {
    await world.open();
    await world.pass(15 * 3600 - 30);
    expect(opens(world)).to.have.length(1);
    await world.pass(30);
    expect(await channelId()).to.equal(world.cold.channels[1].id);
    await world.pass(2 * 86400);
    expect([opens(world).length, world.adminTexts()]).to.deep.equal([4, []]);
  });

  it('renews at once when it was off at 03:00', async () => {
    await world.open();
    await world.v.close();
    await world.pass(20 * 3600);
    await world.restart();
    await world.pass(40);
    expect(await channelId()).to.equal(world.cold.channels[1].id);
  });

  it('waits with the daily exchange while a withdrawal is under way, for six hours at most', async () => {
    await world.restart({ pollMs: 60000 });
    await world.open();
    world.site.vtest = await vtestOf(11, PAYEE + ',20000');
    await world.v.startLoop();
    await world.pass(15 * 3600 + 60);
    expect(opens(world)).to.have.length(1);
    await world.pass(6 * 3600);
    expect(opens(world)).to.have.length(2);
  });

  /** A V whose machine's clock somebody moves. */
  const withMovedClock = async (): Promise<{ move(ms: number): void }> => {
    let shiftMs = 0;
    const inner = world.runtime.child('v');
    await world.restart({ runtime: { ...inner, nowMs: () => inner.nowMs() + shiftMs } });
    return { move: (ms) => void (shiftMs += ms) };
  };

  for (const stepMs of [9 * 60_000, -9 * 60_000])
    it(`attack: a clock moved by ${stepMs / 60_000} minutes a minute stops the loop`, async () => {
      const clock = await withMovedClock();
      await world.open();
      await world.v.startLoop();
      await world.pass(3600);
      expect((await world.v.status()).loop.running).to.equal(true);
      let steps = 0;
      while ((await world.v.status()).loop.running && steps < 13) {
        clock.move(stepMs);
        steps++;
        await world.pass(60);
      }
      expect((await world.v.status()).loop.stoppedBecause).to.equal('clock');
      // Back, it is seen against the latest time that V wrote down.
      expect(stepMs > 0 ? steps >= 6 && steps <= 9 : steps <= 2, `${steps} steps`).to.equal(true);
      expect(world.adminTexts()[0]).to.match(/^clock of V jumped by (6\d|-1\d) min and loop is stop$/);
      await world.v.startLoop();
      await world.pass(600);
      expect((await world.v.status()).loop.running, "the operator's word").to.equal(true);
    });

  it('tells the admin when the channel cannot be renewed for two days', async () => {
    await world.open();
    world.lose.toV = true;
    await world.pass(3 * 86400);
    expect(world.adminTexts()).to.deep.equal(['SMS channel could not be renewed for two days']);
  });
});
