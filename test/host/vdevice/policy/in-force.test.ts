// Holds which policies V keeps (host/vdevice/policy/in-force.ts): a tighter value at once, a looser one after a day of
// V's own running time, over restarts, whatever the machine's clock says.

import { expect } from 'chai';
import { DAY_MS, MINUTE_MS } from '../../../../protocol/time';
import { localTime } from '../../../../host/vdevice/loops/local-time';
import { checkAll, PoliciesInForce } from '../../../../host/vdevice/policy/in-force';
import { LimitClock } from '../../../../host/vdevice/policy/limit-clock';
import type { History } from '../../../../host/vdevice/policy/policy';
import type { VPolicy } from '../../../../host/vdevice';

const OUT = { address: 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080', sats: 50_000 };
const HISTORY: History = {
  spentSince: () => ({ sats: 0, feeSats: 0, count: 0 }),
  unapprovedSince: () => 0,
  isKnown: () => false,
};
const NOON_MS = Date.UTC(2026, 0, 5, 12);
const PROPOSAL = {
  outs: [OUT],
  dynamic: 0,
  nowMs: NOON_MS,
  windowEndMs: NOON_MS,
  time: localTime(0),
  isApproved: false,
};

describe('host/vdevice policies in force', () => {
  let meta: Map<string, string>;
  let nowMs: number;
  let clock: LimitClock;
  let told: string[];
  beforeEach(() => {
    [meta, nowMs, told] = [new Map(), 0, []];
  });
  /** V starts with a policy. */
  const start = (policy: VPolicy): PoliciesInForce => {
    clock = new LimitClock({ nowMs: () => nowMs });
    const state = {
      getText: (name: string) => meta.get(name) ?? null,
      setText: (name: string, value: string | null) =>
        void (value === null ? meta.delete(name) : meta.set(name, value)),
      transaction: <T>(work: () => T): T => work(),
    };
    return new PoliciesInForce(state, clock, policy, (words) => told.push(words));
  };
  const run = (policies: PoliciesInForce, forMs: number): void => {
    for (let leftMs = forMs; leftMs > 0; leftMs -= MINUTE_MS) {
      clock.arm(MINUTE_MS);
      nowMs += Math.min(leftMs, MINUTE_MS);
      policies.tick();
    }
  };

  it('the first one holds at once, and nobody is told', () => {
    expect([start({ txMaxSats: 5 }).all(), told]).to.deep.equal([[{ txMaxSats: 5 }], []]);
  });

  it('a tighter one holds at once and alone', () => {
    start({ txMaxSats: 5 });
    expect([start({ txMaxSats: 4 }).all(), told]).to.deep.equal([[{ txMaxSats: 4 }], []]);
  });

  it('a looser one holds beside the one before, until V has run for a day', () => {
    start({ txMaxSats: 5 });
    const policies = start({ txMaxSats: 6, maxOutputs: 3 });
    expect(policies.all()).to.deep.equal([{ txMaxSats: 6, maxOutputs: 3 }, { txMaxSats: 5 }]);
    expect(told).to.deep.equal(['limits of V are looser: txMaxSats. They hold in 24 hours']);
    expect(policies.waiting()).to.deep.equal([{ looser: ['txMaxSats'], leftMs: DAY_MS }]);
    run(policies, DAY_MS - MINUTE_MS);
    expect(policies.waiting()).to.deep.equal([{ looser: ['txMaxSats'], leftMs: MINUTE_MS }]);
    run(policies, MINUTE_MS);
    expect(policies.all()).to.deep.equal([{ txMaxSats: 6, maxOutputs: 3 }]);
    expect(start({ txMaxSats: 6, maxOutputs: 3 }).all()).to.have.length(1);
    expect(told).to.have.length(1);
  });

  it('goes on counting after a restart, and counts no time when V was off', () => {
    start({ txMaxSats: 5 });
    run(start({ txMaxSats: 6 }), DAY_MS / 2);
    nowMs += 7 * DAY_MS;
    const policies = start({ txMaxSats: 6 });
    expect(policies.waiting()).to.deep.equal([{ looser: ['txMaxSats'], leftMs: DAY_MS / 2 }]);
    run(policies, DAY_MS / 2);
    expect([policies.all().length, told.length]).to.deep.equal([1, 1]);
  });

  it('attack: a clock set ahead by two days, at once and in many steps, makes nothing looser', () => {
    start({ txMaxSats: 5 });
    const policies = start({ txMaxSats: 6 });
    clock.arm(MINUTE_MS);
    nowMs += 2 * DAY_MS;
    policies.tick();
    for (let i = 0; i < 60; i++) {
      clock.arm(MINUTE_MS);
      nowMs += 10 * MINUTE_MS;
      policies.tick();
    }
    clock.adopt();
    policies.tick();
    expect(policies.waiting()[0].leftMs).to.be.greaterThan(DAY_MS - 63 * MINUTE_MS);
  });

  it('each change waits for itself; going back and forth keeps every policy once', () => {
    start({ txMaxSats: 5 });
    run(start({ txMaxSats: 6 }), DAY_MS / 2);
    const policies = start({ txMaxSats: 7 });
    expect(policies.all()).to.deep.equal([{ txMaxSats: 7 }, { txMaxSats: 5 }, { txMaxSats: 6 }]);
    run(policies, DAY_MS / 2);
    expect(policies.all()).to.deep.equal([{ txMaxSats: 7 }, { txMaxSats: 6 }]);
    start({ txMaxSats: 5 });
    for (let i = 0; i < 3; i++) {
      start({ txMaxSats: 7 });
      start({ txMaxSats: 5 });
    }
    const last = start({ txMaxSats: 7 });
    expect(last.all()).to.deep.equal([{ txMaxSats: 7 }, { txMaxSats: 6 }, { txMaxSats: 5 }]);
    expect(last.waiting()[1]).to.deep.equal({ looser: ['txMaxSats'], leftMs: DAY_MS });
  });

  it('a policy written in another order is the same', () => {
    start({ txMaxSats: 5, maxOutputs: 3 });
    expect([start({ maxOutputs: 3, txMaxSats: 5 }).all().length, told]).to.deep.equal([1, []]);
  });

  it('a payment keeps all of them: the present one refuses, an earlier one makes it wait', () => {
    const verdicts = (...policies: VPolicy[]): unknown => checkAll(policies, PROPOSAL, HISTORY);
    expect(verdicts({})).to.deep.equal({ verdict: 'ok' });
    expect(verdicts({}, {})).to.deep.equal({ verdict: 'ok' });
    expect(verdicts({ txMaxSats: 1 }, { maxOutSats: 1 })).to.deep.equal({ verdict: 'refuse', tag: 'policy-tx-amount' });
    expect(verdicts({}, {}, { txMaxSats: 1 })).to.deep.equal({ verdict: 'wait', tag: 'policy-loosened' });
    const hours = { hours: { from: '01:00', to: '02:00' } };
    expect(verdicts({ approveAboveSats: 1 }, hours)).to.deep.equal({ verdict: 'wait', tag: 'policy-time' });
    expect(verdicts({}, { approveAboveSats: 1 })).to.deep.equal({ verdict: 'approve', tag: 'policy-approval' });
    expect(verdicts({}, { txMaxSats: 50_000 })).to.deep.equal({ verdict: 'ok' });
  });

  it('fees and the stop at a refusal keep all of them too', () => {
    start({ txMaxFeeSats: 5, stopAtRefusal: true });
    const policies = start({ maxFeerateSatVb: 10 });
    const fee = (feeSats: number): string => policies.feeTag(feeSats, 200, 0, HISTORY.spentSince);
    expect([fee(5), fee(6), fee(2001)]).to.deep.equal(['', 'policy-tx-fee', 'policy-fee-rate']);
    expect([policies.hasFeeLimit(), policies.stopsAtRefusal()]).to.deep.equal([true, true]);
    expect(start({}).hasFeeLimit(), 'an earlier one alone').to.equal(true);
    meta.clear();
    expect([start({}).hasFeeLimit(), start({}).stopsAtRefusal()]).to.deep.equal([false, false]);
    expect(policies.check(PROPOSAL, HISTORY)).to.deep.equal({ verdict: 'ok' });
  });
});
