// Holds V's intake to docs/published-app.md 6.2 and 6.3: what a website in the attacker's hands can plant, what the
// policy holds or refuses. No authority is made for any of it.
// Neighbours of one bad item that stops all behind it (bitcoin #24121): each cause of a refusal (outputs, coin, each
// policy tag, balance), each cause of a hold, a report that the website does not take, the same item again, a restart
// between refusal and report, a flood of them. Held elsewhere: an amount that the API never takes (../policy), batches
// (batch-loop.test.ts), what the API refuses after an authority (send-loop.test.ts).

import { expect } from 'chai';
import { ADMIN, PAYEE, createWorld, vtestOf, type World } from '../world';
import { HASH, OUTS, withdrawalWorld } from './withdrawals';

describe('host/vdevice intake', () => {
  let world: World;
  const { give, start, confirm, loop, requests, ...rig } = withdrawalWorld();
  beforeEach(() => void (world = rig.world()));

  it('attack: a withdrawal planted without the password', async () => {
    await give(11, OUTS, { password: 'guess' });
    await start();
    await world.pass(10);
    expect(world.adminTexts()).to.deep.equal(['AES decrypt error']);
    expect((await loop()).running).to.equal(false);
    await world.pass(3600);
    expect([world.api.posts, world.site.reports, world.adminTexts().length]).to.deep.equal([[], [], 1]);
  });

  it('attack: a paid withdrawal planted again under another id', async () => {
    await give();
    await start();
    await world.pass(10);
    const first = world.site.vtest as { vtest_info: string };
    confirm();
    await world.pass(10);
    world.site.vtest = { ...first, vtest_id: 12 };
    await world.pass(10);
    expect(requests()).to.have.length(1);
    expect(world.adminTexts()).to.have.length(1);
    expect((await loop()).stoppedBecause).to.equal('vtest-replay');
  });

  it('attack: the same without a seal, and a used id with other content', async () => {
    await give('A-1', OUTS, { sealed: false });
    await start();
    await world.pass(10);
    const first = world.site.vtest as { vtest_info: string };
    confirm('A-1');
    await world.pass(10);
    expect(world.site.reports).to.deep.equal([{ vtest_id: 'A-1', tx_hash: HASH }]);
    world.site.vtest = { ...first, vtest_id: 'A-2' };
    await world.pass(10);
    expect((await loop()).stoppedBecause).to.equal('vtest-replay');
    await give('A-1', PAYEE + ',99999', { sealed: false });
    await start();
    await world.pass(10);
    expect((await loop()).stoppedBecause).to.equal('vtest-replay');
    expect(requests()).to.have.length(1);
  });

  it('attack: once the website seals, an item without a seal is refused', async () => {
    await give();
    await start();
    await world.pass(10);
    confirm();
    await world.pass(10);
    await give(12, OUTS, { sealed: false });
    await world.pass(10);
    expect(world.adminTexts()).to.deep.equal(['AES decrypt error']);
    expect(requests()).to.have.length(1);
  });

  it('stops on outputs that are not strictly right, with the published words, where the policy says so', async () => {
    await world.restart({ policy: { stopAtRefusal: true } });
    for (const outs of [OUTS + ';', PAYEE + ',+20000', PAYEE + ',0', '1NbbvxBYxGGCBhaM8mow1HFWA7dB5yukmY,20000']) {
      await give(20, outs, { sealed: false });
      await start();
      await world.pass(10);
      expect((await loop()).running, outs).to.equal(false);
    }
    await give(21, '', { plain: JSON.stringify({ outs: OUTS, coin_code: 'ETH' }) });
    await start();
    await world.pass(10);
    expect(world.adminTexts()).to.deep.equal(Array(5).fill('tx out invalid'));
    expect(requests()).to.deep.equal([]);
  });

  it('no answer of the website that is no work makes V do anything', async () => {
    await start();
    for (const item of [
      {},
      null,
      [],
      5,
      'x',
      { vtest_id: 11 },
      { vtest_info: 'AA/BB/CC' },
      { vtest_id: '11","memo":"x', vtest_info: 'AA' },
      { vtest_id: true, vtest_info: 'AA' },
      { vtest_id: 1.5, vtest_info: 'AA' },
    ]) {
      world.site.vtest = item;
      await world.pass(7);
    }
    expect([(await loop()).running, world.adminTexts(), requests()]).to.deep.equal([true, [], []]);
  });

  it('stops when the balance is too small where the policy says so; waits when the API does not tell it', async () => {
    await world.restart({ policy: { stopAtRefusal: true } });
    world.api.balance = 49999;
    world.api.script.push({ match: 'GET /user', answer: { status: 500, body: {} } });
    await give();
    await start();
    await world.pass(3);
    expect((await loop()).running).to.equal(true);
    await world.pass(10);
    expect(world.adminTexts()).to.deep.equal(['balance is not enough and loop is stop']);
    world.api.balance = 50000;
    await start();
    await world.pass(10);
    expect(requests()).to.have.length(1);
  });

  it('START_LOOP without a channel starts nothing', async () => {
    const bare = await createWorld();
    bare.site.vtest = await vtestOf(11, OUTS);
    expect(await bare.v.startLoop()).to.equal(false);
    bare.deliver({ from: ADMIN, text: 'CC:START_LOOP' });
    await bare.pass(30);
    expect([(await bare.v.status()).loop.running, bare.api.posts]).to.deep.equal([false, []]);
    await bare.close();
  });

  it('refuses alone what is wrong, breaks the policy or exceeds the balance; pays the next', async () => {
    const long = 'bc1q' + '0'.repeat(40);
    const cases: [string, () => Promise<void>, string][] = [
      ["an amount below the API's own", () => give(11, PAYEE + ',9999'), 'policy-dust refuses withdrawal 11'],
      ['a total above the policy', () => give(11, PAYEE + ',50001'), 'policy-tx-amount refuses withdrawal 11'],
      ['no address', () => give(11, long + ',20000'), 'tx out invalid: withdrawal 11'],
      [
        'an address of another network',
        () => give(11, '1NbbvxBYxGGCBhaM8mow1HFWA7dB5yukmY,20000'),
        'tx out invalid: withdrawal 11',
      ],
      ['more than the balance', () => give(11, PAYEE + ',45000'), 'balance is not enough: withdrawal 11'],
      [
        'another coin',
        () => give(11, '', { plain: JSON.stringify({ outs: OUTS, coin_code: 'ETH' }) }),
        'tx out invalid: withdrawal 11',
      ],
    ];
    for (const [name, plant, words] of cases) {
      world = await rig.replaceWorld({ policy: { minOutputSats: 546, txMaxSats: 50000 } });
      world.api.balance = 40000;
      await plant();
      await start();
      await world.pass(60);
      expect([world.site.reports, world.adminTexts(), requests()], name).to.deep.equal([
        [{ vtest_id: '11' }],
        [words],
        [],
      ]);
      await give(12, PAYEE + ',20000');
      await world.pass(10);
      expect([(await loop()).stoppedBecause, requests().map((form) => form.user_tx_no)], name).to.deep.equal([
        null,
        ['12'],
      ]);
    }
  });

  it('reports a refused withdrawal as failed again, and never pays it, when the website gives it again', async () => {
    world.api.balance = 49999;
    await give();
    const item = world.site.vtest;
    await start();
    await world.pass(20);
    world.api.balance = 1_000_000;
    world.site.vtest = item;
    await world.pass(20);
    expect([world.site.reports, requests(), world.adminTexts().length]).to.deep.equal([
      [{ vtest_id: '11' }, { vtest_id: '11' }],
      [],
      1,
    ]);
  });

  it('repeats the report of a refusal after a restart until the website takes it', async () => {
    world.api.balance = 49999;
    world.site.accepts = false;
    await give();
    await start();
    await world.pass(10);
    await world.restart();
    world.site.accepts = true;
    await world.pass(20);
    const count = world.site.reports.length;
    expect(world.site.vtest).to.equal(null);
    await world.pass(600);
    expect([world.site.reports.length, requests(), world.adminTexts().length]).to.deep.equal([count, [], 1]);
  });

  it('attack: a website that makes one refusal after the other costs one SMS an hour; each is in the log', async () => {
    const lines: string[] = [];
    await world.restart({ onEvent: (event) => lines.push(event.text) });
    await start();
    for (let id = 100; id < 130; id++) {
      await give(id, PAYEE + ',1');
      await world.pass(12);
    }
    expect(world.adminTexts()).to.deep.equal(['policy-dust refuses withdrawal 100']);
    expect(lines.filter((line) => line.startsWith('refuses withdrawal'))).to.have.length(30);
    expect([world.site.reports.length, (await loop()).running]).to.deep.equal([30, true]);
    await world.restart();
    await world.pass(3600);
    expect(world.adminTexts().slice(1)).to.deep.equal([
      '29 more refused, the last: policy-dust refuses withdrawal 129',
    ]);
    await world.pass(7200);
    expect(world.adminTexts()).to.have.length(2);
    await give(300, PAYEE + ',1');
    await world.pass(12);
    expect(world.adminTexts().slice(2)).to.deep.equal(['policy-dust refuses withdrawal 300']);
  });

  it('attack: a website that shows two held withdrawals in turn costs one SMS an hour', async () => {
    await world.restart({ policy: { hours: { from: '01:00', to: '02:00' } } });
    await start();
    for (let turn = 0; turn < 40; turn++) {
      await give(turn % 2 ? 12 : 11, PAYEE + ',20000');
      await world.pass(7);
    }
    expect(world.adminTexts()).to.deep.equal(['policy-time holds withdrawal 11']);
    await world.pass(3600);
    expect(world.adminTexts()).to.have.length(2);
  });

  it('dismisses what the policy refused where a refusal stops the loop, and only that', async () => {
    await world.restart({ policy: { txMaxSats: 49999, stopAtRefusal: true } });
    await give();
    await start();
    await world.pass(10);
    expect([world.adminTexts(), (await loop()).stoppedBecause]).to.deep.equal([
      ['policy-tx-amount refuses withdrawal 11'],
      'policy-tx-amount',
    ]);
    await world.v.dismiss('11');
    await start();
    await world.pass(10);
    expect(world.site.reports).to.deep.equal([{ vtest_id: '11' }]);
    await give(12, PAYEE + ',20000');
    await world.pass(10);
    expect(requests()).to.have.length(1);
    expect((await world.v.dismiss('12').catch((error) => error)).code).to.equal('vtest-authorised');
  });

  it('holds a withdrawal for the velocity limit, notifies the admin once, sends it after a restart', async () => {
    const policy = { windows: [{ windowSeconds: 3600, windowMaxSats: 60000 }] };
    await world.restart({ policy });
    await give();
    await start();
    await world.pass(10);
    confirm();
    await world.pass(10);
    await give(12, PAYEE + ',20000');
    await world.pass(60);
    await world.restart({ policy });
    await world.pass(1800);
    expect([requests().length, world.adminTexts()]).to.deep.equal([1, ['policy-velocity holds withdrawal 12']]);
    await world.pass(1800);
    expect(requests()).to.have.length(2);
  });

  it('a withdrawal that is held for its amount lets the one behind it pass, for a day', async () => {
    const policy = { windowSeconds: 172800, windowMaxSats: 70000 };
    await world.restart({ policy });
    await give();
    await start();
    await world.pass(10);
    confirm();
    await world.pass(10);
    const small = async (id: number) => vtestOf(id, PAYEE + ',10000');
    await give(12);
    let behind: unknown = await small(13);
    const queries: string[] = [];
    world.site.behind = (query) => {
      queries.push(query);
      return query === 'after=12' ? behind : null;
    };
    await world.pass(30);
    expect([requests().map((form) => form.user_tx_no), [...new Set(queries)]]).to.deep.equal([
      ['11', '13'],
      ['after=12'],
    ]);
    expect(world.adminTexts()).to.deep.equal(['policy-velocity holds withdrawal 12']);
    confirm('13', 'cd'.repeat(32));
    world.api.details.set('cd'.repeat(32), { outputs: [{ address: PAYEE, value: 10000 }], inputs: [{ value: 11000 }] });
    await world.pass(60);
    await give(12);
    behind = null;
    await world.restart({ policy, pollMs: 1_200_000 });
    await world.pass(86400);
    behind = await small(14);
    await world.pass(3600);
    expect(requests()).to.have.length(2);
    await world.pass(86400);
    expect(requests().map((form) => form.user_tx_no)).to.deep.equal(['11', '13', '12']);
  });

  it('a website that knows no other than its oldest withdrawal is asked for it again', async () => {
    await world.restart({ policy: { windows: [{ windowSeconds: 3600, windowMaxSats: 60000 }] } });
    await give();
    await start();
    await world.pass(10);
    confirm();
    await world.pass(10);
    await give(12);
    await world.pass(600);
    expect([requests().length, world.adminTexts()]).to.deep.equal([1, ['policy-velocity holds withdrawal 12']]);
    expect((await loop()).running).to.equal(true);
  });

  it('a tighter limit holds at the restart, a looser one a day later, and the admins hear of it', async () => {
    const restart = async (sats: number): Promise<void> => {
      await world.restart({ policy: { txMaxSats: sats, windowMaxSats: 1_000_000 }, pollMs: 300_000 });
      await world.pass(900);
    };
    await restart(49_999);
    await give();
    await start();
    await world.pass(900);
    expect(world.site.reports).to.deep.equal([{ vtest_id: '11' }]);
    await restart(50_000);
    await give(12);
    await world.pass(85_000);
    expect([requests(), world.adminTexts().slice(1)]).to.deep.equal([
      [],
      ['limits of V are looser: txMaxSats. They hold in 24 hours', 'policy-loosened holds withdrawal 12'],
    ]);
    expect((await world.v.status()).limits.loosening.map(({ looser }) => looser)).to.deep.equal([['txMaxSats']]);
    await world.pass(1200);
    expect(requests().map((form) => form.user_tx_no)).to.deep.equal(['12']);
    expect((await world.v.status()).limits.loosening).to.deep.equal([]);
  });

  it('what a looser limit would allow lets those behind it pass meanwhile', async () => {
    await world.restart({ policy: { txMaxSats: 20_000 } });
    await world.restart({ policy: {} });
    await give(12);
    const behind = await vtestOf(13, PAYEE + ',20000');
    world.site.behind = (query) => (query === 'after=12' ? behind : null);
    await start();
    await world.pass(30);
    expect(requests().map((form) => form.user_tx_no)).to.deep.equal(['13']);
  });

  it('attack: the clock moved to empty a velocity limit stops the loop', async () => {
    let shiftMs = 0;
    const inner = world.runtime.child('v');
    const policy = { windowMaxSats: 60000 };
    await world.restart({ policy, runtime: { ...inner, nowMs: () => inner.nowMs() + shiftMs } });
    await give();
    await start();
    await world.pass(10);
    confirm();
    await world.pass(20);
    shiftMs = 90000000;
    await world.pass(40);
    expect((await loop()).stoppedBecause).to.equal('clock');
    expect(world.adminTexts().join()).to.include('clock of V jumped');
  });

  it('dismisses an item that could not even be read; a good one under its id is then taken', async () => {
    await give(11, OUTS, { password: 'guess' });
    await start();
    await world.pass(10);
    expect((await world.v.dismiss('99').catch((error) => error)).code).to.equal('vtest-authorised');
    await give(11);
    await start();
    await world.pass(10);
    expect(requests()).to.have.length(1);
    confirm();
    await world.pass(10);
    await give(12, OUTS, { password: 'guess' });
    await world.pass(10);
    await world.v.dismiss('12');
    await start();
    await world.pass(10);
    expect(world.site.reports.pop()).to.deep.equal({ vtest_id: '12' });
  });

  it('attack: the clock set back while V was off stops the loop', async () => {
    await start();
    await world.pass(3600);
    const inner = world.runtime.child('v');
    await world.restart({ runtime: { ...inner, nowMs: () => inner.nowMs() - 7200000 } });
    await world.pass(40);
    expect((await loop()).stoppedBecause).to.equal('clock');
  });

  it('warns of a low balance', async () => {
    await world.restart({ policy: { minBalanceSats: 99_960_000 } });
    await give();
    await start();
    await world.pass(7);
    confirm();
    await world.pass(10);
    expect(world.adminTexts()).to.deep.equal([
      'Balance has reached the minimum limit, please recharge as soon as possible',
    ]);
  });

  it('holds a withdrawal for the count of the window', async () => {
    await world.restart({ policy: { windows: [{ windowSeconds: 3600, windowMaxCount: 1 }] } });
    await give();
    await start();
    await world.pass(10);
    confirm();
    await world.pass(10);
    await give(12);
    await world.pass(60);
    expect([requests().length, world.adminTexts()]).to.deep.equal([1, ['policy-count holds withdrawal 12']]);
    await world.pass(3600);
    expect(requests()).to.have.length(2);
  });
});
