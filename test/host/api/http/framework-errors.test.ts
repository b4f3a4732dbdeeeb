// What the framework and Node's parser refuse has the published form and a code of the one list. Spec:
// docs/http-api.md "Errors".

import { connect } from 'node:net';
import { expect } from 'chai';
import { createServer } from '../../../../host/api/http/server';
import { API_ERRORS } from '../../../../host/api/http/errors';
import { ADMIN_TOKEN, startPlatform, type Platform } from '../fixture';

interface RawAnswer {
  status: number;
  head: string;
  body: { code: number; message: string };
}

/** Sends bytes as they are and reads until the server closes. */
function raw(url: string, bytes: string): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.on('data', (part) => void (text += part.toString()));
    socket.on('error', reject);
    socket.on('close', () => {
      const [head, body] = text.split('\r\n\r\n');
      resolve({ status: Number(head.slice(9, 12)), head, body: JSON.parse(body) as RawAnswer['body'] });
    });
  });
}

function expectForm({ status, body }: Pick<RawAnswer, 'status' | 'body'>, name: keyof typeof API_ERRORS): void {
  expect([status, body.code], JSON.stringify(body)).to.deep.equal([API_ERRORS[name].status, API_ERRORS[name].number]);
  expect(Object.keys(body)).to.deep.equal(['code', 'message']);
  expect(body.message).to.be.a('string').and.not.equal('');
}

describe('host/api/http errors of the framework', () => {
  let platform: Platform;
  before(async () => {
    platform = await startPlatform();
  });
  after(() => platform.close());

  const call = async (
    path: string,
    init: RequestInit,
  ): Promise<{ status: number; body: RawAnswer['body']; headers: Headers }> => {
    const answer = await fetch(platform.api.url + path, init);
    return { status: answer.status, body: (await answer.json()) as RawAnswer['body'], headers: answer.headers };
  };

  it('404 for paths that no call has, 405 with `allow` for methods that a path does not take', async () => {
    for (const path of ['/', '/nothing', '/api/v1/open', '/api/v1/open/address/batch', '/api/v2/open/user'])
      expectForm(await call(path, {}), 'not-found');
    for (const [method, path, allow] of [
      ['POST', '/api/v1/open/user', 'GET, HEAD'],
      ['DELETE', '/api/v1/open/BTC/tx/request', 'GET, HEAD, POST'],
      ['PUT', '/api/v1/gateway/next', 'POST'],
      ['PATCH', '/api/v1/admin/accounts/', 'GET, HEAD, POST'],
      ['OPTIONS', '/api/v1/open/time', 'GET, HEAD'],
    ]) {
      const answer = await call(path, { method, headers: { token: platform.tokens.hot } });
      expectForm(answer, 'bad-method');
      expect(answer.headers.get('allow')!.split(', ').sort().join(', '), path).to.equal(allow);
    }
    // A user_tx_no may be the name of another call.
    expectForm(await call('/api/v1/open/tx/request', { headers: { token: platform.tokens.hot } }), 'not-found');
  });

  it('413, 415, malformed JSON, paths that cannot be read', async () => {
    const token = ADMIN_TOKEN;
    const json = { token, 'content-type': 'application/json' };
    const huge = JSON.stringify({ name: 'x'.repeat(2_000_000) });
    expectForm(await call('/api/v1/admin/accounts', { method: 'POST', headers: json, body: huge }), 'too-large');
    for (const type of ['text/plain', 'application/xml', 'multipart/form-data; boundary=x', 'nonsense'])
      expectForm(
        await call('/api/v1/admin/accounts', { method: 'POST', headers: { token, 'content-type': type }, body: '{}' }),
        'bad-media-type',
      );
    for (const body of ['{', '', 'null', '{"__proto__":{"a":1}}', '\u0000'])
      expectForm(await call('/api/v1/admin/accounts', { method: 'POST', headers: json, body }), 'bad-parameter');
    const headers = { token: platform.tokens.hot };
    expectForm(await call('/api/v1/open/tx/%zz', { headers }), 'bad-parameter');
    expectForm(await call('/api/v1/open/tx/' + 'x'.repeat(400), { headers }), 'not-found');
  });

  it('bytes that are no HTTP, heads that are too large', async () => {
    expectForm(await raw(platform.api.url, 'hello\r\n\r\n'), 'bad-parameter');
    expectForm(await raw(platform.api.url, 'GET / HTTP/9.9\r\n\r\n'), 'bad-parameter');
    expectForm(
      await raw(platform.api.url, 'POST /api/v1/open/tx/request HTTP/1.1\r\nhost: a\r\ncontent-length: x\r\n\r\n'),
      'bad-parameter',
    );
    expectForm(
      await raw(platform.api.url, `GET / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`),
      'large-head',
    );
  });

  it('408 for a request that does not arrive', async () => {
    const server = createServer({
      idPrefix: 'test',
      requestLimitMs: 100,
      checkRequestsMs: 20,
      onFault: () => undefined,
    });
    server.post('/x', async () => 'done');
    const url = await server.listen({ port: 0, host: '127.0.0.1' });
    for (const begun of [
      'POST /x HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n[1,',
      'GET / HT',
    ])
      expectForm(await raw(url, begun), 'slow-request');
    await server.close();
  });

  it('every answer has a request id: the one that the caller gave, or a new one', async () => {
    const given = await fetch(platform.api.url + '/nothing', { headers: { 'x-request-id': 'order-17.b' } });
    expect(given.headers.get('x-request-id')).to.equal('order-17.b');
    const ids = new Set<string | null>();
    for (const id of [undefined, 'with space', 'x'.repeat(65), '']) {
      const answer = await fetch(platform.api.url + '/nothing', {
        headers: id === undefined ? {} : { 'x-request-id': id },
      });
      ids.add(answer.headers.get('x-request-id'));
    }
    expect(ids.size).to.equal(4);
    for (const id of ids) expect(id).to.match(/^[A-Za-z0-9._-]{5,30}$/);
  });

  it('retry-after where a later call may succeed: too many calls, a node that is away', async () => {
    await platform.restart({ rateLimit: { burst: 3, perSecond: 0.5 } });
    const headers = { token: platform.tokens.hot };
    for (let i = 0; i < 3; i++) await call('/api/v1/open/time', { headers });
    const limited = await call('/api/v1/open/time', { headers });
    expectForm(limited, 'rate-limit');
    expect(limited.headers.get('retry-after')).to.equal('2');
    expect((await call('/api/v1/open/address/batch/0', { headers })).headers.get('retry-after')).to.equal('6');
    await platform.restart({ rpc: { ...platform.node.rpc, url: 'http://127.0.0.1:1' } });
    const away = await call('/api/v1/admin/accounts', {
      method: 'POST',
      headers: { token: ADMIN_TOKEN, 'content-type': 'application/json' },
      body: JSON.stringify({ file: platform.keys.file, rotate_tokens: true }),
    });
    expectForm(away, 'chain-unreachable');
    expect(away.headers.get('retry-after')).to.equal('5');
  });
});
