// Hot sending through the API: acceptance, coins, signatures, broadcast, status. Spec: docs/http-api.md "Sending",
// docs/published-app.md 6.4, 6.5 and 10.

import { expect } from 'chai';
import { openDb } from '../../../host/kit/sql';
import type { PingJob, SignJob } from '../../../host/gateway/types';
import { ADMIN_TOKEN, signJob, startPlatform, type Platform } from './fixture';

const SHOP = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';
const OTHER = 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn';

describe('host/api hot sending', () => {
  let platform: Platform;
  beforeEach(async () => {
    platform = await startPlatform();
  });
  afterEach(() => platform.close());

  async function signNext(): Promise<SignJob> {
    const job = (await platform.nextJob()) as SignJob;
    expect(job?.kind).to.equal('sign');
    expect((await platform.finish(job, { ok: true, signatures: signJob(platform.keys, job) })).body).to.deep.equal({
      result: true,
    });
    return job;
  }

  it('sends three outputs and takes the change back', async () => {
    await platform.deposit(1, 0, 1_000_000);
    const outs = `${SHOP},20000;${OTHER},30000;${SHOP},40000`;
    expect(await platform.send('11', outs)).to.deep.equal({ status: 200, body: { result: true } });
    expect((await platform.get('/tx/11')).body).to.deep.include({
      tx_hash: null,
      tx_at: null,
      hot_wallet_tx_status: 0,
      c_id: 1,
      user_id: 40000,
    });
    const job = await signNext();
    expect(job.outs).to.equal(outs);
    const status = (await platform.get('/BTC/tx/11')).body;
    expect(status).to.deep.include({
      hot_wallet_tx_status: 1,
      send_request: { coin_code: 'BTC', user_tx_no: '11', is_dynamic_fee: 0, outs },
    });
    expect(status.tx_at).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    await platform.mine();
    const tx = (await platform.get('/tx/detail/' + status.tx_hash)).body;
    expect(tx.confirmation).to.equal(1);
    expect(
      tx.outputs.map((output: { address: string; value: number }) => [output.address, output.value]).slice(0, 3),
    ).to.deep.equal([
      [SHOP, 20000],
      [OTHER, 30000],
      [SHOP, 40000],
    ]);
    expect(tx.outputs[3]).to.deep.include({
      address: platform.keys.address(1, 1, 0),
      is_mine: true,
      value: 1_000_000 - 90_000 - job.fee_sats,
    });
    expect(tx.value).to.equal(-90_000 - job.fee_sats);
    expect((await platform.get('/user')).body.balance).to.equal(910_000 - job.fee_sats);
  });

  it('pays at least the fee rate that it was asked for', async () => {
    await platform.deposit(1, 0, 1_000_000);
    await platform.send('1', `${SHOP},20000`);
    const job = await signNext();
    const { tx_hash: txid } = (await platform.get('/tx/1')).body;
    const { vsize } = await platform.rpc.call<{ vsize: number }>('getrawtransaction', [txid, true]);
    expect(job.fee_sats).to.be.within(vsize * 10, vsize * 10 + 30);
  });

  it('pays no more than V allows: a lower rate, or none until fewer coins are enough', async () => {
    await platform.deposit(1, 0, 1_000_000);
    await platform.deposit(1, 1, 1_000_000);
    await platform.send('1', `${SHOP},20000`, { max_fee_sats: '50' });
    await platform.send('2', `${SHOP},20000`, { max_fee_sats: '700' });
    await platform.send('3', `${SHOP},20000`);
    const [second, third] = [await signNext(), await signNext()];
    expect([second.user_tx_no, third.user_tx_no]).to.deep.equal(['2', '3']);
    expect(second.max_fee_sats).to.equal(700);
    expect(second.fee_sats).to.be.within(600, 700);
    expect(third.max_fee_sats).to.equal(200_000);
    expect(third.fee_sats).to.be.within(1300, 1600);
    expect(await platform.nextJob()).to.equal(null);
    expect((await platform.get('/tx/1')).body.hot_wallet_tx_status).to.equal(0);
  });

  it('answers code 3 to the same content only', async () => {
    await platform.deposit(1, 0, 1_000_000);
    const outs = `${SHOP},20000`;
    await platform.send('7', outs);
    expect(await platform.send('7', outs)).to.deep.include({ status: 400 });
    expect((await platform.send('7', outs)).body.code).to.equal(3);
    expect((await platform.send('7', outs, { c_id: '2' })).body.code).to.equal(3);
    expect((await platform.send('7', `${SHOP},20001`)).body.code).to.equal(4);
    expect((await platform.send('7', outs, { is_dynamic_fee: '1' })).body.code).to.equal(4);
    await signNext();
    expect(await platform.nextJob()).to.equal(null);
  });

  it('gives two requests coins of their own, and the later one the change of the earlier', async () => {
    await platform.deposit(1, 0, 100_000);
    await platform.deposit(1, 1, 100_000);
    const answers = await Promise.all([1, 2, 3].map((n) => platform.send(String(n), `${SHOP},50000`)));
    expect(answers.map((answer) => answer.status)).to.deep.equal([200, 200, 200]);
    const first = await signNext();
    const second = await signNext();
    const coins = [...first.inputs, ...second.inputs].map((input) => `${input.prev_txid}:${input.vout}`);
    expect(new Set(coins).size).to.equal(coins.length);
    expect(await platform.nextJob()).to.equal(null);
    await platform.mine();
    const third = await signNext();
    expect(third.inputs.every((input) => input.chain === 1)).to.equal(true);
    await platform.mine();
    for (const n of [1, 2, 3]) expect((await platform.get(`/tx/${n}`)).body.hot_wallet_tx_status).to.equal(1);
  });

  it('refuses what the account cannot pay and keeps nothing of it', async () => {
    await platform.deposit(1, 0, 50_000);
    expect((await platform.send('1', `${SHOP},60000`)).body.code).to.equal(5);
    expect((await platform.get('/tx/1')).status).to.equal(404);
    expect((await platform.send('1', `${SHOP},40000`)).status).to.equal(200);
    expect((await platform.send('2', `${SHOP},40000`)).body.code).to.equal(5);
  });

  it('a cold coin never pays a hot request', async () => {
    await platform.deposit(2, 0, 500_000);
    expect((await platform.send('1', `${SHOP},20000`)).body.code).to.equal(5);
  });

  it('a refusal ends in 9 without a hash, and frees the coins', async () => {
    await platform.deposit(1, 0, 100_000);
    await platform.send('1', `${SHOP},50000`);
    const job = (await platform.nextJob()) as SignJob;
    await platform.finish(job, { ok: false, refusal: { code: 12, tag: 'bad-authority' } });
    expect((await platform.get('/tx/1')).body).to.deep.include({
      tx_hash: null,
      hot_wallet_tx_status: 9,
      tx_info: 'bad-authority',
    });
    expect((await platform.send('1', `${SHOP},50000`)).body.code).to.equal(3);
    expect((await platform.send('2', `${SHOP},50000`)).status).to.equal(200);
    await signNext();
  });

  it('gives the change index of a refused payment to the next one', async () => {
    await platform.deposit(1, 0, 100_000);
    for (let n = 0; n < 25; n++) {
      await platform.send(`r${n}`, `${SHOP},50000`);
      const job = (await platform.nextJob()) as SignJob;
      expect(job.change_index).to.equal(0);
      await platform.finish(job, { ok: false, refusal: { code: 18, tag: 'policy-velocity' } });
    }
    await platform.send('1', `${SHOP},50000`);
    expect((await signNext()).change_index).to.equal(0);
    await platform.mine();
    await platform.send('2', `${SHOP},20000`);
    expect((await signNext()).change_index).to.equal(1);
  });

  it('an unreachable or locked device leaves it at 0 until it answers', async () => {
    await platform.deposit(1, 0, 100_000);
    await platform.send('1', `${SHOP},50000`);
    for (const result of [
      { ok: false, failure: { code: 'link-down', text: '' } },
      { ok: false, refusal: { code: 6, tag: 'locked' } },
    ] as const) {
      const job = (await platform.nextJob()) as SignJob;
      await platform.finish(job, result);
      expect((await platform.get('/tx/1')).body).to.include({ hot_wallet_tx_status: 0, tx_hash: null });
      expect(await platform.nextJob()).to.equal(null);
      await platform.runtime.advance(60_000);
    }
    await signNext();
    expect((await platform.get('/tx/1')).body.hot_wallet_tx_status).to.equal(1);
  });

  it('a conflict waits for the admin, who may give up what has no signature', async () => {
    await platform.deposit(1, 0, 100_000);
    await platform.send('1', `${SHOP},50000`);
    await platform.finish((await platform.nextJob()) as SignJob, { ok: false, refusal: { code: 19, tag: 'conflict' } });
    const { hot_wallet_tx_id: id, hot_wallet_tx_status: status } = (await platform.get('/tx/1')).body;
    expect(status).to.equal(0);
    const giveUp = (which: unknown): Promise<{ status: number }> =>
      platform.json(`/admin/requests/${which}/give-up`, {}, ADMIN_TOKEN);
    expect((await giveUp(id)).status).to.equal(200);
    expect((await platform.get('/tx/1')).body).to.include({ hot_wallet_tx_status: 9, tx_hash: null });
    await platform.runtime.advance(60_000);
    expect(await platform.nextJob()).to.equal(null);
    await platform.send('2', `${SHOP},50000`);
    await signNext();
    for (const which of [id, id + 1, 999, 'x']) expect((await giveUp(which)).status).to.equal(404);
    expect((await platform.get('/tx/2')).body.hot_wallet_tx_status).to.equal(1);
  });

  it('takes no signature that does not sign its input', async () => {
    await platform.deposit(1, 0, 100_000);
    await platform.send('1', `${SHOP},50000`);
    const job = (await platform.nextJob()) as SignJob;
    const [good] = signJob(platform.keys, job);
    const flipped = (good[0] === '0' ? '1' : '0') + good.slice(1);
    for (const signatures of [[], [flipped], [good, good], ['zz'], ['00'.repeat(64)]]) {
      await platform.finish(job, { ok: true, signatures });
      expect((await platform.get('/tx/1')).body.hot_wallet_tx_status).to.equal(0);
    }
    await platform.runtime.advance(60_000);
    await signNext();
    expect((await platform.get('/tx/1')).body.hot_wallet_tx_status).to.equal(1);
  });

  it('an answer that is none postpones its job, and the one behind it goes on', async () => {
    await platform.deposit(1, 0, 500_000);
    await platform.deposit(1, 1, 500_000);
    await platform.send('1', `${SHOP},50000`);
    await platform.send('2', `${SHOP},60000`);
    const first = (await platform.nextJob()) as SignJob;
    for (const odd of [{ ok: true, signatures: Array(101).fill('00') }, { ok: 1 }, [], { ok: true, digest: 5 }]) {
      const answer = await platform.finish(first, odd as never);
      expect([answer.status, answer.body.code]).to.deep.equal([400, 2]);
    }
    expect((await signNext()).user_tx_no).to.equal('2');
    expect(await platform.nextJob()).to.equal(null);
    await platform.runtime.advance(30_000);
    expect((await signNext()).user_tx_no).to.equal('1');
  });

  it('a job that cannot be given out blocks none behind it', async () => {
    await platform.deposit(1, 0, 500_000);
    await platform.deposit(1, 1, 500_000);
    await platform.deposit(1, 2, 500_000);
    await platform.send('1', `${SHOP},50000`);
    await platform.send('2', `${SHOP},60000`);
    const db = await openDb(platform.database, []);
    await db.run("UPDATE requests SET outs = 'nobody,50000' WHERE user_tx_no = '1'");
    await db.close();
    expect((await signNext()).user_tx_no).to.equal('2');
    expect((await platform.send('3', `${SHOP},70000`)).status).to.equal(200);
    expect((await signNext()).user_tx_no).to.equal('3');
  });

  it('a queued request that can never be paid fails alone', async () => {
    await platform.deposit(1, 0, 500_000);
    await platform.send('1', `${SHOP},50000`);
    const first = (await platform.nextJob()) as SignJob;
    await platform.send('2', `${SHOP},60000`);
    await platform.send('3', `${SHOP},70000`);
    const db = await openDb(platform.database, []);
    await db.run("UPDATE requests SET outs = 'nobody,60000' WHERE user_tx_no = '2'");
    await db.close();
    await platform.finish(first, { ok: true, signatures: signJob(platform.keys, first) });
    await platform.mine();
    expect((await signNext()).user_tx_no).to.equal('3');
    expect((await platform.get('/tx/2')).body.hot_wallet_tx_status).to.equal(9);
  });

  it('goes on after a restart between any two steps', async () => {
    await platform.deposit(1, 0, 100_000);
    await platform.send('1', `${SHOP},50000`);
    await platform.restart();
    const job = (await platform.nextJob()) as SignJob;
    await platform.restart();
    expect(await platform.nextJob()).to.deep.equal(job);
    await signNext();
    await platform.restart();
    expect((await platform.get('/tx/1')).body.hot_wallet_tx_status).to.equal(1);
    await platform.finish(job, { ok: false, refusal: { code: 12, tag: '' } });
    expect((await platform.get('/tx/1')).body.hot_wallet_tx_status).to.equal(1);
    await platform.mine();
    expect((await platform.get('/tx')).body).to.have.length(2);
  });

  it('carries PING there and back without a payment', async () => {
    expect(
      (
        await platform.post('/tx/request', {
          coin_code: 'BTC',
          user_tx_no: 'ping-1',
          outs: 'PING',
          is_dynamic_fee: '1',
          vc_code: 'Hw' + 'A'.repeat(85) + '=',
          c_id: '5',
        })
      ).body,
    ).to.deep.equal({ result: true });
    const job = (await platform.nextJob()) as PingJob;
    expect(job).to.include({ kind: 'ping', proto: 1, channel_id: 5, user_tx_no: 'ping-1' });
    expect((await platform.get('/tx/ping-1')).body.hot_wallet_tx_status).to.equal(0);
    await platform.finish(job, { ok: true });
    expect((await platform.get('/tx/ping-1')).body).to.include({ hot_wallet_tx_status: 1, tx_hash: null });
    await platform.post('/tx/request', {
      user_tx_no: 'ping-2',
      outs: 'PING',
      vc_code: 'Hw' + 'A'.repeat(85) + '=',
      c_id: '5',
    });
    await platform.finish((await platform.nextJob()) as PingJob, { ok: false, refusal: { code: 10, tag: '' } });
    expect((await platform.get('/tx/ping-2')).body.hot_wallet_tx_status).to.equal(9);
  });

  it('sends a dropped payment again', async () => {
    await platform.deposit(1, 0, 100_000);
    await platform.send('1', `${SHOP},50000`);
    await signNext();
    const [hash] = await platform.mine();
    await platform.rpc.call('invalidateblock', [hash]);
    await platform.mine(2);
    const { tx_hash: txid } = (await platform.get('/tx/1')).body;
    expect((await platform.get('/tx/detail/' + txid)).body.confirmation).to.be.greaterThan(0);
  });
});

describe('host/api hot sending, p2pkh', () => {
  it('signs and sends', async () => {
    const platform = await startPlatform({ script: 'p2pkh' });
    try {
      await platform.deposit(1, 0, 100_000);
      await platform.deposit(1, 1, 100_000);
      expect((await platform.send('1', `${SHOP},150000`)).status).to.equal(200);
      const job = (await platform.nextJob()) as SignJob;
      await platform.finish(job, { ok: true, signatures: signJob(platform.keys, job, 'p2pkh') });
      await platform.mine();
      expect((await platform.get('/tx/1')).body.hot_wallet_tx_status).to.equal(1);
      expect((await platform.get('/user')).body.balance).to.equal(50_000 - job.fee_sats);
    } finally {
      await platform.close();
    }
  });
});
