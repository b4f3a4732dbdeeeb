// Holds V's policy (host/vdevice/policy/policy.ts, policy-form.ts): each limit at its value and one beyond, with
// HSM-Cold's own judgement beside it. Spec: SPEC.md 11.
// Neighbours of an address compared as text: each side in capitals; an entry that is no address as it stands (mixed
// case, space, scheme, cut short). Held elsewhere: HSM-Cold's allow-list and account data
// (test/attacks/unlisted-destination.test.ts), the API's look-ups (test/host/api/published-shapes.test.ts).

import { expect } from 'chai';
import type { Spent } from '../../../../protocol/request/policy';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { policyFrom, policyTag } from '../../../../firmware/cold/signing/policy';
import { localTime } from '../../../../host/vdevice/loops/local-time';
import { dayLimitOf, feeTag, checkWithdrawal, POLICY_TAGS, type History } from '../../../../host/vdevice/policy/policy';
import { aLimitedPolicy, aPolicy, V_POLICY_FIELDS } from '../../../../host/vdevice/policy/policy-form';
import type { VPolicy, VPolicyFile } from '../../../../host/vdevice';

const NOON = Date.UTC(2026, 0, 5, 12, 0, 0);
const NOTHING: Spent = { sats: 0, feeSats: 0, count: 0 };
/** The positions of HSM-Cold's policy, by name. */
const COLD_FIELDS = Object.keys(policyFrom(Array(13).fill(0))!);
const COLD_SOURCE = readFileSync(join(__dirname, '../../../../../firmware/cold/signing/policy.ts'), 'utf8');
const COLD_TAGS = [...new Set([...COLD_SOURCE.matchAll(/return '(policy-[a-z-]+)'/g)].map((match) => match[1]))];

const LISTED = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';
const OTHER = 'mrCDrCybB6J1vRfbwM5hemdJz73FwDBC8r';

/** A past with these sums, and nothing that needed an approval. */
const pastOf = (spentSince: History['spentSince']): History => ({
  spentSince,
  unapprovedSince: () => 0,
  isKnown: () => false,
});

describe('host/vdevice policy', () => {
  const time = localTime(0);
  const A = { address: LISTED, sats: 50000 };
  const B = { address: OTHER, sats: 60000 };
  const tagOf = (policy: VPolicy, outs = [A], dynamic = 0, spent: Partial<Spent> = {}, nowMs = NOON) => {
    const proposal = { outs, dynamic, nowMs, windowEndMs: nowMs, time, isApproved: false };
    const verdict = checkWithdrawal(
      aPolicy(policy),
      proposal,
      pastOf(() => ({ ...NOTHING, ...spent })),
    );
    return verdict.verdict === 'ok' ? 'ok' : verdict.verdict + ' ' + verdict.tag;
  };

  it('has every kind of limit that HSM-Cold has, under the same name and the same tag', () => {
    expect(COLD_FIELDS).to.have.length(13);
    expect(COLD_TAGS).to.have.length(11);
    expect(V_POLICY_FIELDS).to.include.members(COLD_FIELDS.filter((name) => name !== 'tellAboveSats'));
    expect(POLICY_TAGS.slice(0, COLD_TAGS.length)).to.have.members(COLD_TAGS);
  });

  // Limit, what is paid at it and beyond it: V and HSM-Cold say the same.
  const outsOf = (...sats: number[]) => sats.map((each) => ({ address: 'a', sats: each }));
  interface Case {
    outs?: { address: string; sats: number }[];
    feeSats?: number;
    spent?: Partial<Spent>;
    nowMs?: number;
  }
  const rows: [string, VPolicy, Case, Case][] = [
    ['policy-outputs', { maxOutputs: 2 }, { outs: outsOf(10000, 10000) }, { outs: outsOf(10000, 10000, 10000) }],
    ['policy-dust', { minOutputSats: 20000 }, { outs: outsOf(20000) }, { outs: outsOf(19999) }],
    ['policy-destination', { isAllowListOnly: true, allowList: [LISTED] }, {}, { outs: [B] }],
    ['policy-tx-amount', { txMaxSats: 50000 }, {}, { outs: outsOf(50001) }],
    ['policy-tx-fee', { txMaxFeeSats: 1000 }, { feeSats: 1000 }, { feeSats: 1001 }],
    ['policy-fee-rate', { maxFeerateSatVb: 5 }, { feeSats: 1000 }, { feeSats: 1001 }],
    ['policy-velocity', { windowMaxSats: 120000 }, { spent: { sats: 70000 } }, { spent: { sats: 70001 } }],
    [
      'policy-fee-velocity',
      { windowMaxFeeSats: 5000 },
      { feeSats: 1000, spent: { feeSats: 4000 } },
      { feeSats: 1001, spent: { feeSats: 4000 } },
    ],
    ['policy-count', { windowMaxCount: 3 }, { spent: { count: 2 } }, { spent: { count: 3 } }],
    ['policy-time', { fromMinute: 720, toMinute: 780 }, {}, { nowMs: NOON - 60_000 }],
    ['policy-clock', { fromMinute: 700, toMinute: 730 }, {}, { nowMs: 0 }],
  ];
  const atV = (policy: VPolicy, { outs = [A], feeSats = 0, spent = {}, nowMs = NOON }: Case): string => {
    const before = tagOf(policy, outs, 0, spent, nowMs).replace(/^\w+ /, '');
    return before !== 'ok' ? before : feeTag(policy, feeSats, 200, nowMs, () => ({ ...NOTHING, ...spent })) || 'ok';
  };
  const atCold = (policy: VPolicy, { outs = [A], feeSats = 0, spent = {}, nowMs = NOON }: Case): string => {
    const given = policy as { [name: string]: unknown };
    const fields = COLD_FIELDS.map((name) =>
      Number(name === 'allowList' ? (policy.isAllowListOnly ?? false) : (given[name] ?? 0)),
    );
    const sats = outs.reduce((sum, out) => sum + out.sats, 0);
    return (
      policyTag(
        policyFrom(fields)!,
        {
          outputs: outs.length,
          smallestSats: Math.min(...outs.map((out) => out.sats)),
          isAllListed: outs.every((out) => policy.allowList?.includes(out.address)),
          amountSats: sats,
          feeSats,
          vbytes: 200,
          debitSats: sats,
          debitFeeSats: feeSats,
          debitCount: 1,
        },
        { ...NOTHING, ...spent },
        nowMs / 1000,
      ) || 'ok'
    );
  };
  for (const [tag, policy, within, beyond] of rows) {
    it(`${tag}: at the limit and beyond, as on HSM-Cold`, () => {
      expect([atV(policy, within), atCold(policy, within)]).to.deep.equal(['ok', 'ok']);
      expect([atV(policy, beyond), atCold(policy, beyond)]).to.deep.equal([tag, tag]);
    });
  }
  it('each of those kinds has its row', () => expect(rows.map(([tag]) => tag)).to.have.members(COLD_TAGS));

  it('0 is no limit, as on HSM-Cold; what it stands for is applied', () => {
    expect(
      tagOf(
        {
          txMaxSats: 0,
          windowMaxSats: 0,
          windowMaxCount: 0,
          windowMaxFeeSats: 0,
          maxOutputs: 0,
          minOutputSats: 0,
          maxOutSats: 0,
        },
        [A, B],
      ),
    ).to.equal('ok');
    for (const minOutputSats of [0, 546, 9999])
      expect(tagOf({ minOutputSats }, [{ address: 'a', sats: 9999 }])).to.equal('refuse policy-dust');
    expect([
      feeTag({}, 200_000, 200, NOON, () => NOTHING),
      feeTag({}, 200_001, 200, NOON, () => NOTHING),
    ]).to.deep.equal(['', 'policy-fee-rate']);
    expect(tagOf({}, Array(101).fill(A))).to.equal('refuse policy-outputs');
  });

  it("V's own kinds", () => {
    expect([tagOf({ maxOutSats: 50000 }), tagOf({ maxOutSats: 49999 })]).to.deep.equal([
      'ok',
      'refuse policy-out-amount',
    ]);
    expect([tagOf({ dynamicFee: false }), tagOf({ dynamicFee: false }, [A], 1)]).to.deep.equal([
      'ok',
      'refuse policy-dynamic-fee',
    ]);
    expect([
      tagOf({ allowList: [LISTED, OTHER] }, [A, B]),
      tagOf({ allowList: [LISTED] }, [A, B]),
      tagOf({ isAllowListOnly: true }),
    ]).to.deep.equal(['ok', 'refuse policy-destination', 'refuse policy-destination']);
    // joinmarket-clientserver jam#1470, litecoin#704: capitals are the same destination (BIP173).
    const lower = LISTED;
    const [inCapitals, inLower] = [lower.toUpperCase(), lower].map((address) => ({ address, sats: 50000 }));
    expect([
      tagOf({ allowList: [lower] }, [inCapitals]),
      tagOf({ allowList: [inCapitals.address] }, [inLower]),
      tagOf({ allowList: [lower] }, [{ ...inLower, address: inLower.address.slice(0, -1) }]),
    ]).to.deep.equal(['ok', 'ok', 'refuse policy-destination']);
    const unknown = (policy: VPolicy) => feeTag(policy, null, 200, NOON, () => NOTHING);
    expect([unknown({}), unknown({ txMaxFeeSats: 1 }), unknown({ windows: [{ windowMaxFeeSats: 1 }] })]).to.deep.equal([
      '',
      'policy-fee-unknown',
      'policy-fee-unknown',
    ]);
  });

  it('holds what fits later, refuses what never fits', () => {
    const policy = { windowMaxSats: 100000, windowSeconds: 3600 };
    expect([
      tagOf(policy, [A], 0, { sats: 50000 }),
      tagOf(policy, [A], 0, { sats: 50001 }),
      tagOf(policy, [A, B]),
    ]).to.deep.equal(['ok', 'wait policy-velocity', 'refuse policy-velocity']);
    const asked: number[] = [];
    checkWithdrawal(
      { windowMaxSats: 1e9, windows: [{ windowSeconds: 60, windowMaxSats: 1e9 }] },
      { outs: [A], dynamic: 0, nowMs: NOON + 5, windowEndMs: NOON, time, isApproved: false },
      pastOf((sinceMs) => {
        asked.push(NOON - sinceMs);
        return NOTHING;
      }),
    );
    expect(asked).to.deep.equal([86_400_000, 60_000]);
    expect([
      tagOf({ windowMaxFeeSats: 5000 }, [A], 0, { feeSats: 4999 }),
      tagOf({ windowMaxFeeSats: 5000 }, [A], 0, { feeSats: 5000 }),
    ]).to.deep.equal(['ok', 'wait policy-fee-velocity']);
    expect(tagOf({ hours: { from: '12:00', to: '13:00' } })).to.equal('ok');
    expect(tagOf({ hours: { from: '11:00', to: '12:00' } })).to.equal('wait policy-time');
    expect([
      tagOf({ hours: { from: '22:00', to: '12:01' } }),
      tagOf({ hours: { from: '22:00', to: '06:00' } }),
    ]).to.deep.equal(['ok', 'wait policy-time']);
    expect(tagOf({ fromMinute: 1320, toMinute: 360 })).to.equal('wait policy-time');
    // Minutes are UTC, as on HSM-Cold; hours are V's local time.
    const east = checkWithdrawal(
      { hours: { from: '20:00', to: '21:00' }, fromMinute: 720, toMinute: 721 },
      { outs: [A], dynamic: 0, nowMs: NOON, windowEndMs: 0, time: localTime(480), isApproved: false },
      pastOf(() => NOTHING),
    );
    expect(east.verdict).to.equal('ok');
  });

  it('each edge of a time, a window and an output', () => {
    const at = (policy: VPolicy, nowMs: number): string => tagOf(policy, [A], 0, {}, nowMs);
    const minute = (hours: number, minutes: number): number => NOON + (hours - 12) * 3_600_000 + minutes * 60_000;
    const night = { hours: { from: '22:00', to: '06:00' } };
    expect([minute(22, 0), minute(21, 59), minute(5, 59), minute(6, 0)].map((nowMs) => at(night, nowMs))).to.deep.equal(
      ['ok', 'wait policy-time', 'ok', 'wait policy-time'],
    );
    expect([at({ toMinute: 721 }, NOON), at({ toMinute: 720 }, NOON)]).to.deep.equal(['ok', 'wait policy-time']);
    expect(at({ hours: { from: '12:00', to: '12:00' } }, NOON)).to.equal('wait policy-time');
    const set = Date.UTC(2020, 0, 1);
    const always = { hours: { from: '00:00', to: '23:59' } };
    expect([at(always, set), at(always, set - 1), at({}, 0)]).to.deep.equal(['ok', 'wait policy-clock', 'ok']);
    const two = { windowMaxSats: 1e9, windows: [{ windowMaxSats: 50_000 }] };
    expect([tagOf(two), tagOf(two, [A, A])]).to.deep.equal(['ok', 'refuse policy-velocity']);
    expect(tagOf({ minOutputSats: 55_000 }, [B, A])).to.equal('refuse policy-dust');
    expect(tagOf({ maxOutSats: 55_000 }, [A, B])).to.equal('refuse policy-out-amount');
    const asked: number[] = [];
    const fees = (sinceMs: number): Spent => (asked.push(NOON - sinceMs), { ...NOTHING, feeSats: 7 });
    const feeWindows = { windowMaxFeeSats: 1000, windows: [{ windowMaxFeeSats: 9, windowSeconds: 60 }] };
    expect([feeTag(feeWindows, 2, 200, NOON, fees), feeTag(feeWindows, 3, 200, NOON, fees)]).to.deep.equal([
      '',
      'policy-fee-velocity',
    ]);
    expect(asked).to.deep.equal([86_400_000, 60_000, 86_400_000, 60_000]);
  });

  it('bounds what a day pays without an approval, by the sum; approved ones are free', () => {
    const judged = (policy: VPolicy, unapproved: number, isApproved = false, outs = [A]): string => {
      const asked: number[] = [];
      const proposal = { outs, dynamic: 0, nowMs: NOON + 9, windowEndMs: NOON, time, isApproved };
      const verdict = checkWithdrawal(aPolicy(policy), proposal, {
        ...pastOf(() => NOTHING),
        unapprovedSince: (sinceMs) => (asked.push(NOON - sinceMs), unapproved),
        isKnown: (address, untilMs) => (asked.push(NOON - untilMs), address === LISTED),
      });
      expect(asked.filter((ms) => ms !== 86_400_000)).to.deep.equal([]);
      return verdict.verdict === 'ok' ? 'ok' : `${verdict.verdict} ${verdict.tag}`;
    };
    const above = { approveAboveSats: 120_000 };
    expect([judged(above, 70_000), judged(above, 70_001), judged(above, 70_001, true)]).to.deep.equal([
      'ok',
      'approve policy-approval',
      'ok',
    ]);
    expect(judged({ approveAboveSats: 1 }, 0)).to.equal('approve policy-approval');
    const known = { approveNewDestinations: true };
    expect([judged(known, 0), judged(known, 0, false, [A, B]), judged(known, 0, true, [A, B])]).to.deep.equal([
      'ok',
      'approve policy-new-destination',
      'ok',
    ]);
    expect(judged({ approveNewDestinations: false }, 0, false, [B])).to.equal('ok');
    // Other limits come first: nobody is asked about what cannot go anyway.
    expect(judged({ ...above, txMaxSats: 1 }, 70_001)).to.equal('refuse policy-tx-amount');
    expect(judged({ ...above, hours: { from: '01:00', to: '02:00' } }, 70_001)).to.equal('wait policy-time');
  });

  it('limits what a day pays, in figures, or says none', () => {
    const daySeconds = 86_400;
    const limited: [VPolicyFile, number | 'none'][] = [
      [{ windowMaxSats: 'none' }, 'none'],
      [{ windowMaxSats: 1 }, 1],
      [{ windowMaxSats: 5, windowSeconds: daySeconds }, 5],
      [{ windowMaxSats: 9, windows: [{ windowMaxSats: 7 }, { windowMaxSats: 3, windowSeconds: 3600 }] }, 7],
      [{ windowMaxSats: 'none', windows: [{ windowMaxSats: 7, windowSeconds: daySeconds + 1 }] }, 7],
    ];
    for (const [given, sats] of limited)
      expect(dayLimitOf(aLimitedPolicy(given)), JSON.stringify(given)).to.equal(sats);
    expect(aLimitedPolicy({ windowMaxSats: 'none', maxOutputs: 2 })).to.deep.equal({ maxOutputs: 2 });
    const unlimited = [
      {},
      { txMaxSats: 5 },
      { windowMaxSats: 0 },
      { windowMaxSats: 9, windowSeconds: daySeconds - 1 },
      { windows: [{ windowMaxSats: 7, windowSeconds: 3600 }] },
      { windowMaxSats: 'None' },
      { windows: [{ windowMaxSats: 'none' }] },
    ] as VPolicyFile[];
    for (const given of unlimited)
      expect(() => aLimitedPolicy(given), JSON.stringify(given))
        .to.throw(/"(windows 0 )?windowMaxSats" expected/)
        .with.property('code', 'bad-policy');
    expect(() => aLimitedPolicy({})).to.throw('the most satoshi that a day may pay, or "none"');
  });

  it('refuses a policy that says nothing clear, and names that no limit has', () => {
    const bad = [
      { txMaxSats: -1 },
      { txMaxSats: NaN },
      { maxOutputs: 1.5 },
      { maxOutputs: 101 },
      { fromMinute: 1440 },
      { windows: [{ windowMaxSats: '1' }] },
      { windows: [{ maxSats: 1 }] },
      { windows: {} },
      { maxTxSats: 1 },
      { velocity: [] },
      { allowList: 'a' },
      { allowList: [''] },
      { allowList: [LISTED + ' '] },
      { allowList: [LISTED, LISTED.replace('qw', 'QW')] },
      { allowList: [LISTED.slice(0, -1)] },
      { allowList: ['bitcoin:' + LISTED] },
      { isAllowListOnly: 1 },
      { isAllowListOnly: false, allowList: [LISTED] },
      { dynamicFee: 0 },
      { stopAtRefusal: 1 },
      { approveAboveSats: 0 },
      { approveAboveSats: 0.5 },
      { approveNewDestinations: 'yes' },
    ] as VPolicy[];
    for (const policy of bad)
      expect(() => aPolicy(policy), JSON.stringify(policy))
        .to.throw()
        .with.property('code', 'bad-policy');
    const edges = { maxOutputs: 100, fromMinute: 1439, toMinute: 1439, windows: [] };
    expect(aPolicy(edges)).to.deep.equal(edges);
    for (const window of [null, 7, 'day'])
      expect(() => aPolicy({ windows: [window] as never }))
        .to.throw('"windows 0" expected an object')
        .with.property('code', 'bad-policy');
    expect(() => aPolicy({ windows: [{ maxSats: 1 } as never] })).to.throw(
      /"windows 0 maxSats" is no limit of V: expected windowSeconds, /,
    );
    expect(() => aPolicy({ dynamicFee: 0 as never })).to.throw('"dynamicFee" expected true or false');
    for (const allowList of [[], [LISTED], [LISTED.toUpperCase()]])
      expect(aPolicy({ allowList })).to.deep.equal({ allowList });
    expect(() => aPolicy({ hours: { from: '8', to: '9' } }))
      .to.throw()
      .with.property('code', 'bad-time');
  });
});
