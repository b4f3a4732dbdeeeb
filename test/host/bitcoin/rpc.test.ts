// The JSON-RPC client against servers that misbehave. Spec: host/bitcoin/rpc.ts.

import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createRpc, rpcCodeOf, type Rpc } from '../../../host/bitcoin/rpc';

describe('host/bitcoin/rpc', () => {
  let server: Server | undefined;
  let rpc: Rpc;

  async function against(listener: RequestListener): Promise<Rpc> {
    server = createServer(listener);
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    rpc = createRpc({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      user: 'u',
      password: 'sesame',
      timeoutMs: 300,
    });
    return rpc;
  }
  afterEach(() => {
    rpc?.close();
    server?.closeAllConnections();
    server?.close();
  });

  async function refusalOf(work: Promise<unknown>): Promise<{ code: string; message: string }> {
    try {
      await work;
    } catch (error) {
      expect((error as Error).message).to.not.contain('sesame');
      return error as { code: string; message: string };
    }
    throw new Error('expected a refusal');
  }

  it('sends basic authentication and hands on the result', async () => {
    const client = await against((request, response) => {
      expect(request.headers.authorization).to.equal('Basic ' + Buffer.from('u:sesame').toString('base64'));
      response.end('{"result":[1,null],"error":null,"id":1}');
    });
    expect(await client.call('x', [1])).to.deep.equal([1, null]);
  });

  it('a node that hangs at what it knows is given up on in 5 seconds, at other calls later', async () => {
    server = createServer(() => undefined);
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    rpc = createRpc({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, user: 'u', password: 'p' });
    const sinceMs = performance.now();
    let isOver = false;
    const long = refusalOf(rpc.call('getrawmempool')).finally(() => (isOver = true));
    expect(await refusalOf(rpc.call('getbestblockhash'))).to.include({ code: 'rpc-timeout' });
    expect(performance.now() - sinceMs).to.be.within(4900, 8000);
    expect(isOver).to.equal(false);
    server.closeAllConnections();
    expect(await long).to.include({ code: 'rpc-unreachable' });
  }).timeout(15_000);

  const cases: [string, RequestListener, string][] = [
    [
      'an error with its number',
      (_request, response) =>
        response.writeHead(500).end('{"result":null,"error":{"code":-26,"message":"dust"},"id":1}'),
      'rpc-error',
    ],
    ['401', (_request, response) => response.writeHead(401).end(), 'rpc-auth'],
    ['403', (_request, response) => response.writeHead(403).end('no'), 'rpc-auth'],
    ['a web page', (_request, response) => response.end('<html>'), 'rpc-http'],
    ['a JSON value that is no answer', (_request, response) => response.end('7'), 'rpc-http'],
    ['null', (_request, response) => response.end('null'), 'rpc-http'],
    ['an empty body', (_request, response) => response.writeHead(200).end(), 'rpc-http'],
    ['a full queue', (_request, response) => response.writeHead(503).end('Work queue depth exceeded'), 'rpc-busy'],
    ['silence', () => undefined, 'rpc-timeout'],
    ['a connection cut before the answer', (request) => request.socket.destroy(), 'rpc-unreachable'],
    [
      'a connection cut in the answer',
      (request, response) => {
        response.writeHead(200, { 'content-length': 1000 });
        response.write('{"result":');
        setTimeout(() => request.socket.destroy(), 20);
      },
      'rpc-unreachable',
    ],
  ];
  for (const [name, listener, code] of cases) {
    it(`${name}: ${code}`, async () => {
      const client = await against(listener);
      const error = await refusalOf(client.call('getblockcount'));
      expect(error.code).to.equal(code);
      if (code === 'rpc-error') expect(rpcCodeOf(error)).to.equal(-26);
    });
  }

  it('a kept connection that the node closed is opened again', async () => {
    let calls = 0;
    const client = await against((request, response) => {
      response.end('{"result":1,"error":null}');
      if (++calls === 1) setTimeout(() => request.socket.destroy(), 5);
    });
    await client.call('x');
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await client.call('x')).to.equal(1);
  });
});
