// Holds host/kit/http.ts against servers that misbehave. Its JSON-RPC face: test/host/bitcoin/rpc.test.ts.

import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { openHttp, type Http, type HttpError, type HttpOptions } from '../../../host/kit/http';

describe('host/kit/http', () => {
  let server: Server;
  let http: Http;

  async function against(listener: RequestListener, options: Partial<HttpOptions> = {}): Promise<Http> {
    server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/under/`;
    return (http = openHttp({ base, headers: { token: 'sesame' }, auth: () => 'u:sesame', ...options }));
  }
  afterEach(() => {
    http?.close();
    server?.closeAllConnections();
    server?.close();
  });
  const errorOf = (work: Promise<unknown>): Promise<HttpError> =>
    work.then(
      () => expect.fail('expected an error'),
      (error: HttpError) => error,
    );

  it('hands on a long body whole, with and without its length in the head', async () => {
    const body = Buffer.alloc(1_000_000, 'abcdefg');
    for (const hasLength of [true, false]) {
      const client = await against((_request, response) => {
        response.writeHead(200, hasLength ? { 'content-length': body.length } : {});
        response.write(body.subarray(0, 300_000));
        setTimeout(() => response.end(body.subarray(300_000)), 10);
      });
      expect((await client.request('GET', '/')).bytes.equals(body), String(hasLength)).to.equal(true);
    }
  });

  it('keeps the path of its base, sends headers and body, hands on any status', async () => {
    const client = await against((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const { token, 'content-type': type } = request.headers;
        response.writeHead(418).end([request.method, request.url, token, type, Buffer.concat(parts)].join(' '));
      });
    });
    const answer = await client.request('POST', '/x?y=1', { type: 'text/plain', text: 'é' });
    expect(answer).to.include({ status: 418, text: 'POST /under/x?y=1 sesame text/plain é' });
  });

  it('gives up on silence and on an answer that does not end', async () => {
    const silent = await errorOf((await against(() => undefined, { timeoutMs: 50 })).request('GET', '/'));
    expect([silent.code, silent.reason]).to.deep.equal(['http-network', 'timeout']);
    http.close();
    server.closeAllConnections();
    server.close();
    const endless = await errorOf(
      (await against((_request, response) => response.end('x'.repeat(2000)), { answerMaxBytes: 1000 })).request(
        'GET',
        '/',
      ),
    );
    expect([endless.code, endless.reason]).to.deep.equal(['http-network', 'too-large']);
  });

  it('gives up on one that waits for a connection, and on silence in the midst of an answer', async () => {
    const client = await against(() => undefined, { timeoutMs: 60, maxSockets: 1 });
    const sinceMs = performance.now();
    const errors = await Promise.all([1, 2, 3].map(() => errorOf(client.request('GET', '/'))));
    expect(errors.map(({ reason }) => reason)).to.deep.equal(['timeout', 'timeout', 'timeout']);
    expect(performance.now() - sinceMs).to.be.below(1000);
    http.close();
    server.closeAllConnections();
    server.close();
    const half = await against((_request, response) => void response.writeHead(200).write('x'), { timeoutMs: 60 });
    expect((await errorOf(half.request('GET', '/'))).reason).to.equal('timeout');
  });

  it('an answer that waits while this process is busy is taken', async () => {
    const client = await against((_request, response) => void setTimeout(() => response.end('late'), 5), {
      timeoutMs: 200,
    });
    const answer = client.request('GET', '/');
    const endMs = performance.now() + 900;
    while (performance.now() < endMs);
    expect(await answer).to.include({ text: 'late' });
  });

  it('names the system’s reason and no secret when nobody listens', async () => {
    http = openHttp({ base: 'http://127.0.0.1:1', headers: { token: 'sesame' }, auth: () => 'u:sesame' });
    const error = await errorOf(http.request('GET', '/'));
    expect(error.reason).to.equal('ECONNREFUSED');
    expect(error.message).to.not.contain('sesame');
  });

  it('a kept connection that the server closed is opened again', async () => {
    let calls = 0;
    const client = await against((request, response) => {
      response.end(String(++calls));
      if (calls === 1) setTimeout(() => request.socket.destroy(), 5);
    });
    await client.request('GET', '/');
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await client.request('GET', '/')).text).to.equal('2');
  });

  it('refuses what is neither http nor https', () => {
    expect(() => openHttp({ base: 'ftp://x' }))
      .to.throw()
      .with.property('code', 'http-url');
  });
});
