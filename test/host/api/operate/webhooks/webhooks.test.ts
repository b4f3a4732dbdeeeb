// Webhooks of deposits and payments: signed, in order, again until they are taken, on request once more; an endpoint
// that fails stops nobody. Spec: docs/webhooks.md; Standard Webhooks 1.0.0.

import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { SignJob } from '../../../../../host/gateway/types';
import { ADMIN_TOKEN, signJob, startPlatform, type Platform } from '../../fixture';

const SHOP = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

interface Received {
  id: string;
  timestamp: number;
  signatures: string[];
  text: string;
  body: { type: string; timestamp: string; data: Record<string, unknown> };
}

/** An endpoint in the test's hands: `status` is what it answers. */
async function startEndpoint(): Promise<{
  url: string;
  got: Received[];
  set(status: number | 'silent'): void;
  server: Server;
}> {
  let status: number | 'silent' = 200;
  const got: Received[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (part: Buffer) => void (text += part.toString()));
    request.on('end', () => {
      if (status === 'silent') return;
      const { headers } = request;
      got.push({
        id: headers['webhook-id'] as string,
        timestamp: Number(headers['webhook-timestamp']),
        signatures: (headers['webhook-signature'] as string).split(' '),
        text,
        body: JSON.parse(text) as Received['body'],
      });
      response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/hook?shop=1`, got, server, set: (next) => void (status = next) };
}

const sign = (secret: string, { id, timestamp, text }: Received): string =>
  'v1,' +
  createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'))
    .update(`${id}.${timestamp}.${text}`)
    .digest('base64');

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('it did not come');
}

describe('host/api/operate/webhooks', () => {
  let platform: Platform;
  let endpoint: Awaited<ReturnType<typeof startEndpoint>>;
  let added: { id: number; secret: string };
  const admin = (path: string, body: object = {}) => platform.json('/admin' + path, body, ADMIN_TOKEN);
  const list = async (path: string): Promise<any> => {
    const answer = await fetch(platform.api.url + '/api/v1/admin' + path, { headers: { token: ADMIN_TOKEN } });
    return answer.json();
  };

  beforeEach(async () => {
    platform = await startPlatform({ api: { webhookNetworks: ['127.0.0.0/8'] } });
    endpoint = await startEndpoint();
    added = (await admin('/webhooks', { account: 0, url: endpoint.url })).body;
  });
  afterEach(async () => {
    endpoint.server.closeAllConnections();
    endpoint.server.close();
    await platform.close();
  });

  it('notifies of a deposit when it is seen and when it confirms, of a payment when it is sent; signed', async () => {
    const txid = await platform.node.fund(platform.keys.address(1, 0, 3), 70_000);
    await platform.api.sync();
    await until(() => endpoint.got.length === 1);
    await platform.mine();
    await until(() => endpoint.got.length === 2);
    await platform.send('order-1', `${SHOP},20000`);
    const job = (await platform.nextJob()) as SignJob;
    await platform.finish(job, { ok: true, signatures: signJob(platform.keys, job) });
    await platform.api.sync();
    await until(() => endpoint.got.length === 3);
    expect(endpoint.got.map(({ body }) => body.type)).to.deep.equal([
      'deposit.seen',
      'deposit.confirmed',
      'payment.sent',
    ]);
    const [seen, confirmed, sent] = endpoint.got;
    expect(seen.body.data).to.deep.include({
      account: 0,
      side: 'hot_sending',
      tx_hash: txid,
      value: 70_000,
      height: null,
    });
    expect(seen.body.data.outputs).to.deep.equal([{ sn: 0, address: platform.keys.address(1, 0, 3), value: 70_000 }]);
    expect(confirmed.body.data).to.include({ tx_hash: txid }).and.property('height').is.a('number');
    expect(sent.body.data).to.include({ account: 0, user_tx_no: 'order-1', outs: `${SHOP},20000` });
    expect(sent.body.data.tx_hash).to.equal((await platform.get('/tx/order-1')).body.tx_hash);
    for (const each of endpoint.got) {
      expect(each.id).to.match(/^msg_[A-Za-z0-9_-]{24}$/);
      expect(each.signatures).to.deep.equal([sign(added.secret, each)]);
      expect(each.timestamp).to.equal(Math.floor(platform.runtime.nowMs() / 1000));
    }
    expect(new Set(endpoint.got.map(({ id }) => id)).size).to.equal(3);
    // The payment's change and its confirmation are no deposits.
    await platform.mine();
    await platform.api.sync();
    expect(endpoint.got).to.have.length(3);
  });

  it('tries again with growing pauses, under the same id, before anything that came later', async () => {
    endpoint.set(500);
    await platform.deposit(1, 0, 30_000);
    await until(() => endpoint.got.length === 1);
    await until(async () => (await list('/webhooks'))[0].failing_since !== null);
    await platform.node.fund(platform.keys.address(1, 0, 1), 40_000);
    await platform.api.sync();
    await platform.runtime.advance(4000);
    expect(endpoint.got).to.have.length(1);
    await platform.runtime.advance(1500);
    await platform.api.sync();
    await until(() => endpoint.got.length === 2);
    await until(async () => (await list('/webhooks'))[0].last_failure === 'HTTP 500');
    endpoint.set(204);
    await platform.runtime.advance(15_000);
    await platform.api.sync();
    await until(() => endpoint.got.length === 5);
    expect(new Set(endpoint.got.slice(0, 3).map(({ id }) => id)).size).to.equal(1);
    expect(endpoint.got.slice(2).map(({ body }) => [body.type, body.data.value])).to.deep.equal([
      ['deposit.seen', 30_000],
      ['deposit.confirmed', 30_000],
      ['deposit.seen', 40_000],
    ]);
    await until(async () => (await list('/webhooks'))[0].pending === 0);
    expect((await list('/webhooks'))[0]).to.deep.include({ failing_since: null, last_failure: null });
  });

  it('an endpoint that refuses, is silent or is gone stops no other one; a redirect is a refusal', async () => {
    const others = await Promise.all([startEndpoint(), startEndpoint()]);
    for (const other of others) await admin('/webhooks', { account: 0, url: other.url });
    await admin('/webhooks', { account: 0, url: 'http://127.0.0.1:1/' });
    others[0].set('silent');
    endpoint.set(302);
    await platform.deposit(1, 0, 30_000);
    await until(() => others[1].got.length === 2 && endpoint.got.length === 1);
    for (const other of others) {
      other.server.closeAllConnections();
      other.server.close();
    }
    await until(async () => (await list('/webhooks'))[0].last_failure === 'HTTP 302');
  });

  it('delivers once more on request, before those that wait; signs with both secrets after a new one', async () => {
    await platform.deposit(1, 0, 30_000);
    await until(() => endpoint.got.length === 2);
    await until(async () => (await list('/webhooks'))[0].pending === 0);
    const messages = await list(`/webhooks/${added.id}/messages`);
    expect(messages.map((each: { type: string }) => each.type)).to.deep.equal(['deposit.confirmed', 'deposit.seen']);
    expect(messages[1]).to.include({ message_id: endpoint.got[0].id, payload: endpoint.got[0].text, tries: 1 });
    const { secret } = (await admin(`/webhooks/${added.id}/secret`)).body;
    await admin(`/webhooks/messages/${messages[1].id}/redeliver`);
    await platform.api.sync();
    await until(() => endpoint.got.length === 3);
    expect([endpoint.got[2].id, endpoint.got[2].text]).to.deep.equal([endpoint.got[0].id, endpoint.got[0].text]);
    expect(endpoint.got[2].signatures).to.deep.equal([
      sign(secret, endpoint.got[2]),
      sign(added.secret, endpoint.got[2]),
    ]);
    expect((await admin('/webhooks/messages/999/redeliver')).status).to.equal(404);
    expect((await admin(`/webhooks/${added.id}/remove`)).status).to.equal(200);
    expect(await list('/webhooks')).to.deep.equal([]);
    expect((await admin(`/webhooks/${added.id}/remove`)).status).to.equal(404);
  });

  it('loses nothing over a restart', async () => {
    endpoint.set(503);
    await platform.deposit(1, 0, 30_000);
    await until(() => endpoint.got.length === 1);
    await platform.restart();
    endpoint.set(200);
    await platform.runtime.advance(6000);
    await platform.api.sync();
    await until(() => endpoint.got.length === 3);
    expect(endpoint.got[1].id).to.equal(endpoint.got[0].id);
  });

  it('only the events that were asked for, and of its own account', async () => {
    const other = await startEndpoint();
    await admin('/webhooks', { account: 0, url: other.url, events: ['deposit.confirmed'] });
    await platform.deposit(2, 0, 30_000);
    await until(() => other.got.length === 1 && endpoint.got.length === 2);
    expect(other.got[0].body).to.deep.include({ type: 'deposit.confirmed' });
    expect(other.got[0].body.data).to.include({ side: 'cold_receiving' });
    other.server.close();
    expect((await admin('/webhooks', { account: 9, url: other.url })).status).to.equal(404);
    expect((await admin('/webhooks', { account: 0, url: other.url, events: ['x'] })).status).to.equal(400);
  });
});
