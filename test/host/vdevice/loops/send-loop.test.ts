// Holds V's send loop to docs/published-app.md 6.1 to 6.5 and to what must never happen: a payment that was not asked,
// one paid twice, one reported for another. The website and the API are the attackers here.

import { expect } from 'chai';
import { channelKey } from '../../../../protocol/channel/channel';
import { protocolCrypto } from '../../../../host/kit/protocol-crypto';
import { sendAuthority, sendContent } from '../../../../protocol/request/authority';
import { PAYEE, type World } from '../world';
import { addressOf } from '../fake-api';
import { DETAIL, HASH, OUTS, withdrawalWorld } from './withdrawals';

describe('host/vdevice send loop', () => {
  let world: World;
  const { give, start, confirm, loop, requests, ...rig } = withdrawalWorld();
  beforeEach(() => void (world = rig.world()));

  it('pulls, signs under the channel, posts in the published form, polls, reports', async () => {
    await give();
    await start();
    await world.pass(10);
    expect(requests()).to.have.length(1);
    const form = requests()[0];
    expect(Object.keys(form)).to.deep.equal([
      'coin_code',
      'user_tx_no',
      'outs',
      'vc_code',
      'is_dynamic_fee',
      'only_confirmed',
      'c_id',
      'max_fee_sats',
      'out_type',
    ]);
    expect(form).to.include({ coin_code: 'BTC', user_tx_no: '11', outs: OUTS, is_dynamic_fee: '0' });
    const channel = world.cold.channels[0];
    expect(form.c_id).to.equal(String(channel.id));
    const expected = sendAuthority(
      protocolCrypto(() => new Uint8Array(0)),
      channelKey(
        protocolCrypto(() => new Uint8Array(0)),
        channel,
        'request',
        32,
      ),
      { network: 'regtest', account: 0, channelId: channel.id, userTxNo: '11', maxFeeSats: 200_000 },
      sendContent(
        protocolCrypto(() => new Uint8Array(0)),
        OUTS,
        0,
      ),
    );
    expect(form.vc_code).to.equal('2:' + Buffer.from(expected).toString('base64url'));
    expect(world.site.reports).to.deep.equal([]);
    confirm();
    await world.pass(10);
    expect(world.site.reports).to.deep.equal([{ vtest_id: '11', tx_hash: HASH }]);
    expect(world.adminTexts()).to.deep.equal([]);
    expect(await loop()).to.include({ running: true, state: 'idle', vtestId: null });
  });

  it('reports a failed request without a hash', async () => {
    await give();
    await start();
    await world.pass(10);
    confirm('11', null, 9);
    await world.pass(10);
    expect(world.site.reports).to.deep.equal([{ vtest_id: '11' }]);
  });

  it('404 right after the POST is no failure: polls on, posts the same again, reports the payment', async () => {
    await give();
    await start();
    for (let i = 0; i < 7; i++)
      world.api.script.push({ match: 'GET /tx/11', answer: { status: 404, body: { code: 4, message: 'none' } } });
    await world.pass(60);
    expect(world.site.reports).to.deep.equal([]);
    expect(requests().length).to.be.greaterThan(1);
    expect(new Set(requests().map((form) => JSON.stringify(form))).size).to.equal(1);
    confirm();
    await world.pass(10);
    expect(world.site.reports).to.deep.equal([{ vtest_id: '11', tx_hash: HASH }]);
  });

  it('code 3 with the same content goes on; with another content it stops', async () => {
    await give();
    world.api.script.push({ match: 'POST /tx/request', answer: { status: 400, body: { code: 3, message: 'there' } } });
    world.api.requests.set('11', {
      form: { user_tx_no: '11', outs: PAYEE + ',20000', is_dynamic_fee: '0', c_id: '7', vc_code: 'old' },
      status: 1,
      txHash: HASH,
    });
    await start();
    await world.pass(10);
    expect((await loop()).stoppedBecause).to.equal('contradiction');
    expect(world.site.reports).to.deep.equal([]);
  });

  it('answers that are not plainly final are polled on', async () => {
    await give();
    await start();
    await world.pass(7);
    const body = (status: unknown, hash: unknown = null) => ({
      tx_hash: hash,
      send_request: { user_tx_no: '11', outs: OUTS, is_dynamic_fee: 0 },
      hot_wallet_tx_status: status,
    });
    const answers: unknown[] = [
      body(1),
      body(1, ''),
      body(1, 'XY'),
      body(5, HASH),
      body(null),
      {},
      null,
      [],
      { hot_wallet_tx_status: 9 },
    ];
    for (const answer of answers) world.api.script.push({ match: 'GET /tx/11', answer: { status: 200, body: answer } });
    for (const status of [401, 403, 500, 503])
      world.api.script.push({ match: 'GET /tx/11', answer: { status, body: {} } });
    world.api.script.push({ match: 'GET /tx/11', answer: { status: 200, raw: 'not json' } });
    await world.pass(90);
    expect(world.api.script).to.have.length(0);
    expect([world.site.reports, (await loop()).running]).to.deep.equal([[], true]);
    confirm();
    await world.pass(10);
    expect(world.site.reports).to.have.length(1);
  });

  it('failed with a hash, or about another request: stops, reports nothing', async () => {
    for (const lie of [
      { tx_hash: HASH, send_request: { user_tx_no: '11', outs: OUTS, is_dynamic_fee: 0 }, hot_wallet_tx_status: 9 },
      { tx_hash: HASH, send_request: { user_tx_no: '10', outs: OUTS, is_dynamic_fee: 0 }, hot_wallet_tx_status: 1 },
      {
        tx_hash: HASH,
        send_request: { user_tx_no: '11', outs: PAYEE + ',1', is_dynamic_fee: 0 },
        hot_wallet_tx_status: 1,
      },
    ]) {
      await give();
      world.api.script.push({ match: 'GET /tx/11', answer: { status: 200, body: lie } });
      await start();
      await world.pass(20);
      expect((await loop()).stoppedBecause).to.equal('contradiction');
    }
    expect(world.site.reports).to.deep.equal([]);
  });

  it('a hash whose transaction does not pay what was asked stops the loop', async () => {
    await give();
    await start();
    await world.pass(7);
    confirm();
    world.api.details.set(HASH, {
      ...DETAIL,
      outputs: [
        { address: PAYEE, value: 20000 },
        { address: addressOf('thief'), value: 30000 },
      ],
    });
    await world.pass(10);
    expect((await loop()).stoppedBecause).to.equal('wrong-payment');
    expect([world.site.reports, world.adminTexts().length]).to.deep.equal([[], 1]);
  });

  it('the same output asked twice must be paid twice', async () => {
    await give(11, PAYEE + ',20000;' + PAYEE + ',20000');
    await start();
    await world.pass(7);
    confirm();
    world.api.details.set(HASH, { outputs: [{ address: PAYEE, value: 20000 }], inputs: [] });
    await world.pass(10);
    expect((await loop()).stoppedBecause).to.equal('wrong-payment');
  });

  it('refused posts are repeated unchanged, the admin hears of it once', async () => {
    await give();
    for (let i = 0; i < 30; i++)
      world.api.script.push({
        match: 'POST /tx/request',
        answer: { status: i % 2 ? 500 : 200, body: { result: false } },
      });
    await start();
    await world.pass(240);
    expect(new Set(requests().map((form) => JSON.stringify(form))).size).to.equal(1);
    expect(world.adminTexts()).to.deep.equal(['post tx to ChainCloud is error']);
  });

  it('keeps reporting until the website takes it, and again when the website lost it', async () => {
    await give();
    await start();
    await world.pass(7);
    const item = world.site.vtest;
    world.site.accepts = false;
    confirm();
    await world.pass(30);
    expect(world.site.reports.length).to.be.greaterThan(2);
    world.site.accepts = true;
    await world.pass(7);
    const count = world.site.reports.length;
    world.site.vtest = item;
    await world.pass(10);
    expect(world.site.reports.length).to.equal(count + 1);
    expect(new Set(world.site.reports.map((form) => JSON.stringify(form)))).to.deep.equal(
      new Set([JSON.stringify({ vtest_id: '11', tx_hash: HASH })]),
    );
    expect(requests()).to.have.length(1);
  });

  it('restarted at every single call, it posts one authority and reports once', async () => {
    await give();
    await start();
    for (let i = 0; i < 40; i++) {
      if (i === 12) confirm();
      await world.restart();
      await world.runtime.runFor(1500 + 977 * (i % 9));
    }
    expect(new Set(requests().map((form) => JSON.stringify(form))).size).to.equal(1);
    expect(world.site.reports).to.deep.equal([{ vtest_id: '11', tx_hash: HASH }]);
    expect(world.api.requests.size).to.equal(1);
  });

  it('an answer lost after the POST: the same request again, code 3, one payment', async () => {
    await give();
    await start();
    world.api.script.push({ match: 'POST /tx/request', answer: { status: 502, raw: '' } });
    await world.pass(2);
    const [form] = requests();
    world.api.requests.set('11', { form, status: 0, txHash: null });
    await world.restart();
    await world.pass(10);
    confirm();
    await world.pass(10);
    expect(world.site.reports).to.deep.equal([{ vtest_id: '11', tx_hash: HASH }]);
    expect(world.api.requests.size).to.equal(1);
  });

  it('a new channel before the API has the request: asks first, then makes an authority under it', async () => {
    await give();
    for (let i = 0; i < 3; i++) world.api.script.push({ match: 'POST /tx/request', answer: { status: 500, body: {} } });
    await start();
    await world.pass(10);
    await world.open();
    world.api.script.length = 0;
    await world.pass(20);
    const last = requests().pop()!;
    expect(last.c_id).to.equal(String(world.cold.channels[1].id));
    expect(world.api.calls.indexOf('GET /tx/11')).to.be.lessThan(world.api.calls.lastIndexOf('POST /tx/request'));
    expect(world.api.requests.size).to.equal(1);
  });
});
