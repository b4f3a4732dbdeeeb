// The open API answers in its published shapes, on both path forms, for both tokens. Spec: docs/http-api.md;
// docs/published-app.md 5.

import { expect } from 'chai';
import { startPlatform, type Answer, type Platform } from './fixture';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/;

describe('host/api published shapes', () => {
  let platform: Platform;
  before(async () => {
    platform = await startPlatform();
  });
  after(() => platform.close());

  it('GET /time', async () => {
    const { status, body } = await platform.get('/time');
    expect(status).to.equal(200);
    expect(Object.keys(body)).to.deep.equal(['time']);
    expect(body.time).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
  });

  it('GET /user', async () => {
    const { body } = await platform.get('/user', platform.tokens.cold);
    expect(body).to.include({
      user_id: 40000,
      user_name: 'shop',
      user_type: 4,
      gender: 0,
      real_name: null,
      avatar: null,
      balance: 0,
      receiving_index: 0,
      can_otc_ad: 0,
      can_otc_order: 0,
    });
    expect(body.address).to.equal(platform.keys.address(2, 0, 0));
    expect(body.register_at).to.match(TIME);
  });

  it('GET /address/batch/{n}: 1,000 addresses, each token its own side', async () => {
    for (const [side, token] of [
      [1, platform.tokens.hot],
      [2, platform.tokens.cold],
    ] as const) {
      const { body } = await platform.get('/BTC/address/batch/1', token);
      expect(body).to.have.length(1000);
      expect(body[0]).to.deep.equal({ index: 1000, address: platform.keys.address(side, 0, 1000) });
      expect(body[999]).to.deep.equal({ index: 1999, address: platform.keys.address(side, 0, 1999) });
      expect((await platform.get('/address/batch/1', token)).body).to.deep.equal(body);
    }
  });

  it('GET /address/next, history, {address}/tx and tx after deposits', async () => {
    const { cold } = platform.tokens;
    const first = await platform.deposit(2, 0, 70_000);
    const second = await platform.deposit(2, 2, 30_000);
    await platform.node.fund(platform.keys.address(2, 0, 1), 5_000);
    await platform.api.sync();
    expect((await platform.get('/address/next', cold)).body).to.deep.equal({
      index: 3,
      address: platform.keys.address(2, 0, 3),
    });
    const history = (await platform.get('/address/history/0', cold)).body;
    expect(history.map((item: { index: number }) => item.index)).to.deep.equal([3, 2, 1, 0]);
    expect(history[3]).to.deep.equal({
      index: 0,
      address: platform.keys.address(2, 0, 0),
      tx_cnt: 1,
      balance: 70_000,
      total_received: 70_000,
    });
    expect(
      (await platform.get('/address/history/0?since_address=' + history[1].address, cold)).body.map(
        (item: { index: number }) => item.index,
      ),
    ).to.deep.equal([1, 0]);
    expect((await platform.get('/btc/address/history/1', cold)).body).to.deep.equal([]);
    // BIP173: capitals are the same address; a mix of both is none.
    const inCapitals = (path: string, address: string): Promise<Answer[]> =>
      Promise.all([address, address.toUpperCase()].map((text) => platform.get(path.replace('ADDRESS', text), cold)));
    for (const path of ['/address/history/0?since_address=ADDRESS', '/address/ADDRESS/tx']) {
      const [lower, upper] = await inCapitals(path, history[1].address);
      expect([lower.status, upper.body], path).to.deep.equal([200, lower.body]);
      const mixed = history[1].address.replace('q', 'Q');
      expect((await platform.get(path.replace('ADDRESS', mixed), cold)).status, path).to.equal(404);
    }
    const [deposit] = (await platform.get(`/address/${history[3].address}/tx`, cold)).body;
    expect(Object.keys(deposit)).to.include.members([
      'tx_hash',
      'confirmation',
      'confirm_at',
      'value',
      'tx_at',
      'inputs',
      'outputs',
    ]);
    expect(deposit).to.include({ tx_hash: first, confirmation: 2, value: 70_000 });
    expect(deposit.confirm_at).to.match(TIME);
    expect(deposit.tx_at).to.match(TIME);
    expect(Object.keys(deposit.inputs[0])).to.deep.equal([
      'sn',
      'prev_tx_hash',
      'prev_out_sn',
      'address',
      'value',
      'is_mine',
    ]);
    expect(Object.keys(deposit.outputs[0])).to.deep.equal(['sn', 'address', 'value', 'status', 'is_mine']);
    expect(deposit.inputs[0]).to.include({ sn: 0, is_mine: false });
    expect(deposit.outputs[0]).to.include({
      sn: 0,
      address: history[3].address,
      value: 70_000,
      status: 0,
      is_mine: true,
    });
    const list = (await platform.get('/tx', cold)).body;
    expect(list.map((item: { value: number }) => item.value)).to.deep.equal([70_000, 30_000, 5_000]);
    expect(list[2]).to.include({ confirmation: 0, confirm_at: null });
    expect(
      (await platform.get('/BTC/tx?order=desc', cold)).body.map((item: { value: number }) => item.value),
    ).to.deep.equal([5_000, 30_000, 70_000]);
    expect(
      (await platform.get('/tx?tx_hash=' + first, cold)).body.map((item: { tx_hash: string }) => item.tx_hash)[0],
    ).to.equal(second);
    expect(
      (await platform.get(`/tx?tx_hash=${second}&order=desc`, cold)).body.map(
        (item: { tx_hash: string }) => item.tx_hash,
      ),
    ).to.deep.equal([first]);
    expect((await platform.get('/tx/detail/' + first, cold)).body).to.deep.include(deposit);
    expect((await platform.get('/user', cold)).body).to.include({
      balance: 105_000,
      balance_confirmed: 100_000,
      receiving_index: 3,
    });
  });

  it('a token sees its own side only', async () => {
    const { hot, cold } = platform.tokens;
    const [{ tx_hash: txid }] = (await platform.get('/tx', cold)).body;
    expect((await platform.get('/tx', hot)).body).to.deep.equal([]);
    expect((await platform.get('/user', hot)).body.balance).to.equal(0);
    expect((await platform.get('/tx/detail/' + txid, hot)).status).to.equal(404);
    expect((await platform.get(`/address/${platform.keys.address(2, 0, 0)}/tx`, hot)).status).to.equal(404);
  });

  it('lists 20 a page and goes on from the last', async () => {
    for (let index = 0; index < 25; index++)
      await platform.node.fund(platform.keys.address(1, 0, index), 10_000 + index);
    await platform.mine();
    const first = (await platform.get('/tx')).body;
    expect(first).to.have.length(20);
    const rest = (await platform.get('/tx?tx_hash=' + first[19].tx_hash)).body;
    expect(rest).to.have.length(5);
    expect(new Set([...first, ...rest].map((item: { value: number }) => item.value)).size).to.equal(25);
  });

  it('header name in any case, trailing slash, coin in any case', async () => {
    for (const name of ['token', 'Token', 'TOKEN']) {
      const answer = await fetch(platform.api.url + '/api/v1/open/btc/user/', {
        headers: { [name]: platform.tokens.hot },
      });
      expect(answer.status).to.equal(200);
    }
  });
});
