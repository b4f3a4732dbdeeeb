// Holds host/api/duties/start.ts and host/chain/follower.ts: each duty of the API's loop fails alone (bitcoin #29737,
// electrs #1051, NBXplorer #258: an error of an optional source stopped the follower).
// Neighbours: each call to the node that a confirmed deposit does not need, refused by the node, by its whitelist (HTTP
// 403), and answered with what is none of the shapes; the mempool for the blocks; one transaction of the mempool for
// those behind it; the follower for the payments. Musts are the chain's name, its tip and its blocks. Held elsewhere:
// the estimate itself (payments/fees.test.ts), one refused payment for those behind it (sending.test.ts).

import { createServer, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { SignJob } from '../../../host/gateway/types';
import { signJob, startPlatform, type Platform } from './fixture';

const SHOP = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';
const OPTIONAL = ['estimatesmartfee', 'getrawmempool', 'getrawtransaction', 'sendrawtransaction', 'getblockcount'];
const FORBIDDEN_HTTP = 403;

type Fault = (response: ServerResponse, id: number) => void;
const answer = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};
const FAULTS: Record<string, Fault> = {
  'refused by the node': (response, id) =>
    answer(response, 500, { result: null, error: { code: -32603, message: 'disabled' }, id }),
  'not on the whitelist': (response) => response.writeHead(FORBIDDEN_HTTP).end(),
  'of another shape': (response, id) => answer(response, 200, { result: {}, error: null, id }),
};
const urlOf = (proxy: Server): string => `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;

describe('host/api duties, each alone', () => {
  let platform: Platform;
  let proxy: Server;
  let faulty: { method: string; fault: Fault } | undefined;

  beforeEach(async () => {
    platform = await startPlatform();
    faulty = undefined;
    const target = new URL(platform.node.rpc.url);
    proxy = createServer((asked, response) => {
      const parts: Buffer[] = [];
      asked.on('data', (part: Buffer) => parts.push(part));
      asked.on('end', () => {
        const body = Buffer.concat(parts);
        const { method, id } = JSON.parse(body.toString()) as { method: string; id: number };
        if (faulty?.method === method) return faulty.fault(response, id);
        const headers = { ...asked.headers, host: target.host };
        request(target, { method: 'POST', headers }, (passed) => {
          response.writeHead(passed.statusCode!, passed.headers);
          passed.pipe(response);
        }).end(body);
      });
    });
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
    await platform.restart({ rpc: { ...platform.node.rpc, url: urlOf(proxy) } });
  });
  afterEach(async () => {
    await platform.close();
    proxy.close();
  });

  const confirmed = async (): Promise<number> =>
    (await platform.get('/user', platform.tokens.cold)).body.balance_confirmed;
  const round = (): Promise<unknown> => platform.api.sync().catch((error: unknown) => error);

  for (const [name, fault] of Object.entries(FAULTS))
    it(`a deposit confirms while any optional call is ${name}`, async () => {
      for (const [i, method] of OPTIONAL.entries()) {
        faulty = { method, fault };
        await platform.node.fund(platform.keys.address(2, 0, i), 10_000);
        await round();
        await platform.node.mine(1);
        await round();
        expect(await confirmed(), method).to.equal(10_000 * (i + 1));
      }
    });

  it('no answer to the estimate: its duty fails visibly and backs off, the others do not', async () => {
    const failures = async (): Promise<string[]> => {
      const text = await (await fetch(platform.api.url + '/metrics')).text();
      const found = [...text.matchAll(/^chaincloud_duty_failures_total\{duty="(\w+)"\} ([1-9]\d*)$/gm)];
      return found.map(([, duty, count]) => `${duty} ${count}`);
    };
    let asked = 0;
    faulty = { method: 'estimatesmartfee', fault: (response) => void (asked++, response.destroy()) };
    await platform.restart({ rpc: { ...platform.node.rpc, url: urlOf(proxy) } });
    await platform.node.fund(platform.keys.address(2, 0, 0), 10_000);
    await platform.node.mine(1);
    await round();
    await round();
    expect([await failures(), await confirmed()]).to.deep.equal([['fees 2'], 10_000]);
    const late = await (await fetch(platform.api.url + '/health/ready')).json();
    expect(late).to.have.nested.property('late[0].name', 'fees');
    const before = asked;
    await platform.runtime.advance(60_000);
    expect(asked - before).to.be.within(3, 15);
    faulty = undefined;
    await platform.runtime.advance(20_000);
    await round();
    expect((await fetch(platform.api.url + '/health/ready')).status).to.equal(200);
  });

  it('one transaction of the mempool that cannot be read: those behind it are seen', async () => {
    const deposits = [0, 1, 2].map((i) => platform.node.fund(platform.keys.address(2, 0, i), 10_000));
    await Promise.all(deposits);
    let count = 0;
    const target = platform.rpc;
    faulty = {
      method: 'getrawtransaction',
      fault: (response, id) => {
        faulty = undefined;
        count++;
        answer(response, 200, { result: '00', error: null, id });
      },
    };
    await round();
    expect([count, (await platform.get('/user', platform.tokens.cold)).body.balance]).to.deep.equal([1, 20_000]);
    expect(await target.call('getrawmempool')).to.have.length(3);
    await platform.mine();
    expect(await confirmed()).to.equal(30_000);
  });

  it('a follower that fails does not keep back what is signed', async () => {
    await platform.deposit(1, 0, 100_000);
    await platform.send('1', `${SHOP},50000`);
    const job = (await platform.nextJob()) as SignJob;
    for (let i = 0; i < 3; i++) await round(); // idle rounds: payments would have their turn later
    faulty = { method: 'sendrawtransaction', fault: FAULTS['not on the whitelist'] };
    await platform.finish(job, { ok: true, signatures: signJob(platform.keys, job) });
    await round();
    faulty = { method: 'getbestblockhash', fault: FAULTS['refused by the node'] };
    await round();
    await round();
    expect((await platform.get('/tx/1')).body.tx_hash).to.be.a('string');
    expect(await platform.rpc.call('getrawmempool')).to.have.length(1);
  });
});
