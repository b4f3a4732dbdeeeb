// Health, metrics, documents, and the roles of tokens.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { Value } from '@sinclair/typebox/value';
import { CALL_GROUPS } from '../../../../host/api/calls';
import { NotReadyReply } from '../../../../host/api/calls/operate';
import { METRICS, type MetricDeclaration } from '../../../../host/api/operate/metrics';
import { ROOT } from '../../../../host/kit/package';
import { ADMIN_TOKEN, startPlatform, type Platform } from '../fixture';

const TOKENS = {
  operatorToken: 'operator-token-0123456789',
  metricsToken: 'metrics-token-0123456789',
  backupToken: 'backup-token-0123456789',
};

describe('host/api/operate', () => {
  let platform: Platform;
  before(async () => {
    platform = await startPlatform({ api: TOKENS });
    await platform.deposit(1, 0, 500_000);
  });
  after(() => platform.close());

  const get = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(platform.api.url + path, { headers });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };

  it('says that it lives and that it is ready', async () => {
    expect(JSON.parse((await get('/health/live')).text)).to.include({ live: true });
    const ready = await get('/health/ready');
    expect([ready.status, JSON.parse(ready.text)]).to.deep.equal([200, { ready: true, late: [] }]);
  });

  it('serves the OpenAPI document of the repository, and a page that needs nothing else', async () => {
    const document = await get('/openapi.json');
    expect(document.text).to.equal(readFileSync(join(ROOT, 'docs', 'openapi.json'), 'utf8'));
    expect(document.headers.get('content-type')).to.match(/^application\/json/);
    const page = await get('/docs');
    expect(page.headers.get('content-type')).to.equal('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).to.match(/^default-src 'none'; style-src 'sha256-/);
    expect(page.text).to.not.match(/<script|(src|href)="https?:/);
    for (const { calls } of CALL_GROUPS)
      for (const id of Object.keys(calls)) expect(page.text).to.include(`<article id="${id}">`);
  });

  it('gives metrics that are declared, with type and help, and counts what happens', async () => {
    await platform.get('/user');
    const { text, headers, status } = await get('/metrics', { authorization: `Bearer ${TOKENS.metricsToken}` });
    expect(status).to.equal(200);
    expect(headers.get('content-type')).to.equal('text/plain; version=0.0.4; charset=utf-8');
    const declared: Record<string, MetricDeclaration> = METRICS;
    const sampled = new Set<string>();
    for (const line of text.trimEnd().split('\n')) {
      const [, keyword, subject] = /^# (HELP|TYPE) (\S+)/.exec(line) ?? [];
      const name = (subject ?? /^[a-z_]+/.exec(line)![0]).replace(
        /_(bucket|sum|count)$/,
        (suffix, _part, offset: number, whole: string) => (declared[whole.slice(0, offset)] ? '' : suffix),
      );
      expect(declared, line).to.have.property(name);
      if (keyword === undefined) {
        sampled.add(name);
        expect(line).to.match(/^[a-z_]+(\{([a-z_]+="[^"]*",?)+\})? -?[0-9.e+-]+$/);
        const labels = [...line.matchAll(/([a-z_]+)="/g)].map(([, label]) => label).filter((label) => label !== 'le');
        expect(labels, line).to.deep.equal([...declared[name].labels]);
      }
    }
    for (const name of [
      'chaincloud_tip_height',
      'chaincloud_requests',
      'chaincloud_jobs',
      'chaincloud_duty_failures_total',
      'chaincloud_http_requests_total',
      'chaincloud_http_request_duration_seconds',
    ])
      expect([...sampled], name).to.include(name);
    expect(text).to.include('chaincloud_account_balance_satoshis{account="0",side="hot_sending"} 500000\n');
    expect(text).to.match(/chaincloud_http_requests_total\{call="user",code="200"\} \d+\n/);
    expect(text).to.include('chaincloud_http_request_duration_seconds_bucket{call="user",le="+Inf"}');
  });

  it("names its metrics by Prometheus' rules", () => {
    for (const [name, { type, labels, help }] of Object.entries<MetricDeclaration>(METRICS)) {
      expect(name).to.match(/^chaincloud_[a-z]+(_[a-z]+)*$/);
      expect(name.endsWith('_total'), name).to.equal(type === 'counter');
      expect(name).to.not.match(/_(ms|milliseconds|minutes|hours|kb|mb|percent|time|at)(_|$)/);
      if (/timestamp/.test(name)) expect(name).to.match(/_timestamp_seconds$/);
      for (const label of labels)
        expect(label)
          .to.match(/^[a-z]+$/)
          .and.not.equal('le');
      expect(help).to.match(/\.$/);
    }
  });

  /** Both boards answer a scrape's question; `counts` are the last fields of HSM-Cold's answer. */
  async function answerStatus(counts: unknown[]): Promise<void> {
    await get('/metrics', { token: TOKENS.metricsToken });
    const cold = [3, 1_800_000_000, 'esp32-sim800l', 'abc', 1, [[0, 1, 17]], ...counts];
    for (let n = 0; n < 2; n++) {
      const job = (await platform.nextJob()) as { id: number; board: string };
      await platform.finish(job, { ok: true, status: job.board === 'hot' ? [1, 1, 0, 5000, 3, 70, 0, 1, 2] : cold });
    }
  }

  it('asks the boards when their answers are old, and shows their states', async () => {
    await answerStatus([40, 960, 12, 3, 5, 2]);
    const { text } = await get('/metrics', { token: TOKENS.metricsToken });
    expect(await platform.nextJob()).to.equal(null);
    for (const line of [
      'chaincloud_hsm_state{state="unlocked"} 1',
      'chaincloud_hsm_state{state="locked"} 0',
      'chaincloud_hsm_hot_link_up 1',
      'chaincloud_hsm_hot_frames_total{result="unreachable"} 2',
      'chaincloud_hsm_account_open{account="0"} 1',
      'chaincloud_hsm_clock_timestamp_seconds 1800000000',
      'chaincloud_hsm_payments 40',
      'chaincloud_hsm_payments_room 960',
      'chaincloud_hsm_requests_total{result="signed"} 12',
      'chaincloud_hsm_requests_total{result="refused"} 3',
      'chaincloud_hsm_sms_ignored_total 5',
      'chaincloud_hsm_sms_queued 2',
    ])
      expect(text).to.include(line + '\n');
    const seen = /chaincloud_channel_seen_timestamp_seconds\{account="0"\} (\d+)/.exec(text)![1];
    await platform.runtime.advance(30_000);
    expect((await get('/metrics', { token: TOKENS.metricsToken })).text).to.include(
      `chaincloud_channel_seen_timestamp_seconds{account="0"} ${seen}\n`,
    );
    const devices = JSON.parse((await get('/api/v1/admin/devices', { token: TOKENS.operatorToken })).text);
    expect(devices.cold.fields).to.deep.include({ state: 'unlocked', clock: '2027-01-15T08:00:00' });
    expect(devices.cold.fields.accounts).to.deep.equal([{ account: 0, is_open: true, channel_id: 17 }]);
    expect(devices.cold.fields).to.include({ payments: 40, room: 960, signed: 12, refused: 3 });
    expect(devices.hot.fields).to.include({ is_up: true, starts: 3, unreachable: 2 });
  });

  it('leaves out what an earlier image of HSM-Cold does not say, and what is no count', async () => {
    for (const counts of [[], ['40', null, -0.5]]) {
      await platform.runtime.advance(120_000);
      await answerStatus(counts);
      const { text } = await get('/metrics', { token: TOKENS.metricsToken });
      expect(text).to.include('chaincloud_hsm_state{state="unlocked"} 1\n');
      expect(text).to.not.match(/chaincloud_hsm_(payments|requests|sms)/);
      const devices = JSON.parse((await get('/api/v1/admin/devices', { token: TOKENS.operatorToken })).text);
      expect(devices.cold.fields).to.include({ payments: null, room: null, queued_sms: null });
    }
  });

  it('gives each role what is its own', async () => {
    const may = async (token: string, method: string, path: string): Promise<boolean> => {
      const answer = await fetch(platform.api.url + path, {
        method,
        headers: { token, ...(method === 'POST' ? { 'content-type': 'application/json' } : {}) },
        ...(method === 'POST' ? { body: '{}' } : {}),
      });
      const text = await answer.text();
      if (answer.status === 403) expect(JSON.parse(text)).to.include({ code: 14 });
      return answer.status !== 403 && answer.status !== 401;
    };
    const { operatorToken, metricsToken, backupToken } = TOKENS;
    const tokens = [ADMIN_TOKEN, operatorToken, metricsToken, backupToken, platform.tokens.hot];
    for (const [method, path, allowed] of [
      ['POST', '/api/v1/admin/accounts', [true, false, false, false, false]],
      ['POST', '/api/v1/admin/accounts/9/tokens', [true, false, false, false, false]],
      ['GET', '/api/v1/admin/accounts', [true, true, false, false, false]],
      ['GET', '/api/v1/admin/requests', [true, true, false, false, false]],
      ['GET', '/api/v1/admin/webhooks', [true, true, false, false, false]],
      ['GET', '/metrics', [true, true, true, false, false]],
      ['GET', '/api/v1/admin/backup', [true, false, false, true, false]],
      ['POST', '/api/v1/gateway/next', [false, false, false, false, false]],
    ] as const)
      for (const [i, token] of tokens.entries())
        expect(await may(token, method, path), `${method} ${path} ${i}`).to.equal(allowed[i]);
    expect((await get('/metrics')).status).to.equal(401);
  });

  it('refuses tokens that are short or the same', async () => {
    for (const changes of [{ metricsToken: 'short' }, { operatorToken: ADMIN_TOKEN }, { backupToken: '' }]) {
      const error = await platform.restart(changes).catch((thrown: { code: string }) => thrown);
      expect(error?.code).to.equal('bad-option');
    }
    await platform.restart();
  });

  it('without a metrics token answers callers on this machine, and none that come by a proxy', async () => {
    await platform.restart({ metricsToken: undefined });
    expect((await get('/metrics')).status).to.equal(200);
    expect((await get('/metrics', { 'x-forwarded-for': '8.8.8.8' })).status).to.equal(401);
    expect((await get('/metrics', { token: 'wrong' })).status).to.equal(401);
    await platform.restart();
  });

  it('a backup is a database that another API starts from', async function () {
    const answer = await fetch(platform.api.url + '/api/v1/admin/backup', { headers: { token: TOKENS.backupToken } });
    if (process.env.DATABASE_URL) {
      expect(answer.status).to.equal(400);
      return;
    }
    expect(answer.headers.get('content-type')).to.equal('application/vnd.sqlite3');
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(bytes.subarray(0, 15).toString()).to.equal('SQLite format 3');
    const file = platform.database + '.copy';
    (await import('node:fs')).writeFileSync(file, bytes);
    await platform.restart({ database: file });
    expect((await platform.get('/user')).body.balance).to.equal(500_000);
    await platform.restart();
  });

  it('says what is late and since when, once a duty has failed twice; a stop is told too', async () => {
    await platform.node.close();
    for (let i = 0; i < 3; i++) await platform.api.sync().catch(() => undefined);
    const { status, text, headers } = await get('/health/ready');
    expect(status).to.equal(503);
    expect(headers.get('retry-after')).to.equal('5');
    const body = JSON.parse(text) as { code: number; late: { name: string; since: string; code: string }[] };
    expect(Value.Check(NotReadyReply, body), text).to.equal(true);
    expect(body.code).to.equal(18);
    const blocks = body.late.find(({ name }) => name === 'blocks')!;
    expect(blocks.code).to.match(/^rpc-/);
    expect(blocks.since).to.match(/^20\d\d-\d\d-\d\dT/);
    expect((await get('/health/live')).status).to.equal(200);
    const metrics = (await get('/metrics', { token: TOKENS.metricsToken })).text;
    expect(metrics).to.match(/chaincloud_duty_failures_total\{duty="blocks"\} [1-9]/);
    expect(metrics).to.include('chaincloud_duty_failing{duty="blocks"} 1\n');
    expect(metrics).to.match(/chaincloud_log_warnings_total [1-9]/);
  });
});
