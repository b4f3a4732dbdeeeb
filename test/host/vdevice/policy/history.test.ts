// Holds `chaincloud policy try`: each rule alone and all together over what V authorised, with waits.

import { expect } from 'chai';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DAY_MS, HOUR_MS } from '../../../../protocol/time';
import { localTime } from '../../../../host/vdevice/loops/local-time';
import { readHistory, tryPolicy, type Past } from '../../../../host/vdevice/policy/history';
import { MIGRATIONS } from '../../../../host/vdevice/schema';
import { openSqlFile } from '../../../../host/kit/sql/sql-file';
import { readInput } from '../../../../tools/cli/command';
import { policyCommand, trialTable } from '../../../../tools/cli/commands/policy';
import { addressOf } from '../fake-api';

const NOON_MS = Date.UTC(2026, 0, 5, 12);
const past = (id: string, sats: number, authorisedMs: number, address = addressOf('a')): Past => ({
  id,
  outs: `${address},${sats}`,
  dynamic: 0,
  sats,
  feeSats: 500,
  authorisedMs,
});
const HISTORY = [
  past('1', 60_000, NOON_MS),
  past('2', 90_000, NOON_MS + HOUR_MS),
  past('3', 30_000, NOON_MS + 2 * HOUR_MS, addressOf('b')),
  past('4', 20_000, NOON_MS + DAY_MS + 1),
];
const run = (policy: Parameters<typeof tryPolicy>[0]): ReturnType<typeof tryPolicy> =>
  tryPolicy(policy, HISTORY, 'regtest', localTime(0));
const ids = (items: { id: string }[]): string[] => items.map(({ id }) => id);

describe('host/vdevice policy over a history', () => {
  it('without rules refuses nothing', () => {
    expect(run({ minBalanceSats: 5, windowSeconds: 60 })).to.deep.equal([
      { rule: 'all', refused: [], held: [], asked: [] },
    ]);
  });

  it('names what each rule refuses, also where another one refuses the same', () => {
    const trials = run({ txMaxSats: 80_000, allowList: [addressOf('a')] });
    expect(trials.map(({ rule, refused }) => [rule, ids(refused)])).to.deep.equal([
      ['all', ['2', '3']],
      ['txMaxSats', ['2']],
      ['allowList', ['3']],
    ]);
    expect(trials[0].refused[1]).to.deep.equal({ id: '3', sats: 30_000, tag: 'policy-destination' });
  });

  it('holds what is beyond a window, lets it go when there is room, and says how long it waited', () => {
    const [all] = run({ windowMaxSats: 100_000, windowSeconds: DAY_MS / 1000 });
    expect(all.held).to.deep.equal([{ id: '2', sats: 90_000, tag: 'policy-velocity', waitMs: null }]);
    const [shorter] = run({ windows: [{ windowMaxCount: 1, windowSeconds: 5400 }] });
    expect(shorter.held.map(({ id, waitMs }) => [id, waitMs])).to.deep.equal([
      ['2', HOUR_MS],
      ['3', DAY_MS - 2 * HOUR_MS + 1],
      ['4', null],
    ]);
  });

  it('names what would have waited for an approval, and takes it as approved', () => {
    const [all] = run({ approveAboveSats: 80_000 });
    expect([ids(all.asked), all.held, all.refused]).to.deep.equal([['2', '3'], [], []]);
    expect(all.asked[0]).to.deep.equal({ id: '2', sats: 90_000, tag: 'policy-approval' });
    const later = [
      ...HISTORY,
      past('5', 10_000, NOON_MS + 2 * DAY_MS),
      past('6', 10_000, NOON_MS + 2 * DAY_MS, addressOf('c')),
    ];
    const [known] = tryPolicy({ approveNewDestinations: true }, later, 'regtest', localTime(0));
    expect(ids(known.asked)).to.deep.equal(['1', '2', '3', '6']);
    expect(known.asked[0].tag).to.equal('policy-new-destination');
    const [held] = run({ approveAboveSats: 1, windows: [{ windowMaxCount: 1, windowSeconds: 5400 }] });
    expect([ids(held.asked), ids(held.held)]).to.deep.equal([
      ['1', '2', '3'],
      ['2', '3', '4'],
    ]);
  });

  it('applies hours in the zone given', () => {
    const policy = { hours: { from: '12:30', to: '13:30' } };
    expect(ids(run(policy)[0].held)).to.deep.equal(['1', '3', '4']);
    expect(ids(tryPolicy(policy, HISTORY, 'regtest', localTime(60))[0].held)).to.deep.equal(['2', '3']);
  });

  it("reads V's state file and prints a line a rule", async () => {
    const folder = mkdtempSync(join(tmpdir(), 'policy-'));
    const [state, policy] = [join(folder, 'v'), join(folder, 'policy.json')];
    const table = openSqlFile(state, MIGRATIONS);
    for (const { id, outs, sats, authorisedMs } of HISTORY)
      table.run(
        'INSERT INTO withdrawals VALUES (?,?,?,0,0,?,?,1,?,?,0,NULL,1,NULL)',
        id,
        id,
        outs,
        sats,
        'sent',
        'code',
        authorisedMs,
      );
    table.run('INSERT INTO fees VALUES (?,?)', '1', 500);
    table.close();
    expect(readHistory(state).map(({ feeSats }) => feeSats)).to.deep.equal([500, null, null, null]);
    expect(trialTable(run({ txMaxSats: 80_000 }), 4)).to.equal(
      'of 4 withdrawals that V authorised:\n' +
        'all        refuses 1, 90000 sats (2); holds 0; asks for 0\n' +
        'txMaxSats  refuses 1, 90000 sats (2); holds 0; asks for 0\n',
    );
    const codeOf = (...args: string[]): Promise<string | undefined> =>
      policyCommand.run(readInput(policyCommand, args)).then(
        () => undefined,
        (error: { code?: string }) => error.code,
      );
    const given = ['--state', state, '--network', 'regtest'];
    expect(await codeOf('try', policy, ...given)).to.equal('bad-policy');
    for (const [text, code] of [
      ['[]', 'bad-policy'],
      ['{"txMax":1}', 'bad-policy'],
      ['{"txMaxSats":-1}', 'bad-policy'],
      ['{"txMaxSats":80000}', 'bad-policy'],
    ]) {
      writeFileSync(policy, text);
      expect(await codeOf('try', policy, ...given), text).to.equal(code);
    }
    writeFileSync(policy, '{"txMaxSats":80000,"windowMaxSats":"none"}');
    expect(await codeOf('try', policy, '--state', `${state}.none`, '--network', 'regtest')).to.equal('sql-file');
    expect(await codeOf('try', policy, ...given, '--zone', '8')).to.equal('usage');
    expect(await codeOf('try', policy, '--state', state, '--network', 'moon')).to.equal('usage');
    expect(await codeOf('judge', policy, ...given)).to.equal('usage');
  });
});
