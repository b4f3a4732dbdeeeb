// Holds host/api/duties/notices.ts: with a node that publishes, blocks and payments are seen at once; without notices
// they are seen by polling; a transaction of somebody else costs no look at the mempool.

import { expect } from 'chai';
import { setTimeout as wait } from 'node:timers/promises';
import { realRuntime } from '../../../../host/kit/runtime';
import { startCoreNode, type CoreNode } from '../../core-node';
import { startZmqPublisher, type ZmqPublisher } from '../../zmq-publisher';
import { startPlatform, type Platform } from '../fixture';

/** Longer than a test. */
const NEVER_MS = 600_000;
const SHOP = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

describe('host/api/duties/notices', () => {
  let platform: Platform;
  let core: CoreNode;
  let publisher: ZmqPublisher;
  const events: string[] = [];
  beforeEach(async () => {
    events.length = 0;
    platform = await startPlatform();
    core = await startCoreNode(platform.node.rpc);
    publisher = await startZmqPublisher();
  });
  afterEach(async () => {
    await platform.close();
    await publisher.close();
    core.close();
  });

  async function restart(chainPollMs: number): Promise<void> {
    await platform.restart({
      rpc: { ...platform.node.rpc, url: core.url },
      runtime: realRuntime(),
      chainPollMs,
      zmq: [publisher.endpoint],
      onEvent: ({ text }) => events.push(text),
    });
    await until(async () => events.some((text) => /^the node's notices come from/.test(text)));
    await platform.api.sync();
  }
  async function until(holds: () => Promise<boolean>): Promise<void> {
    for (const endMs = Date.now() + 10_000; !(await holds()); await wait(20))
      if (Date.now() > endMs) throw new Error(`not in time: ${events.join(' | ')}`);
  }
  const balances = async (): Promise<number[]> => {
    const { balance, balance_confirmed } = (await platform.get('/user')).body;
    return [balance, balance_confirmed];
  };
  const isBalance = (all: number, confirmed: number) => async (): Promise<boolean> =>
    String(await balances()) === String([all, confirmed]);
  async function publishTx(txid: string): Promise<void> {
    publisher.publish('rawtx', Buffer.from(await platform.rpc.call<string>('getrawtransaction', [txid]), 'hex'));
  }

  it('a payment and its block are seen at once; what is not ours is not looked for', async () => {
    await restart(NEVER_MS);
    await publishTx(await platform.node.fund(SHOP, 20_000));
    await wait(300);
    const looksBefore = core.calls.getrawmempool;
    await publishTx(await platform.node.fund(platform.keys.address(1, 0, 0), 500_000));
    await until(isBalance(500_000, 0));
    expect(core.calls.getrawmempool).to.equal(looksBefore + 1);
    const [hash] = await platform.node.mine(1);
    publisher.publish('hashblock', Buffer.from(hash, 'hex'));
    await until(isBalance(500_000, 500_000));
    const metrics = await (await fetch(platform.api.url + '/metrics')).text();
    expect(metrics).to.include('chaincloud_node_notices_total{topic="hashblock"} 1\n');
    expect(metrics).to.include('chaincloud_node_notices_total{topic="rawtx"} 2\n');
  });

  it('notices that do not come: polling sees it', async () => {
    await restart(100);
    publisher.drop();
    await platform.node.fund(platform.keys.address(1, 0, 0), 500_000);
    await platform.node.mine(1);
    await until(isBalance(500_000, 500_000));
    expect(events.filter((text) => /^no notices of the node/.test(text))).to.have.length(1);
  });

  it('an endpoint of another form is refused before a port is opened', async () => {
    const refused = platform.restart({ zmq: ['ipc:///tmp/x'] }).catch((error: unknown) => error);
    expect(await refused).to.include({ code: 'bad-option' });
    await platform.restart().catch(() => undefined);
  });
});
