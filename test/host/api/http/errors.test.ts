// Every refused call answers {"code": int, "message": text} with the published status, changes nothing and tells
// nothing that it should not. Spec: docs/http-api.md "Errors"; docs/threat-model.md I9.

import { request } from 'node:http';
import { expect } from 'chai';
import { ADMIN_TOKEN, GATEWAY_TOKEN, startPlatform, testKeys, VC2, type Platform } from '../fixture';

const SHOP = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

describe('host/api errors', () => {
  let platform: Platform;
  before(async () => {
    platform = await startPlatform({ api: { rateLimit: { burst: 100_000, perSecond: 1000 } } });
    await platform.deposit(1, 0, 10_000_000);
  });
  after(() => platform.close());

  const expectError = (
    answer: { status: number; body: { code?: unknown; message?: unknown } },
    status: number,
    code: number,
    what = '',
  ): void => {
    expect(answer.status, what).to.equal(status);
    expect(Object.keys(answer.body), what).to.deep.equal(['code', 'message']);
    expect(answer.body.code, what).to.equal(code);
    expect(answer.body.message, what).to.be.a('string').and.not.equal('');
  };

  it('401: no token, an unknown one, one with rubbish, a token of the other side', async () => {
    for (const token of ['', 'x', "' OR 1=1 --", 'a'.repeat(10_000)])
      expectError(await platform.get('/user', token), 401, 1, token.slice(0, 20));
    expectError(await platform.post('/tx/request', {}, platform.tokens.cold), 401, 8);
    expectError(await platform.post('/sweep/prepare', {}, platform.tokens.hot), 401, 8);
    for (const path of ['/admin/accounts', '/gateway/next']) {
      for (const token of ['', platform.tokens.hot, path === '/gateway/next' ? ADMIN_TOKEN : GATEWAY_TOKEN])
        expectError(await platform.json(path, {}, token), 401, 1);
    }
  });

  it('404: unknown calls, coins, numbers, hashes, addresses', async () => {
    for (const path of [
      '/nothing',
      '/EOS/user',
      '/tx/never-sent',
      '/tx/detail/' + '0'.repeat(64),
      `/address/${SHOP}/tx`,
      '/tx?tx_hash=' + '1'.repeat(64),
      '/tx/%00',
      '/tx/%22',
      '/address/history/0?since_address=x',
      '/user/../../admin',
    ]) {
      const answer = await platform.get(path);
      expect(answer.status, path).to.equal(404);
      expect(answer.body.code, path).to.be.oneOf([6, 10]);
    }
    expectError(await platform.get('/tx/' + 'x'.repeat(200)), 404, 6);
  });

  it('400: parameters out of their bounds', async () => {
    for (const path of [
      '/address/batch/-1',
      '/address/batch/2147483',
      '/address/batch/1e3',
      '/address/batch/0x1',
      '/address/batch/a',
      '/address/batch/99999999999999999999',
      '/address/history/2',
      '/tx?order=up',
      '/tx?order=asc&order=desc',
      '/tx/detail/xyz',
      '/tx?tx_hash=12',
      '/report/statement?from=yesterday',
      '/report/statement?format=xml',
    ]) {
      expectError(await platform.get(path), 400, 2, path);
    }
  });

  it('400: a send request that is not strictly well formed, each field in turn', async () => {
    const good = {
      coin_code: 'BTC',
      user_tx_no: 'n1',
      outs: `${SHOP},20000`,
      vc_code: VC2,
      is_dynamic_fee: '1',
      c_id: '1',
    };
    const bad: Record<string, (string | undefined)[]> = {
      coin_code: ['EOS', 'btc', ''],
      user_tx_no: [undefined, '', 'a"b', 'a\\b', 'a\nb', 'ä', 'x'.repeat(65)],
      outs: [
        undefined,
        '',
        ';',
        `${SHOP},20000;`,
        `;${SHOP},20000`,
        `${SHOP}`,
        `${SHOP},`,
        `${SHOP},+20000`,
        `${SHOP},020000`,
        `${SHOP},2e4`,
        `${SHOP},20000.0`,
        `${SHOP},-20000`,
        `${SHOP}, 20000`,
        ` ${SHOP},20000`,
        `${SHOP},２００００`,
        `${SHOP},20000,1`,
        `${SHOP.slice(0, -1)}x,20000`,
        'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4,20000',
        `${SHOP},2100000000000001`,
        Array(101).fill(`${SHOP},20000`).join(';'),
        'x'.repeat(9000),
        'ping',
        'PING;',
      ],
      vc_code: [
        undefined,
        '',
        '2:',
        VC2 + '=',
        VC2.slice(0, -1),
        VC2.slice(0, -1) + '_',
        '3:' + VC2.slice(2),
        'A'.repeat(88),
        'Hw' + 'A'.repeat(85) + '= ',
        'Hw' + 'A'.repeat(84) + 'B=',
      ],
      is_dynamic_fee: ['2', '-1', 'true', '', '01'],
      c_id: [undefined, '', '-1', '4294967296', '1.0', 'x'],
      only_confirmed: ['2', 'x'],
      out_type: ['8', '-1'],
      memo: ['', 'x'],
    };
    for (const [name, values] of Object.entries(bad)) {
      for (const value of values) {
        const form = { ...good, [name]: value } as Record<string, string>;
        if (value === undefined) delete form[name];
        expectError(await platform.post('/tx/request', form), 400, 2, `${name}=${String(value).slice(0, 40)}`);
      }
    }
    for (const sats of ['0', '1', '9999'])
      expectError(await platform.post('/tx/request', { ...good, outs: `${SHOP},${sats}` }), 400, 11);
    expect(await platform.nextJob()).to.equal(null);
    expectError(await platform.get('/tx/n1'), 404, 6);
  });

  it('400: bodies that are not one plain form', async () => {
    const twice =
      new URLSearchParams({ user_tx_no: '1', outs: `${SHOP},20000`, vc_code: VC2, c_id: '1' }).toString() +
      `&outs=${SHOP},30000`;
    expectError(await platform.post('/tx/request', twice), 400, 2);
    expectError(await platform.post('/tx/request', '__proto__=1&constructor=2'), 400, 2);
    expectError(await platform.post('/tx/request', 'a=1&'.repeat(100)), 400, 2);
    const json = await fetch(platform.api.url + '/api/v1/open/tx/request', {
      method: 'POST',
      headers: { token: platform.tokens.hot, 'content-type': 'application/json' },
      body: '{"outs":',
    });
    expectError({ status: json.status, body: (await json.json()) as object }, 400, 2);
    for (const body of [
      '[]',
      '"x"',
      '{"outs":["a"]}',
      '{"outs":{"length":5}}',
      '{"user_tx_no":true}',
      '{"c_id":1.5}',
    ]) {
      const answer = await fetch(platform.api.url + '/api/v1/open/tx/request', {
        method: 'POST',
        headers: { token: platform.tokens.hot, 'content-type': 'application/json' },
        body,
      });
      expectError({ status: answer.status, body: (await answer.json()) as object }, 400, 2, body);
    }
    const huge = await platform.post('/tx/request', 'x=' + 'y'.repeat(9_000_000));
    expect(huge.status).to.equal(413);
    expect(huge.body).to.include({ code: 2 });
  });

  it('a request cut in the middle leaves the server up', async () => {
    await new Promise<void>((resolve) => {
      const call = request(platform.api.url + '/api/v1/open/tx/request', {
        method: 'POST',
        headers: {
          token: platform.tokens.hot,
          'content-length': 100,
          'content-type': 'application/x-www-form-urlencoded',
        },
      });
      call.on('error', () => resolve());
      call.write('user_tx_no=1');
      setTimeout(() => call.destroy(), 20);
    });
    expect((await platform.get('/time')).status).to.equal(200);
  });

  it('400: an account file that the API must not rely on', async () => {
    const good = testKeys(5).file;
    const other = testKeys(6).file;
    const bad: object[] = [
      {},
      { ...good, network: 'main' },
      { ...good, account: -1 },
      { ...good, account: 6 },
      { ...good, script: 'p2tr' },
      { ...good, identity: '02' + '00'.repeat(32) },
      { ...good, fingerprint: 'zz' },
      { ...good, cold: good.hot, hot: good.cold },
      { ...good, hot: other.hot },
      { ...good, cold: undefined },
      { ...good, cold: { xpub: 'xpub' } },
      { ...good, cold: { xpub: testKeys(5).side(2).privateExtendedKey } },
      { ...testKeys(0, 'p2wpkh', 3).file },
      { ...testKeys(0).file },
    ];
    for (const file of bad)
      expectError(
        await platform.json('/admin/accounts', { file }, ADMIN_TOKEN),
        400,
        2,
        JSON.stringify(file).slice(0, 60),
      );
    expectError(await platform.json('/admin/accounts', { file: good, birth_height: 1e9 }, ADMIN_TOKEN), 400, 2);
    const secret = testKeys(5).side(2).privateExtendedKey;
    expect(
      JSON.stringify(
        (await platform.json('/admin/accounts', { file: { ...good, cold: { xpub: secret } } }, ADMIN_TOKEN)).body,
      ),
    ).to.not.contain(secret);
  });

  it('rotates tokens: the old ones are worth nothing', async () => {
    const old = { ...platform.tokens };
    const { body } = await platform.json(
      '/admin/accounts',
      { file: platform.keys.file, rotate_tokens: true },
      ADMIN_TOKEN,
    );
    platform.tokens.cold = body.tokens.cold_receiving;
    platform.tokens.hot = body.tokens.hot_sending;
    expectError(await platform.get('/user', old.hot), 401, 1);
    expect((await platform.get('/user')).status).to.equal(200);
  });

  it('400/404: gateway answers that are none', async () => {
    for (const body of [
      {},
      { ok: true, signatures: 'x' },
      { ok: true, signatures: [1] },
      { ok: false },
      { ok: false, refusal: { code: 'x', tag: '' } },
      { ok: false, failure: {} },
      [],
    ]) {
      expectError(await platform.json('/gateway/jobs/1/result', body, GATEWAY_TOKEN), 400, 2, JSON.stringify(body));
    }
    expectError(await platform.json('/gateway/jobs/999/result', { ok: true }, GATEWAY_TOKEN), 404, 6);
    expectError(await platform.json('/gateway/jobs/x/result', { ok: true }, GATEWAY_TOKEN), 404, 6);
  });
});

describe('host/api limits and outages', () => {
  it('429 after the burst, again free with time; guesses at tokens do not block the owner', async () => {
    const platform = await startPlatform({ api: { rateLimit: { burst: 10, perSecond: 1 } } });
    try {
      for (let i = 0; i < 20; i++) await platform.get('/time', 'guess-' + i);
      expect((await platform.get('/time', 'guess')).status).to.equal(429);
      for (let i = 0; i < 10; i++) expect((await platform.get('/time')).status).to.equal(200);
      expect(await platform.get('/time')).to.deep.include({
        status: 429,
        body: { code: 7, message: 'too many calls, wait a little' },
      });
      expect((await platform.get('/time', platform.tokens.cold)).status).to.equal(200);
      await platform.runtime.advance(3000);
      expect((await platform.get('/time')).status).to.equal(200);
    } finally {
      await platform.close();
    }
  });

  it('a node of another network: the API does not start', async () => {
    const platform = await startPlatform();
    const error = await platform.restart({ network: 'test' }).catch((thrown: { code: string }) => thrown);
    expect(error?.code).to.equal('wrong-chain');
    await platform.restart();
    await platform.close();
  });

  it('a node that does not answer leaves accepted requests as they are', async () => {
    const platform = await startPlatform();
    await platform.deposit(1, 0, 100_000);
    await platform.send('1', `${SHOP},20000`);
    await platform.node.close();
    await platform.runtime.advance(20_000);
    expect((await platform.get('/tx/1')).body).to.include({ hot_wallet_tx_status: 0, tx_hash: null });
    expect((await platform.send('2', `${SHOP},20000`)).status).to.equal(200);
    expect((await platform.json('/admin/accounts', { file: testKeys(1).file }, ADMIN_TOKEN)).status).to.equal(503);
    await platform.close();
  });
});
