// Holds host/vdevice/policy.ts: V's policy: each limit at its value and one beyond.

import { expect } from 'chai';
import { localTime } from '../../../host/vdevice/local-time';
import { aPolicy, judge } from '../../../host/vdevice/policy';
import type { VPolicy } from '../../../host/vdevice';

const NOON = Date.UTC(2026, 0, 5, 12, 0, 0);

describe('host/vdevice policy', () => {
  const time = localTime(0);
  const A = { address: 'a', sats: 50000 };
  const B = { address: 'b', sats: 60000 };
  const tagOf = (policy: VPolicy, outs = [A], dynamic = 0, spent = 0) => {
    const verdict = judge(policy, outs, dynamic, NOON, time, () => spent);
    return verdict.verdict === 'ok' ? 'ok' : verdict.verdict + ' ' + verdict.tag;
  };

  it('allows at each limit and refuses one above it', () => {
    expect(tagOf({})).to.equal('ok');
    expect([tagOf({ maxTxSats: 110000 }, [A, B]), tagOf({ maxTxSats: 109999 }, [A, B])]).to.deep.equal(['ok', 'refuse per-tx']);
    expect([tagOf({ maxOutSats: 50000 }), tagOf({ maxOutSats: 49999 })]).to.deep.equal(['ok', 'refuse per-out']);
    expect([tagOf({}, [{ address: 'a', sats: 10000 }]), tagOf({}, [{ address: 'a', sats: 9999 }])]).to.deep.equal(['ok', 'refuse small']);
    expect([tagOf({ maxOuts: 2 }, [A, B]), tagOf({ maxOuts: 1 }, [A, B])]).to.deep.equal(['ok', 'refuse outs']);
    expect([tagOf({ allowList: ['a', 'b'] }, [A, B]), tagOf({ allowList: ['a'] }, [A, B])]).to.deep.equal(['ok', 'refuse allow-list']);
    expect([tagOf({ dynamicFee: false }), tagOf({ dynamicFee: false }, [A], 1)]).to.deep.equal(['ok', 'refuse fee']);
  });

  it('holds what fits later, refuses what never fits', () => {
    const velocity = [{ windowSeconds: 3600, maxSats: 100000 }];
    expect([tagOf({ velocity }, [A], 0, 50000), tagOf({ velocity }, [A], 0, 50001), tagOf({ velocity }, [A, B])]).to.deep.equal(['ok', 'wait velocity', 'refuse velocity']);
    expect(tagOf({ hours: { from: '12:00', to: '13:00' } })).to.equal('ok');
    expect(tagOf({ hours: { from: '11:00', to: '12:00' } })).to.equal('wait hours');
    expect([tagOf({ hours: { from: '22:00', to: '12:01' } }), tagOf({ hours: { from: '22:00', to: '06:00' } })]).to.deep.equal(['ok', 'wait hours']);
  });

  it('refuses a policy that says nothing clear', () => {
    const bad: VPolicy[] = [{ maxTxSats: -1 }, { maxTxSats: NaN }, { maxOuts: 1.5 }, { velocity: [{ windowSeconds: 0, maxSats: 1 }] }];
    for (const policy of bad) expect(() => aPolicy(policy)).to.throw().with.property('code', 'bad-policy');
    expect(() => aPolicy({ hours: { from: '8', to: '9' } })).to.throw().with.property('code', 'bad-time');
  });
});
