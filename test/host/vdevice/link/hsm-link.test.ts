// V's pauses, between an SMS to HSM-Cold without an answer and the same again, hold while the wall clock is set back:
// with V running, and while V was off. Neighbours: OPEN of both protocols, questions about batches, an SMS to the
// admins that was kept back (../notices.test.ts), the parts of long SMS (../../modem/modem.test.ts).
import { expect } from 'chai';
import { isDue } from '../../../../host/vdevice/link/hsm-link';
import { DAY_MS, HOUR_MS } from '../../../../protocol/time';
import { fakeBatch } from '../fake-api';
import { COLD, COLD_SPARE, createWorld, type World } from '../world';

const BACK_MS = 10 * HOUR_MS;

describe('host/vdevice/link: a clock that is set back', () => {
  let world: World;
  let shiftMs: number;
  afterEach(() => world.close());

  const start = async (protocol: 'v1' | 'v2'): Promise<void> => {
    world = await createWorld();
    shiftMs = 0;
    const inner = world.runtime.child('shifted');
    await world.restart({ protocol, runtime: { ...inner, nowMs: () => inner.nowMs() + shiftMs } });
  };
  const toCold = (): number => world.sms.filter(({ to }) => to === COLD || to === COLD_SPARE).length;

  for (const protocol of ['v1', 'v2'] as const) {
    it(`${protocol}: an OPEN without an answer is sent again after its pause`, async () => {
      await start(protocol);
      world.lose.toV = true;
      await world.v.openChannel();
      await world.pass(61);
      shiftMs = -BACK_MS;
      await world.pass(5 * 60);
      expect(toCold()).to.equal(2);
    });

    it(`${protocol}: the same, with V off when the clock is set back`, async () => {
      await start(protocol);
      world.lose.toV = true;
      await world.v.openChannel();
      await world.pass(61);
      const inner = world.runtime.child('back');
      await world.restart({ protocol, runtime: { ...inner, nowMs: () => inner.nowMs() - BACK_MS } });
      await world.pass(5 * 60);
      expect(toCold()).to.be.within(2, 3);
    });
  }

  it('a question about a batch without an answer is asked again after its pause', async () => {
    await start('v2');
    await world.open();
    world.lose.toV = true;
    world.site.batch = { batch_no: 0, address_list: fakeBatch('cold', 0), address_type: 2 };
    await world.pass(61);
    const before = toCold();
    shiftMs = -BACK_MS;
    await world.pass(5 * 60);
    expect(toCold()).to.equal(before + 1);
  });
});

describe('host/vdevice/link: pauses', () => {
  it('a pause is over at its end, and when its end is further away than any', () => {
    const nowMs = Date.UTC(2026, 10, 30);
    expect([-1, 0, 1, HOUR_MS, HOUR_MS + 1].map((aheadMs) => isDue(nowMs, nowMs + aheadMs))).to.deep.equal([
      true,
      true,
      false,
      false,
      true,
    ]);
    expect([HOUR_MS + 1, DAY_MS + 1].map((aheadMs) => isDue(nowMs, nowMs + aheadMs, DAY_MS))).to.deep.equal([
      false,
      true,
    ]);
  });
});
