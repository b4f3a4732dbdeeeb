// The log as JSON lines, with request ids and without secrets.
import { expect } from 'chai';
import { createLog } from '../../../host/kit/log';
import { jsonLog } from '../../../tools/cli/log-writer';
import { ADMIN_TOKEN, GATEWAY_TOKEN, startPlatform, testKeys, VC2, signJob } from '../../host/api/fixture';
import type { SignJob } from '../../../host/gateway/types';

const SHOP = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

function collector(): { text(): string; listener: ReturnType<typeof jsonLog> } {
  let text = '';
  const listener = jsonLog({ write: (line) => void (text += line) });
  return { text: () => text, listener };
}

describe('tools/cli/log-writer', () => {
  it('writes an object a line: time, level, who, fields', () => {
    const { text, listener } = collector();
    const log = createLog({
      runtime: { nowMs: () => 1_800_000_000_000 },
      who: 'api',
      listener,
      secrets: ['hunter2-hunter2'],
    });
    log.over('http').info('took a "request"\nwith hunter2-hunter2', { account: 7, request_id: 'abc.1' });
    log.fault('a call failed', new Error('no hunter2-hunter2'), { request_id: 'abc.2' });
    const [first, second] = text()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(first).to.deep.equal({
      level: 'info',
      time: '2027-01-15T08:00:00.000Z',
      who: 'api',
      link: 'http',
      account: 7,
      request_id: 'abc.1',
      msg: 'took a "request"\nwith [secret]',
    });
    expect(second).to.include({ level: 'warn', request_id: 'abc.2', msg: 'a call failed: no [secret]' });
    expect(second.stack).to.match(/^Error: no \[secret\]\n +at /);
  });

  it("an API's log has the ids of requests, and no token, key, authority or secret of a webhook", async () => {
    const { text, listener } = collector();
    const operatorToken = 'operator-token-0123456789';
    const platform = await startPlatform({ api: { onEvent: listener, operatorToken } });
    await platform.deposit(1, 0, 500_000);
    const answer = await fetch(platform.api.url + '/api/v1/open/tx/request', {
      method: 'POST',
      headers: { token: platform.tokens.hot, 'x-request-id': 'order-77' },
      body: new URLSearchParams({ user_tx_no: 'n1', outs: `${SHOP},20000`, vc_code: VC2, c_id: '1' }),
    });
    expect(answer.status).to.equal(200);
    const job = (await platform.nextJob()) as SignJob;
    await platform.finish(job, { ok: true, signatures: signJob(platform.keys, job) });
    const { body: rotated } = await platform.json('/admin/accounts/0/tokens', {}, ADMIN_TOKEN);
    const hook = await platform.json('/admin/webhooks', { account: 0, url: 'https://example.com/' }, operatorToken);
    await platform.json('/admin/accounts', { file: testKeys(5).file }, ADMIN_TOKEN);
    for (const token of ['guessed-token-0123456789', `${ADMIN_TOKEN}x`]) await platform.get('/user', token);
    await platform.node.close();
    await platform.api.sync().catch(() => undefined);
    const { password } = platform.node.rpc;
    await platform.close();
    expect(text()).to.match(/"request_id":"order-77".*took a send request/);
    const secrets = [
      ...[ADMIN_TOKEN, GATEWAY_TOKEN, operatorToken, password, VC2, platform.tokens.hot, platform.tokens.cold],
      ...[rotated.tokens.hot_sending, rotated.tokens.cold_receiving, hook.body.secret, 'guessed-token-0123456789'],
      ...[platform.keys.file.hot.xpub, platform.keys.side(1).privateExtendedKey, Buffer.alloc(32, 7).toString('hex')],
    ];
    for (const secret of secrets) expect(text()).to.not.include(secret);
  });
});
