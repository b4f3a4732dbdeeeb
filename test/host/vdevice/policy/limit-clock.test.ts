// Holds the two clocks of V's limits (host/vdevice/policy/limit-clock.ts): neither a machine's clock that is set, in
// one step or in many, nor a late timer moves a window forward.

import { expect } from 'chai';
import { LimitClock } from '../../../../host/vdevice/policy/limit-clock';

const START_MS = 1_000_000;

describe('host/vdevice clock of the limits', () => {
  let nowMs = START_MS;
  let clock: LimitClock;
  beforeEach(() => {
    nowMs = START_MS;
    clock = new LimitClock({ nowMs: () => nowMs });
    clock.arm(60_000);
  });
  const both = (): number[] => [clock.earlierMs() - START_MS, clock.laterMs() - START_MS];

  it('goes with the machine', () => {
    nowMs += 59_999;
    expect([both(), clock.aheadMs(), clock.ranMs()]).to.deep.equal([[59_999, 59_999], 0, 59_999]);
    clock.arm(60_000);
    nowMs += 60_000;
    expect([both(), clock.ranMs()]).to.deep.equal([[119_999, 119_999], 119_999]);
  });

  it('a clock set ahead: windows end where the timers are, payments carry the machine', () => {
    nowMs += 3_600_000;
    expect([both(), clock.aheadMs()]).to.deep.equal([[61_000, 3_600_000], 3_539_000]);
    clock.arm(60_000);
    nowMs += 60_000;
    expect(both()).to.deep.equal([121_000, 3_660_000]);
  });

  it('a clock set back: windows end where the machine is, payments carry the timers', () => {
    nowMs += 50_000;
    clock.arm(60_000);
    nowMs -= 600_000;
    expect([both(), clock.ranMs()]).to.deep.equal([[-550_000, 50_000], 50_000]);
  });

  it('a timer is counted whole when it is late by a second, and no more', () => {
    nowMs += 61_000;
    expect(clock.ranMs()).to.equal(61_000);
    nowMs += 1;
    expect([clock.ranMs(), clock.aheadMs()]).to.deep.equal([61_000, 1]);
  });

  it('an operator sets it: the machine is right, and V has not run for longer', () => {
    nowMs += 3_600_000;
    clock.adopt();
    expect([both(), clock.aheadMs(), clock.ranMs()]).to.deep.equal([[3_600_000, 3_600_000], 0, 61_000]);
    clock.arm(60_000);
    nowMs += 1000;
    expect(both()).to.deep.equal([3_601_000, 3_601_000]);
  });
});
