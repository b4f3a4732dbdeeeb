// Holds V's intake to docs/published-app.md 6.6: a withdrawal whose number is ahead of V's clock waits.

import { expect } from 'chai';
import { HOUR_MS, NUMBER_AHEAD_MS } from '../../../../protocol/time';
import { PAYEE, vtestOf, type World } from '../world';
import { withdrawalWorld } from './withdrawals';

const SMALL = PAYEE + ',20000';

describe('host/vdevice intake, numbers ahead of the clock', () => {
  let world: World;
  const { give, start, loop, requests, ...rig } = withdrawalWorld();
  const taken = () => requests().map((form) => form.user_tx_no);
  const aheadOfNow = (ms: number): number => Math.floor(world.runtime.nowMs()) + NUMBER_AHEAD_MS + ms;
  beforeEach(() => void (world = rig.world()));

  /** V's clock stands still, so that a millisecond can be told. */
  async function stopClock(): Promise<{ nowMs: number }> {
    const inner = world.runtime.child('v');
    const clock = { nowMs: Math.floor(inner.nowMs()) };
    await world.restart({ runtime: { ...inner, nowMs: () => clock.nowMs } });
    return clock;
  }

  it('authorises what is exactly 10 minutes ahead', async () => {
    const clock = await stopClock();
    const id = clock.nowMs + 600_000;
    await give(id, SMALL);
    await start();
    await world.pass(10);
    expect([taken(), world.adminTexts()]).to.deep.equal([[String(id)], []]);
  });

  it('holds what is a millisecond more, tells the admins once, and takes it when its time has come', async () => {
    const clock = await stopClock();
    const id = clock.nowMs + 600_001;
    await give(id, SMALL);
    await start();
    await world.pass(60);
    expect([taken(), world.adminTexts(), (await loop()).running]).to.deep.equal([
      [],
      [`vtest-ahead holds withdrawal ${id}`],
      true,
    ]);
    clock.nowMs += 1;
    await world.pass(10);
    expect([taken(), world.adminTexts().length]).to.deep.equal([[String(id)], 1]);
  });

  it('lets those behind it pass for as long as it waits, and tells of each that waits once', async () => {
    const lines: string[] = [];
    await world.restart({ onEvent: (event) => lines.push(event.text) });
    const first = aheadOfNow(2 * HOUR_MS);
    const held = await Promise.all(Array.from({ length: 12 }, (_, i) => vtestOf(first + i, SMALL)));
    const offered = [...held, await vtestOf(11, SMALL)];
    world.site.vtest = offered[0];
    world.site.behind = (query) => offered[Number(query.slice('after='.length)) - first + 1] ?? null;
    await start();
    await world.pass(60);
    expect([taken(), world.adminTexts()]).to.deep.equal([['11'], [`vtest-ahead holds withdrawal ${first}`]]);
    await world.pass(3600);
    expect(world.adminTexts().slice(1)).to.deep.equal([
      `11 more held, the last: vtest-ahead holds withdrawal ${first + 11}`,
    ]);
  });

  it('takes small numbers, and ids that are no numbers', async () => {
    for (const id of [0, 1, '0' + aheadOfNow(HOUR_MS), `${aheadOfNow(HOUR_MS)}a`, '9'.repeat(16)]) {
      world = await rig.replaceWorld({});
      await give(id, SMALL, { sealed: typeof id === 'number' });
      await start();
      await world.pass(10);
      expect(taken(), String(id)).to.deep.equal([String(id)]);
    }
  });

  it('stops on one that does not decrypt, however far it is ahead', async () => {
    await give(aheadOfNow(HOUR_MS), SMALL, { password: 'guess' });
    await start();
    await world.pass(10);
    expect((await loop()).running).to.equal(false);
  });
});
