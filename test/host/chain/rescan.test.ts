// Holds host/chain/rescan.ts: blocks are read again beside the follower, in rounds, over stops, and alone when they
// fail. Neighbours: two wishes at different heights, a reorganisation in between, a node that was pruned meanwhile.
// Held elsewhere: the recovery of an account (../api/chain-events.test.ts), the command (tools/cli).

import { expect } from 'chai';
import { createFollower, ROUND_MS } from '../../../host/chain/follower';
import { addRescan, createRescanner, type Rescanner } from '../../../host/chain/rescan';
import { ADMIN_TOKEN, startPlatform, type Platform } from '../api/fixture';
import { startCoreNode } from '../core-node';
import { chainOf, type TestChain } from './chain-fixture';

describe('host/chain/rescan', () => {
  let platform: Platform;
  let chain: TestChain;
  beforeEach(async () => {
    platform = await startPlatform();
    chain = await chainOf(platform);
  });
  afterEach(async () => {
    await chain.close();
    await platform.close();
  });

  const balance = async (): Promise<number> => (await platform.get('/user', platform.tokens.cold)).body.balance;
  const tip = (): Promise<number> => platform.rpc.call<number>('getblockcount');
  const wish = (from: number, target: number): Promise<void> =>
    chain.db.transaction((tx) => addRescan(tx, { from, target, nowMs: 0, isAsked: true }));
  const rows = (): Promise<{ next_height: number; ended_at: number | null }[]> =>
    chain.db.all('SELECT next_height, ended_at FROM rescans WHERE is_asked = 1 ORDER BY id');

  /** As if nobody had looked for a deposit when its block came. */
  async function overlooked(index: number): Promise<number> {
    const txid = await platform.deposit(2, index, 40_000);
    for (const table of ['txs', 'tx_inputs', 'tx_outputs'])
      await chain.db.run(`DELETE FROM ${table} WHERE txid = ?`, [txid]);
    return tip();
  }
  /** A rescanner whose clock lets it read one block a round. */
  function slowRescanner(): Rescanner {
    let nowMs = 0;
    const runtime = { ...chain.runtime, nowMs: () => (nowMs += 0.6 * ROUND_MS) };
    return createRescanner({ ...chain, runtime }, createFollower(chain), async () => undefined);
  }

  it('goes on after a stop where it was, and finds what was overlooked', async () => {
    const from = await overlooked(0);
    await platform.mine(5);
    await wish(from, await tip());
    let [read, rounds] = [0, 0];
    for (let isBehind = true; isBehind; rounds++) {
      const round = await slowRescanner().work(); // another process each time
      read += round.read;
      isBehind = round.isBehind;
      expect(round.read).to.be.at.most(1);
      if (rounds === 0) expect(await balance()).to.equal(40_000);
    }
    expect([read, (await rows())[0].ended_at !== null]).to.deep.equal([6, true]);
    expect(rounds).to.be.greaterThan(5);
  });

  it('the follower goes on meanwhile, and its blocks are not read again', async () => {
    const from = await overlooked(0);
    await platform.mine(3);
    await wish(from, await tip());
    const rescanner = slowRescanner();
    expect((await rescanner.work()).isBehind).to.equal(true);
    await platform.node.fund(platform.keys.address(2, 0, 1), 50_000);
    await platform.node.mine(1);
    await createFollower(chain).follow();
    expect(await balance()).to.equal(90_000);
    expect((await rows())[0].next_height).to.be.lessThan(await tip());
  });

  it('two wishes are one pass: each block is read once', async () => {
    const from = await overlooked(0);
    await platform.mine(6);
    await wish(from + 4, await tip());
    await wish(from, await tip());
    const { read } = await createRescanner(chain, createFollower(chain), async () => undefined).work();
    expect(read).to.equal(7);
    for (const { next_height, ended_at } of await rows())
      expect([next_height, ended_at === null]).to.deep.equal([(await tip()) + 1, false]);
  });

  it('a block that a reorganisation takes off is not written; the other branch is', async () => {
    const from = await overlooked(0);
    await platform.mine(3);
    await wish(from, await tip());
    const stale = await platform.rpc.call<string>('getblockhash', [from + 1]);
    await platform.rpc.call('invalidateblock', [stale]);
    await platform.node.fund(platform.keys.address(2, 0, 1), 50_000);
    await platform.node.mine(1); // shorter than what the follower knows
    const rescanner = createRescanner(chain, createFollower(chain), async () => undefined);
    expect((await rescanner.work()).read).to.equal(1); // the block before the branch
    expect(await balance()).to.equal(40_000);
    await platform.api.sync();
    expect(await balance()).to.equal(90_000);
    const states = await chain.db.all('SELECT txid FROM txs WHERE block_hash = ?', [stale]);
    expect(states).to.deep.equal([]);
    expect((await rows())[0].ended_at).to.not.equal(null);
  });

  it('coins of addresses that it needs are found too: their blocks are read once more', async () => {
    let extended = 0;
    const from = await overlooked(0);
    await platform.mine(1);
    await wish(from, await tip());
    const extend = async (): Promise<void> => {
      if (extended++ === 0)
        await chain.db.transaction((tx) => addRescan(tx, { from, target: 0, nowMs: 0, isAsked: false }));
    };
    const { read } = await createRescanner(chain, createFollower(chain), extend).work();
    expect([read, extended]).to.deep.equal([3, 2]);
  });

  it('fails alone: on a pruned node deposits go on, the progress says why it ended', async () => {
    const core = await startCoreNode(platform.node.rpc);
    try {
      await platform.restart({ rpc: { ...platform.node.rpc, url: core.url } });
      await platform.mine(4);
      core.mode.prunedBelow = 3;
      const ask = (height: number): Promise<{ status: number; body: any }> =>
        platform.json('/admin/rescan', { height }, ADMIN_TOKEN);
      const refused = await ask(2);
      expect([refused.status, refused.body.message]).to.deep.equal([
        400,
        'height 2: the node is pruned and has no such block any more, its blocks begin at 3; try again with a later ' +
          'height, or on a node with prune=0 that has all blocks',
      ]);
      expect((await ask(3)).status).to.equal(200);
      core.mode.prunedBelow = 1000; // before it came to it
      const deposited = platform.node.fund(platform.keys.address(2, 0, 0), 60_000);
      await deposited;
      await platform.api.sync();
      expect(await balance()).to.equal(60_000);
      const headers = { token: ADMIN_TOKEN };
      const answer = await fetch(platform.api.url + '/api/v1/admin/rescan', { headers });
      const progress = (await answer.json()) as { failure: string };
      expect(progress).to.include({ from: 3, height: null, done: true });
      expect(progress.failure).to.contain('pruned');
    } finally {
      core.close();
    }
  });
});
