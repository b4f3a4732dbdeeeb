// The API on a chain that moves: reorganisations, double spends, restarts in between, recovery of an account.
// Spec: docs/overview.md flow 3; docs/threat-model.md I2 and I5.

import { expect } from 'chai';
import type { SignJob } from '../../../host/gateway/types';
import { ADMIN_TOKEN, signJob, startPlatform, testKeys, type Platform } from './fixture';

const SHOP = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

describe('host/api on a moving chain', () => {
  let platform: Platform;
  beforeEach(async () => {
    platform = await startPlatform();
  });
  afterEach(() => platform.close());

  const confirmations = async (txid: string, token = platform.tokens.cold): Promise<number> =>
    (await platform.get('/tx/detail/' + txid, token)).body.confirmation;

  it('counts confirmations, takes them back in a reorganisation, counts again on the other branch', async () => {
    const txid = await platform.node.fund(platform.keys.address(2, 0, 0), 40_000);
    await platform.api.sync();
    expect(await confirmations(txid)).to.equal(0);
    const [first] = await platform.mine(3);
    expect(await confirmations(txid)).to.equal(3);
    await platform.rpc.call('invalidateblock', [first]);
    await platform.api.sync();
    expect(await confirmations(txid)).to.equal(0);
    expect((await platform.get('/user', platform.tokens.cold)).body).to.include({
      balance: 40_000,
      balance_confirmed: 0,
    });
    await platform.mine(1);
    expect(await confirmations(txid)).to.equal(1);
    await platform.rpc.call('reconsiderblock', [first]);
    await platform.api.sync();
    expect(await confirmations(txid)).to.equal(3);
  });

  it('notices a reorganisation that happened while it was down', async () => {
    const txid = await platform.node.fund(platform.keys.address(2, 0, 0), 40_000);
    const [first] = await platform.mine(4);
    await platform.api.close();
    await platform.rpc.call('invalidateblock', [first]);
    await platform.node.mine(6);
    await platform.restart();
    await platform.api.sync();
    expect(await confirmations(txid)).to.equal(6);
  });

  it('a deposit that vanishes is no longer counted', async () => {
    const txid = await platform.node.fund(platform.keys.address(2, 0, 0), 40_000);
    const raw = await platform.rpc.call<string>('getrawtransaction', [txid]);
    await platform.api.sync();
    const other = await dropFromMempool(raw);
    await platform.api.sync();
    expect(other).to.equal(true);
    expect((await platform.get('/tx', platform.tokens.cold)).body).to.deep.equal([]);
    expect((await platform.get('/tx/detail/' + txid, platform.tokens.cold)).status).to.equal(404);
    expect((await platform.get('/user', platform.tokens.cold)).body.balance).to.equal(0);
  });

  /** The coin of the mempool's only transaction goes away with the block that made it. */
  async function dropFromMempool(raw: string): Promise<boolean> {
    const tx = await platform.rpc.call<{ vin: { txid: string }[] }>('decoderawtransaction', [raw]);
    const parent = await platform.rpc.call<{ blockhash: string }>('getrawtransaction', [tx.vin[0].txid, true]);
    await platform.rpc.call('invalidateblock', [parent.blockhash]);
    await platform.node.mine(1);
    return (await platform.rpc.call<string[]>('getrawmempool')).length === 0;
  }

  it('a payment whose coin is lost in a reorganisation stays 0, and goes out when the coin is back', async () => {
    const funding = await platform.node.fund(platform.keys.address(1, 0, 0), 100_000);
    const [block] = await platform.mine(1);
    await platform.send('1', `${SHOP},50000`);
    const job = (await platform.nextJob()) as SignJob;
    const raw = await platform.rpc.call<string>('getrawtransaction', [funding]);
    await platform.rpc.call('invalidateblock', [block]);
    await dropFromMempool(raw);
    await platform.finish(job, { ok: true, signatures: signJob(platform.keys, job) });
    expect((await platform.get('/tx/1')).body).to.include({ hot_wallet_tx_status: 0, tx_hash: null });
    await platform.restart();
    await platform.api.sync();
    expect((await platform.get('/tx/1')).body).to.include({ hot_wallet_tx_status: 0, tx_hash: null });
    await platform.node.mine(120);
    await platform.rpc.call('sendrawtransaction', [raw]).catch(() => undefined);
    await platform.api.sync();
    const status = (await platform.get('/tx/1')).body;
    expect(status.hot_wallet_tx_status === 1).to.equal(status.tx_hash !== null);
  });

  it('knows addresses ahead of the used ones, batch after batch', async () => {
    const { cold } = platform.tokens;
    await platform.get('/address/batch/1', cold);
    await platform.deposit(2, 999, 20_000);
    await platform.deposit(2, 1950, 20_000);
    await platform.deposit(2, 2100, 20_000);
    expect((await platform.get('/address/next', cold)).body.index).to.equal(2101);
    expect((await platform.get('/user', cold)).body.balance).to.equal(60_000);
  });

  it('recovers an account from its birth height: an empty database finds all coins again', async () => {
    const keys = testKeys(3);
    await platform.node.fund(keys.address(2, 0, 5), 11_000);
    await platform.node.fund(keys.address(1, 0, 150), 22_000);
    await platform.mine(2);
    await platform.node.fund(keys.address(1, 0, 340), 33_000);
    await platform.mine(1);
    const { body } = await platform.json('/admin/accounts', { file: keys.file, birth_height: 0 }, ADMIN_TOKEN);
    await platform.api.sync();
    expect((await platform.get('/user', body.tokens.cold_receiving)).body.balance).to.equal(11_000);
    expect((await platform.get('/user', body.tokens.hot_sending)).body.balance).to.equal(55_000);
    await platform.node.fund(keys.address(2, 0, 5500), 44_000);
    await platform.mine(1);
    expect((await platform.get('/user', body.tokens.cold_receiving)).body.balance).to.equal(11_000);
    await platform.get('/address/batch/5', body.tokens.cold_receiving);
    await platform.api.sync();
    expect((await platform.get('/user', body.tokens.cold_receiving)).body.balance).to.equal(55_000);
  });

  it('young coinbases are balance, not spendable', async () => {
    await platform.node.mine(1, platform.keys.address(1, 0, 0));
    await platform.api.sync();
    expect((await platform.get('/user')).body.balance).to.be.greaterThan(100_000_000);
    expect((await platform.send('1', `${SHOP},50000`)).body.code).to.equal(5);
    await platform.mine(99);
    expect((await platform.send('1', `${SHOP},50000`)).status).to.equal(200);
  });
});
