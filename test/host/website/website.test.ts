// Holds host/website to docs/http-api.md "The website's side, polled by V" and to what a shop needs: verified addresses
// only, one booking per key.

import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '@noble/hashes/sha256';
import { secp256k1 } from '@noble/curves/secp256k1';
import type { LogEvent } from '../../../host/kit/log';
import { realRuntime, type Runtime } from '../../../host/kit/runtime';
import { createVirtualRuntime } from '../../../host/sim/clock/virtual-runtime';
import { batchDigest } from '../../../host/bitcoin/batch';
import { decryptBoundInfo, httpClient } from '../../../host/v1';
import { startWebsite, type Website, type WebsiteOptions } from '../../../host/website';
import { addressOf, fakeBatch, startFakeApi, type FakeApi } from '../vdevice/fake-api';

const IDENTITY = sha256('hsm-cold identity');
const PAYEE = addressOf('payee');

describe('host/website', () => {
  let folder: string;
  let api: FakeApi;
  let site: Website;
  let v: ReturnType<typeof httpClient>;

  const start = (runtime: Runtime = realRuntime(), changes: Partial<WebsiteOptions> = {}) =>
    startWebsite({
      runtime,
      file: join(folder, 'site.db'),
      token: 'v-token',
      password: '20160721',
      apiUrl: api.url,
      adminToken: 'admin',
      apiTokens: { cold: 'cold-token', hot: 'hot-token' },
      attestation: {
        identity: Buffer.from(secp256k1.getPublicKey(IDENTITY)).toString('hex'),
        network: 'regtest',
        account: 0,
      },
      ...changes,
    });
  const shop = async (method: string, path: string, body?: object, headers: object = {}) => {
    const response = await fetch(site.url + path, {
      method,
      body: body && JSON.stringify(body),
      headers: { token: 'admin', ...(body && { 'content-type': 'application/json' }), ...headers },
    });
    return { status: response.status, body: (await response.json()) as any };
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'website-'));
    api = await startFakeApi({ cold: 'cold-token', hot: 'hot-token' });
    site = await start();
    v = httpClient(site.url, 'v-token');
  });
  afterEach(async () => {
    v.close();
    await site.close();
    await api.close();
    rmSync(folder, { recursive: true });
  });

  it('answers null when idle, never {}', async () => {
    for (const path of ['vtest', 'batch']) {
      const response = await fetch(site.url + '/api/v1/open/' + path, { headers: { Token: 'v-token' } });
      expect(response.status).to.equal(200);
      expect(await response.text()).to.equal('null');
    }
  });

  it('gives V the oldest withdrawal, the same until it is reported, then the next', async () => {
    const startMs = Date.now();
    for (const key of ['a', 'b'])
      await shop('POST', '/shop/withdrawals', {
        outs: [{ address: PAYEE, sats: 20000 }],
        dynamic: 0,
        idempotency_key: key,
      });
    const first: any = (await v.get('/api/v1/open/vtest')).body;
    expect(first.vtest_id).to.be.within(startMs, Date.now());
    expect(first).to.have.all.keys('vtest_info', 'vtest_at', 'vtest_id');
    expect(first.vtest_at).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    expect(await decryptBoundInfo(first.vtest_info, String(first.vtest_id), '20160721')).to.deep.include({
      outs: PAYEE + ',20000',
      dynamic: 0,
      sealed: true,
    });
    expect((await v.get('/api/v1/open/vtest')).body).to.deep.equal(first);
    const hash = 'ab'.repeat(32);
    for (let i = 0; i < 2; i++)
      expect((await v.postForm('/api/v1/open/vtest', { vtest_id: first.vtest_id, tx_hash: hash })).body).to.deep.equal({
        result: true,
      });
    expect((await v.postForm('/api/v1/open/vtest', { vtest_id: first.vtest_id })).body).to.deep.equal({
      result: false,
    });
    const second: any = (await v.get('/api/v1/open/vtest')).body;
    expect(second.vtest_id).to.be.greaterThan(first.vtest_id);
    expect((await v.get('/api/v1/open/vtest?after=' + first.vtest_id)).body).to.deep.equal(second);
    expect((await v.get('/api/v1/open/vtest?after=' + second.vtest_id)).body).to.equal(null);
    await v.postForm('/api/v1/open/vtest', { vtest_id: second.vtest_id });
    expect((await v.get('/api/v1/open/vtest')).body).to.equal(null);
    const list = (await shop('GET', '/shop/withdrawals')).body;
    expect(list.map((row: any) => [row.status, row.tx_hash])).to.deep.equal([
      ['failed', null],
      ['sent', hash],
    ]);
  });

  it('books one withdrawal per idempotency key, over a restart too', async () => {
    const body = { outs: [{ address: PAYEE, sats: 20000 }] };
    const first = await shop('POST', '/shop/withdrawals', body, { 'idempotency-key': 'order-1' });
    await site.close();
    site = await start();
    const again = await shop('POST', '/shop/withdrawals', body, { 'idempotency-key': 'order-1' });
    expect([again.status, again.body]).to.deep.equal([201, first.body]);
    const other = await shop(
      'POST',
      '/shop/withdrawals',
      { outs: [{ address: PAYEE, sats: 20001 }] },
      { 'idempotency-key': 'order-1' },
    );
    expect([other.status, other.body.code]).to.deep.equal([409, 'idempotency-conflict']);
    expect((await shop('GET', '/shop/withdrawals')).body).to.have.length(1);
  });

  it('refuses withdrawals that nobody could pay, each with a code', async () => {
    const good = { address: PAYEE, sats: 20000 };
    const bad = [
      [],
      [{ ...good, sats: 9999 }],
      [{ ...good, sats: 1.5 }],
      [{ ...good, sats: '20000' }],
      [{ address: '1NbbvxBYxGGCBhaM8mow1HFWA7dB5yukmY', sats: 20000 }],
      [{ address: 'x;y', sats: 20000 }],
      5,
      [null],
    ];
    for (const outs of bad) {
      const answer = await shop('POST', '/shop/withdrawals', { outs, idempotency_key: 'k' });
      expect([answer.status, answer.body.code], JSON.stringify(outs)).to.deep.equal([400, 'bad-parameter']);
    }
    expect((await shop('POST', '/shop/withdrawals', { outs: [good] })).status).to.equal(400);
  });

  it('gives payers verified cold addresses only, each once', async () => {
    expect((await shop('POST', '/shop/deposit-address', {})).body.code).to.equal('no-verified-address');
    await shop('POST', '/shop/batches', { side: 'cold', batch_no: 0 });
    expect((await shop('POST', '/shop/deposit-address', {})).status).to.equal(409);
    const batch: any = (await v.get('/api/v1/open/batch')).body;
    expect([batch.batch_no, batch.address_type, batch.address_list.length]).to.deep.equal([0, 2, 1000]);
    expect(batch.address_list).to.deep.equal(fakeBatch('cold', 0));
    expect((await v.postForm('/api/v1/open/batch', { batch_no: 0, status: 2, type: 2 })).body).to.deep.equal({
      result: true,
    });
    const first = (await shop('POST', '/shop/deposit-address', { ref: 'order-1' })).body;
    expect(first.address).to.equal(fakeBatch('cold', 0)[0].address);
    expect((await shop('POST', '/shop/deposit-address', { ref: 'order-1' })).body).to.deep.equal(first);
    expect((await shop('POST', '/shop/deposit-address', {})).body.index).to.equal(1);
    expect((await shop('POST', '/shop/deposit-address', { side: 'hot' })).status).to.equal(409);
    expect((await v.get('/api/v1/open/batch')).body).to.equal(null);
  });

  it('a failed batch is never given out and may be pulled again; a verified or waiting one may not', async () => {
    await shop('POST', '/shop/batches', { side: 'cold', batch_no: 0 });
    expect((await shop('POST', '/shop/batches', { side: 'cold', batch_no: 0 })).body.code).to.equal('batch-known');
    await v.postForm('/api/v1/open/batch', { batch_no: 0, status: 3, type: 2 });
    expect((await shop('POST', '/shop/deposit-address', {})).status).to.equal(409);
    expect((await v.postForm('/api/v1/open/batch', { batch_no: 0, status: 2, type: 2 })).body).to.deep.equal({
      result: false,
    });
    expect((await shop('POST', '/shop/batches', { side: 'cold', batch_no: 0 })).status).to.equal(200);
    const digest = Buffer.from(
      batchDigest({ network: 'regtest', account: 0, side: 2, batchNo: 0 }, fakeBatch('cold', 0)),
    ).toString('hex');
    expect(
      (await v.postForm('/api/v1/open/batch', { batch_no: 0, status: 2, type: 2, digest: '00'.repeat(32) })).body,
    ).to.deep.equal({ result: false });
    expect((await v.postForm('/api/v1/open/batch', { batch_no: 0, status: 2, type: 2, digest })).body).to.deep.equal({
      result: true,
    });
    expect((await shop('POST', '/shop/batches', { side: 'cold', batch_no: 0 })).body.code).to.equal('batch-known');
  });

  it('checks the attestation itself: good, none, bad; a bad one outweighs a verified mark', async () => {
    const attest = (side: number) => {
      const digest = batchDigest(
        { network: 'regtest', account: 0, side, batchNo: 0 },
        fakeBatch(side === 2 ? 'cold' : 'hot', 0),
      );
      return secp256k1
        .sign(sha256(sha256(Buffer.concat([Buffer.from('chaincloud attestation v2\n'), digest]))), IDENTITY)
        .toCompactHex();
    };
    api.attestations.set('cold0', attest(1));
    api.attestations.set('hot0', attest(1));
    expect((await shop('POST', '/shop/batches', { side: 'hot', batch_no: 0 })).body.attestation).to.equal('good');
    expect((await shop('POST', '/shop/batches', { side: 'cold', batch_no: 0 })).body.attestation).to.equal('bad');
    expect((await shop('POST', '/shop/batches', { side: 'cold', batch_no: 1 })).body.attestation).to.equal('none');
    await v.postForm('/api/v1/open/batch', { batch_no: 0, status: 2, type: 2 });
    expect((await shop('POST', '/shop/deposit-address', {})).status).to.equal(409);
  });

  it('asks again for an attestation that HSM-Cold had not made yet', async () => {
    await site.close();
    const runtime = createVirtualRuntime({ seed: 'w', startMs: Date.UTC(2026, 0, 5), pace: 'fast' });
    site = await start(runtime);
    await shop('POST', '/shop/batches', { side: 'cold', batch_no: 0 });
    const digest = batchDigest({ network: 'regtest', account: 0, side: 2, batchNo: 0 }, fakeBatch('cold', 0));
    api.attestations.set(
      'cold0',
      secp256k1
        .sign(sha256(sha256(Buffer.concat([Buffer.from('chaincloud attestation v2\n'), digest]))), IDENTITY)
        .toCompactHex(),
    );
    expect((await shop('GET', '/shop/batches')).body[0].attestation).to.equal('none');
    await runtime.runFor(61000);
    expect((await shop('GET', '/shop/batches')).body[0].attestation).to.equal('good');
    const calls = api.calls.length;
    await runtime.runFor(86400000);
    expect(api.calls.length).to.equal(calls);
  });

  it('refuses batches of a wrong form', async () => {
    const list = fakeBatch('cold', 0);
    const forms = [
      list.slice(1),
      [...list.slice(0, 999), list[998]],
      list.map((item) => ({ ...item, index: item.index + 1 })),
      {},
      [...list.slice(1), { index: 0, address: '1NbbvxBYxGGCBhaM8mow1HFWA7dB5yukmY' }],
    ];
    for (const body of forms) {
      api.script.push({ match: 'GET /address/batch/0', answer: { status: 200, body } });
      expect((await shop('POST', '/shop/batches', { side: 'cold', batch_no: 0 })).body.code).to.be.oneOf([
        'batch-form',
        'batch-overlap',
      ]);
    }
    expect((await shop('GET', '/shop/batches')).body).to.deep.equal([]);
    const doubled = [...list.slice(0, 999), { index: 999, address: list[0].address }];
    api.script.push({ match: 'GET /address/batch/0', answer: { status: 200, body: doubled } });
    expect((await shop('POST', '/shop/batches', { side: 'cold', batch_no: 0 })).body.code).to.equal('batch-overlap');
  });

  it('shows deposits with confirmations and forgets one that a reorganisation took', async () => {
    await shop('POST', '/shop/batches', { side: 'cold', batch_no: 0 });
    await v.postForm('/api/v1/open/batch', { batch_no: 0, status: 2, type: 2 });
    const { address } = (await shop('POST', '/shop/deposit-address', {})).body;
    const tx = (confirmation: number) => [
      {
        tx_hash: 'cd'.repeat(32),
        confirmation,
        outputs: [
          { address, value: 70000 },
          { address: PAYEE, value: 1 },
        ],
      },
    ];
    api.deposits.set(address, tx(1));
    expect((await shop('GET', '/shop/deposits')).body).to.deep.equal([
      { address, tx_hash: 'cd'.repeat(32), sats: 70000, confirmations: 1, received: false },
    ]);
    api.deposits.set(address, tx(3));
    expect((await shop('GET', '/shop/deposits')).body[0].received).to.equal(true);
    api.deposits.set(address, []);
    expect((await shop('GET', '/shop/deposits')).body).to.deep.equal([]);
  });

  it('shuts out wrong tokens, and each token from the other side', async () => {
    for (const [path, token] of [
      ['/api/v1/open/vtest', 'admin'],
      ['/api/v1/open/batch', ''],
      ['/shop/withdrawals', 'v-token'],
      ['/shop/withdrawals', 'x'],
    ]) {
      expect((await fetch(site.url + path, { headers: { token } })).status, path).to.equal(401);
    }
    expect(await (await fetch(site.url + '/')).text())
      .to.include('Admin token')
      .and.not.include('Withdrawals');
  });

  it('shows one page, escaped, without script', async () => {
    await shop('POST', '/shop/withdrawals', { outs: [{ address: PAYEE, sats: 20000 }], idempotency_key: 'page' });
    await shop('POST', '/shop/batches', { side: 'cold', batch_no: 0 });
    await v.postForm('/api/v1/open/batch', { batch_no: 0, status: 2, type: 2 });
    await shop('POST', '/shop/deposit-address', { ref: '<script>alert(1)</script>' });
    const html = await (await fetch(site.url + '/', { headers: { token: 'admin' } })).text();
    expect(html).to.include(PAYEE).and.include('1.00000000 BTC').and.include('verified');
    expect(html).to.not.include('<script').and.not.include('20160721');
  });

  it('logs what V reports, and none of its tokens', async () => {
    const token = 'ab'.repeat(32);
    const events: LogEvent[] = [];
    await site.close();
    site = await start(realRuntime(), { token, onEvent: (event) => events.push(event) });
    const byToken = httpClient(site.url, token);
    const booking = { outs: [{ address: PAYEE, sats: 20000 }], idempotency_key: 'log' };
    const { vtest_id: id } = (await shop('POST', '/shop/withdrawals', booking)).body;
    await byToken.postForm('/api/v1/open/vtest', { vtest_id: id, tx_hash: token });
    byToken.close();
    expect(events.map(({ text, level, data }) => [level, text, data])).to.deep.equal([
      [undefined, `withdrawal ${id} booked, 1 outputs, encrypted for V`, { vtest_id: id, outs: 1 }],
      [undefined, `withdrawal ${id} paid by [secret]`, { vtest_id: id, tx_hash: '[secret]' }],
    ]);
  });

  it('names a busy port', async () => {
    const port = Number(new URL(site.url).port);
    const error = await startWebsite({
      runtime: realRuntime(),
      file: join(folder, 'b.db'),
      port,
      token: 't',
      password: 'p',
      apiUrl: api.url,
      adminToken: 'a',
      apiTokens: { cold: 'c', hot: 'h' },
    }).catch((reason) => reason);
    expect(error.code).to.equal('website-port');
    expect(error.message).to.include(String(port));
  });
});
