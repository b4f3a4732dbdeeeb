// Holds the small parts of host/vdevice: policy, local time, sealed secrets, phone numbers, state on disk.

import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOneOf } from '../../../host/vdevice/context';
import { aMinuteOfDay, localTime } from '../../../host/vdevice/local-time';
import { aPolicy, judge } from '../../../host/vdevice/policy';
import { openSealer } from '../../../host/vdevice/seal';
import { openState } from '../../../host/vdevice/state';
import type { VPolicy } from '../../../host/vdevice';

const NOON = Date.UTC(2026, 0, 5, 12, 0, 0);
const random = (n: number) => globalThis.crypto.getRandomValues(new Uint8Array(n));

describe('host/vdevice local time', () => {
  it('finds the next time of day, also right at it and over midnight', () => {
    const time = localTime(480);
    const at = (text: string) => time.text(time.nextAt(aMinuteOfDay(text), NOON));
    expect(time.text(NOON)).to.equal('2026-01-05 20:00:00');
    expect(at('03:00')).to.equal('2026-01-06 03:00:00');
    expect(at('20:00')).to.equal('2026-01-06 20:00:00');
    expect(at('20:01')).to.equal('2026-01-05 20:01:00');
    expect(time.nextAt(aMinuteOfDay('20:01'), NOON + 59999)).to.equal(NOON + 60000);
  });

  it('refuses what is no time of day', () => {
    for (const text of ['24:00', '3:00', '03:60', '', '03:00:00']) expect(() => aMinuteOfDay(text)).to.throw().with.property('code', 'bad-time');
  });
});

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

describe('host/vdevice phone numbers', () => {
  it('compares whole numbers, never parts', () => {
    const known = ['+8613900000001'];
    for (const same of ['+8613900000001', '8613900000001', '008613900000001', '+86 139 0000 0001']) expect(isOneOf(same, known), same).to.equal(true);
    for (const other of ['+44778613900000001', '13900000001', '+86139000000011', '', 'ChainCloud', '+8613900000001x']) expect(isOneOf(other, known), other).to.equal(false);
  });
});

describe('host/vdevice state', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'vstate-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('keeps secrets sealed: the file shows none, another key or place opens none', () => {
    const file = join(folder, 'v.db');
    const secret = 'c0ffee'.repeat(10);
    const state = openState(file, openSealer(file + '.key', random));
    state.setSecret('channel', { key: secret });
    state.close();
    expect(statSync(file + '.key').mode & 0o777).to.equal(0o600);
    const bytes = Buffer.concat([file, file + '-wal'].map((path) => { try { return readFileSync(path); } catch { return Buffer.alloc(0); } }));
    expect(bytes.includes(secret)).to.equal(false);
    const again = openState(file, openSealer(file + '.key', random));
    expect(again.getSecret('channel')).to.deep.equal({ key: secret });
    again.setText('opening', again.getText('channel'));
    expect(() => again.getSecret('opening')).to.throw().with.property('code', 'seal-broken');
    again.close();
    const stranger = openState(file, openSealer(join(folder, 'other.key'), random));
    expect(() => stranger.getSecret('channel')).to.throw().with.property('code', 'seal-broken');
    stranger.close();
  });

  it('keeps the modem\'s send queue over a restart', () => {
    const file = join(folder, 'v.db');
    const state = openState(file, openSealer(file + '.key', random));
    state.sendStore.put(3, Uint8Array.of(1, 2));
    state.sendStore.put(4, Uint8Array.of(5));
    state.sendStore.remove(3);
    state.close();
    const again = openState(file, openSealer(file + '.key', random));
    expect(again.sendStore.load()).to.deep.equal([{ id: 4, bytes: Uint8Array.of(5) }]);
    again.close();
  });

  it('undoes a transaction that fails half way', () => {
    const file = join(folder, 'v.db');
    const state = openState(file, openSealer(file + '.key', random));
    expect(() => state.transaction(() => {
      state.setNumber('a', 1);
      throw new Error('cut');
    })).to.throw('cut');
    expect(state.getNumber('a', 0)).to.equal(0);
    state.close();
  });
});
