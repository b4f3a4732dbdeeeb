// Several API processes on one PostgreSQL that is restarted under them: no process ends, one of them follows the chain,
// rate limits hold over all. Spec: docs/threat-model.md I2, I14.
// Held elsewhere: the database itself (../kit/sql/postgres.test.ts), jobs (payments/leases.test.ts).

import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import type { Api } from '../../../host/api';
import { realRuntime } from '../../../host/kit/runtime';
import type { SignJob } from '../../../host/gateway/types';
import { startPostgres, type PostgresServer } from '../../../tools/bench/kill/postgres-server';
import { type Platform, signJob, startAnotherApi, startPlatform } from './fixture';

const SHOP = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

describe('host/api, several processes on one PostgreSQL', function () {
  this.timeout(90_000);
  let server: PostgresServer;
  let platform: Platform;
  const others: Api[] = [];
  const events: string[] = [];
  const urlBefore = process.env.DATABASE_URL;

  before(async function () {
    const started = await startPostgres();
    if (!started) return this.skip(); // no PostgreSQL is installed
    server = started;
    process.env.DATABASE_URL = server.url;
  });
  after(async () => {
    if (urlBefore === undefined) delete process.env.DATABASE_URL;
    else process.env.DATABASE_URL = urlBefore;
    server?.close();
  });
  beforeEach(async () => {
    events.length = 0;
    platform = await startPlatform();
    const others = { runtime: realRuntime(), chainPollMs: 100 };
    await platform.restart({ ...others, onEvent: (event) => events.push('first: ' + event.text) });
  });
  afterEach(async () => {
    for (const api of others.splice(0)) await api.close();
    await platform.close();
  });

  async function startAnother(): Promise<Api> {
    const api = await startAnotherApi(platform, {
      runtime: realRuntime(),
      chainPollMs: 100,
      onEvent: (event) => events.push('second: ' + event.text),
    });
    others.push(api);
    return api;
  }
  async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (const endMs = Date.now() + 20_000; ; await wait(100)) {
      if (await holds().catch(() => false)) return;
      if (Date.now() > endMs) throw new Error(`${what} did not come about: ${events.slice(-5).join(' | ')}`);
    }
  }
  const confirmed = async (): Promise<number> => (await platform.get('/user')).body.balance_confirmed;

  it('a restart ends no process, and what waited goes on', async () => {
    await startAnother();
    await platform.node.fund(platform.keys.address(1, 0, 0), 500_000);
    await platform.node.mine(1);
    await until('the deposit', async () => (await confirmed()) === 500_000);
    let isOver = false;
    const statuses = new Set<number>();
    const busy = (async () => {
      while (!isOver) statuses.add((await platform.get('/user')).status);
    })();
    expect((await platform.send('1', `${SHOP},50000`)).status).to.equal(200);
    await server.restart(500);
    await platform.node.fund(platform.keys.address(1, 0, 1), 111_000);
    await platform.node.mine(1);
    await until('the deposit after it', async () => (await confirmed()) === 611_000);
    isOver = true;
    await busy;
    for (const status of statuses) expect(status).to.be.oneOf([200, 503]);
    const job = (await platform.nextJob()) as SignJob;
    await platform.finish(job, { ok: true, signatures: signJob(platform.keys, job) });
    await until('the payment', async () => (await platform.get('/tx/1')).body.hot_wallet_tx_status === 1);
  });

  it('one process follows the chain; another takes over in seconds', async () => {
    await until('the first one leads', async () => events.some((text) => /first: this process follows/.test(text)));
    const second = await startAnother();
    await wait(2500);
    expect(events.filter((text) => /second: this process follows/.test(text))).to.deep.equal([]);
    const { url } = platform.api;
    await platform.api.close();
    platform.api = second;
    expect(second.url).to.not.equal(url);
    await platform.node.fund(platform.keys.address(1, 0, 0), 500_000);
    await platform.node.mine(1);
    const sinceMs = Date.now();
    await until('the deposit', async () => (await confirmed()) === 500_000);
    expect(Date.now() - sinceMs).to.be.lessThan(5000);
    others.pop();
  });

  it('what a process that does not lead was brought is sent by the leader, once', async () => {
    await until('the first one leads', async () => events.some((text) => /first: this process follows/.test(text)));
    const second = await startAnother();
    await platform.node.fund(platform.keys.address(1, 0, 0), 500_000);
    await platform.node.mine(1);
    await until('the deposit', async () => (await confirmed()) === 500_000);
    const first = platform.api;
    platform.api = second;
    try {
      await platform.send('1', `${SHOP},50000`);
      const job = (await platform.nextJob()) as SignJob;
      await platform.finish(job, { ok: true, signatures: signJob(platform.keys, job) });
      await until('the payment', async () => (await platform.get('/tx/1')).body.hot_wallet_tx_status === 1);
    } finally {
      platform.api = first;
    }
    const sent = events.filter((text) => /sent a payment to the network/.test(text));
    expect(sent).to.deep.equal(['first: sent a payment to the network']);
  });

  it('a burst is one burst over all of them', async () => {
    const rateLimit = { burst: 10, perSecond: 0.001 };
    await platform.restart({ runtime: realRuntime(), rateLimit });
    const first = platform.api;
    const second = await startAnotherApi(platform, { runtime: realRuntime(), rateLimit });
    others.push(second);
    const asks = Array.from({ length: 40 }, (_, i) =>
      fetch([first, second][i & 1].url + '/api/v1/open/time', { headers: { token: platform.tokens.hot } }),
    );
    const statuses = (await Promise.all(asks)).map((answer) => answer.status);
    expect(statuses.filter((status) => status === 200)).to.have.length(10);
    expect(statuses.filter((status) => status === 429)).to.have.length(30);
  });
});
