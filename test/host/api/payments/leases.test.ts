// Holds host/api/payments/leases.ts: no job to two gateways, accounts in turn. Spec: docs/threat-model.md I13, I14.
// Neighbours: named gateways and nameless ones, one that asks again, one whose connection closes, a lease that is over,
// one that is kept, a postponed job; attestations beside payments; on PostgreSQL two APIs at once. Held elsewhere: what
// becomes of a result (../sending.test.ts).

import { Agent, request } from 'node:http';
import { expect } from 'chai';
import type { Job } from '../../../../host/gateway/types';
import { openDb } from '../../../../host/kit/sql';
import {
  ADMIN_TOKEN,
  GATEWAY_TOKEN,
  type Platform,
  signJob,
  startAnotherApi,
  startPlatform,
  testKeys,
} from '../fixture';

const SHOP = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

describe('host/api/payments/leases', () => {
  let platform: Platform;
  beforeEach(async () => {
    platform = await startPlatform();
  });
  afterEach(() => platform.close());

  const next = async (gateway?: string): Promise<Job | null> =>
    (await platform.json('/gateway/next', gateway === undefined ? {} : { gateway }, GATEWAY_TOKEN)).body.job;
  async function queue(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await platform.node.fund(platform.keys.address(1, 0, i), 100_000);
    await platform.mine();
    for (let i = 0; i < count; i++) await platform.send(`r${i}`, `${SHOP},50000`);
  }

  it('a named gateway gets its own job again, another one the next', async () => {
    await queue(2);
    const first = await next('a');
    const second = await next('b');
    expect(second?.id).to.not.equal(first?.id);
    expect((await next('a'))?.id).to.equal(first?.id);
    expect((await next('b'))?.id).to.equal(second?.id);
    expect(await next('c')).to.equal(null);
  });

  it('a lease that is over is another gateway’s, one that is kept is not', async () => {
    await queue(1);
    const job = (await next('a')) as Job;
    const keep = (gateway: string): Promise<{ status: number }> =>
      platform.json(`/gateway/jobs/${job.id}/lease`, { gateway }, GATEWAY_TOKEN);
    for (let i = 0; i < 4; i++) {
      await platform.runtime.advance(50_000);
      expect((await keep('a')).status).to.equal(200);
    }
    expect((await keep('b')).status).to.equal(404);
    expect(await next('b')).to.equal(null);
    await platform.runtime.advance(61_000);
    expect((await next('b'))?.id).to.equal(job.id);
    expect((await keep('a')).status).to.equal(404);
    const result = { ok: true as const, signatures: signJob(platform.keys, job as never) };
    expect((await platform.finish(job, result)).status).to.equal(200);
    expect((await platform.get('/tx/r0')).body.hot_wallet_tx_status).to.equal(1);
  });

  it('nameless gateways: a connection keeps its job while it is open', async () => {
    await queue(2);
    const ask = (agent: Agent): Promise<Job | null> =>
      new Promise((done, failed) => {
        const headers = { token: GATEWAY_TOKEN, 'content-type': 'application/json' };
        const asked = request(
          platform.api.url + '/api/v1/gateway/next',
          { method: 'POST', agent, headers },
          (reply) => {
            let text = '';
            reply.on('data', (part) => (text += part)).on('end', () => done(JSON.parse(text).job));
          },
        );
        asked.on('error', failed).end('{}');
      });
    const agents = [1, 2, 3].map(() => new Agent({ keepAlive: true, maxSockets: 1 }));
    const jobs = [await ask(agents[0]), await ask(agents[1])];
    expect(jobs[0]?.id).to.not.equal(jobs[1]?.id);
    expect(await ask(agents[2])).to.equal(null);
    expect((await ask(agents[0]))?.id).to.equal(jobs[0]?.id);
    agents[0].destroy();
    for (let tries = 0, job = null; job === null; tries++) {
      expect(tries).to.be.lessThan(100);
      await new Promise((done) => setTimeout(done, 10));
      job = await ask(agents[2]);
      if (job) expect(job.id).to.equal(jobs[0]?.id);
    }
    agents.forEach((agent) => agent.destroy());
  });

  it('accounts take turns, and payments go before attestations', async () => {
    const other = testKeys(1);
    const { body } = await platform.json('/admin/accounts', { file: other.file }, ADMIN_TOKEN);
    for (let i = 0; i < 5; i++) await platform.node.fund(platform.keys.address(1, 0, i), 100_000);
    for (let i = 0; i < 2; i++) await platform.node.fund(other.address(1, 0, i), 100_000);
    await platform.mine();
    for (let n = 0; n < 3; n++) await platform.get(`/address/batch/${n}/attestation`, platform.tokens.cold);
    for (let i = 0; i < 4; i++) await platform.send(`a${i}`, `${SHOP},50000`);
    const { hot } = platform.tokens;
    platform.tokens.hot = body.tokens.hot_sending;
    for (let i = 0; i < 2; i++) await platform.send(`b${i}`, `${SHOP},50000`);
    platform.tokens.hot = hot;
    const got: string[] = [];
    for (let i = 0; i < 9; i++) {
      const job = (await next(`g${i}`)) as Job;
      got.push(job.kind === 'sign' ? job.user_tx_no : job.kind);
    }
    expect(got).to.deep.equal(['a0', 'b0', 'a1', 'b1', 'a2', 'a3', 'attest', 'attest', 'attest']);
  });

  it('many gateways at once, at as many APIs as the database allows: each job to one of them', async function () {
    this.timeout(60_000);
    await queue(12);
    const isShared = platform.database.startsWith('postgres');
    const second = isShared ? await startAnotherApi(platform) : undefined;
    const urls = [platform.api.url, second?.url ?? platform.api.url];
    const ask = async (i: number): Promise<Job> => {
      const init = {
        method: 'POST',
        headers: { token: GATEWAY_TOKEN, 'content-type': 'application/json' },
        body: JSON.stringify({ gateway: `g${i}` }),
      };
      const answer = await fetch(urls[i & 1] + '/api/v1/gateway/next', init);
      return ((await answer.json()) as { job: Job }).job;
    };
    const jobs = await Promise.all(Array.from({ length: 12 }, (_, i) => ask(i)));
    expect(new Set(jobs.map((job) => job?.id)).size).to.equal(12);
    await second?.close();
  });

  it('an error of one request’s own postpones that one, and those behind it are planned', async () => {
    await queue(1);
    const db = await openDb(platform.database, []);
    await platform.node.fund(platform.keys.address(1, 0, 7), 100_000);
    await platform.node.fund(platform.keys.address(1, 0, 8), 100_000);
    await platform.mine();
    for (const no of ['x', 'y']) await platform.send(no, `${SHOP},20000`);
    // As after a fault: both are queued again, and the first one's inputs are still there.
    await db.run("DELETE FROM jobs WHERE request_id IN (SELECT id FROM requests WHERE user_tx_no IN ('x', 'y'))");
    await db.run("UPDATE requests SET state = 'queued' WHERE user_tx_no IN ('x', 'y')");
    await db.run("DELETE FROM reservations WHERE request_id IN (SELECT id FROM requests WHERE user_tx_no <> 'r0')");
    await db.run("DELETE FROM request_inputs WHERE request_id = (SELECT id FROM requests WHERE user_tx_no = 'y')");
    await platform.api.sync();
    const stateOf = (no: string): Promise<object | undefined> =>
      db.get('SELECT state, tries FROM requests WHERE user_tx_no = ?', [no]);
    expect(await stateOf('x')).to.include({ state: 'queued', tries: 1 });
    expect(await stateOf('y')).to.include({ state: 'planned' });
    await db.close();
  });
});
