// The API on a node that answers as Bitcoin Core does: no transaction index, no wallet, pruned, in warm-up, busy,
// with a cookie. Spec: Bitcoin Core 24 to 29; docs/threat-model.md I14.
// Neighbours: prevouts in a block, in the mempool (parent in the chain, parent in the mempool); a birth height below,
// at and above the pruned one; a cookie that changes while it is in use. Held elsewhere: faults of single calls
// (chain-duties.test.ts), the client's errors (../bitcoin/rpc.test.ts).

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { SignJob } from '../../../host/gateway/types';
import { startCoreNode, type CoreNode } from '../core-node';
import { ADMIN_TOKEN, signJob, startPlatform, testKeys, type Answer, type Platform } from './fixture';

const SHOP = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

describe('host/api on a node like Bitcoin Core', () => {
  let platform: Platform;
  let core: CoreNode;
  beforeEach(async () => {
    platform = await startPlatform();
    core = await startCoreNode(platform.node.rpc);
    await platform.restart({ rpc: { ...platform.node.rpc, url: core.url } });
  });
  afterEach(async () => {
    await platform.close();
    core.close();
  });
  const codeOfSync = (): Promise<string | undefined> =>
    platform.api.sync().then(
      () => undefined,
      (error: { code: string }) => error.code,
    );
  const detail = async (txid: string): Promise<Answer['body']> => (await platform.get('/tx/detail/' + txid)).body;

  it('knows whom a deposit comes from and its fee, in the mempool and in a block, without an index', async () => {
    const txid = await platform.node.fund(platform.keys.address(1, 0, 0), 600_000);
    await platform.api.sync();
    const waiting = await detail(txid);
    expect(waiting.inputs[0]).to.include({ is_mine: false });
    expect(waiting.inputs[0].address).to.match(/^bcrt1/);
    expect(waiting.inputs[0].value).to.be.greaterThan(600_000);
    const chained = await platform.node.fund(platform.keys.address(1, 0, 1), 700_000); // on the change of the first
    await platform.api.sync();
    expect((await detail(chained)).inputs[0].value).to.be.greaterThan(700_000);
    const late = await platform.node.fund(platform.keys.address(1, 0, 2), 800_000); // seen in its block first
    await platform.mine();
    for (const id of [txid, chained, late]) {
      const { inputs, outputs, fee } = await detail(id);
      const sum = (parts: { value: number }[]): number => parts.reduce((total, part) => total + part.value, 0);
      expect(inputs.every((input: { address: string | null }) => input.address !== null)).to.equal(true);
      expect(fee).to.equal(sum(inputs) - sum(outputs));
    }
    const methods = Object.keys(core.calls);
    for (const ofWallet of ['getbalance', 'gettransaction', 'listunspent', 'getnewaddress'])
      expect(methods).to.not.include(ofWallet);
  });

  it('sends and sees its own payment', async () => {
    await platform.deposit(1, 0, 600_000);
    await platform.send('1', `${SHOP},500000`);
    const job = (await platform.nextJob()) as SignJob;
    await platform.finish(job, { ok: true, signatures: signJob(platform.keys, job) });
    await platform.mine();
    const { tx_hash: txid } = (await platform.get('/tx/1')).body;
    expect(await detail(txid)).to.include({ fee: job.fee_sats, confirmation: 1 });
  });

  it('a node in warm-up or with a full queue is asked again', async () => {
    core.mode.isWarmingUp = true;
    await platform.restart({ rpc: { ...platform.node.rpc, url: core.url } });
    expect(await codeOfSync()).to.equal('rpc-warmup');
    expect((await platform.get('/user')).status).to.equal(200);
    const refused = await platform.json('/admin/accounts', { file: testKeys(1).file }, ADMIN_TOKEN);
    expect([refused.status, refused.body.code]).to.deep.equal([503, 12]);
    core.mode.isWarmingUp = false;
    core.mode.isBusy = true;
    expect(await codeOfSync()).to.equal('rpc-busy');
    core.mode.isBusy = false;
    await platform.deposit(1, 0, 600_000);
    expect((await platform.get('/user')).body.balance_confirmed).to.equal(600_000);
  });

  it('a cookie file: none, one, another one while it is in use', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'chaincloud-cookie-'));
    const cookieFile = join(folder, '.cookie');
    try {
      const withoutLogin = await platform.restart({ rpc: { url: core.url } }).catch((error: { code: string }) => error);
      expect(withoutLogin?.code).to.equal('bad-option');
      await platform.restart({ rpc: { url: core.url, cookieFile } });
      expect(await codeOfSync()).to.equal('rpc-auth');
      for (const secret of ['first', 'second', 'third']) {
        core.mode.login = '__cookie__:' + secret;
        writeFileSync(cookieFile, core.mode.login);
        expect(await codeOfSync(), secret).to.equal(undefined);
      }
      core.mode.login = '__cookie__:fourth';
      expect(await codeOfSync()).to.equal('rpc-auth');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('a birth height below the pruned blocks is refused with what to do; the others notice nothing', async () => {
    await platform.mine(6);
    const tip = await platform.rpc.call<number>('getblockcount');
    core.mode.prunedBelow = tip - 2;
    const register = (account: number, birthHeight: number): Promise<Answer> =>
      platform.json('/admin/accounts', { file: testKeys(account).file, birth_height: birthHeight }, ADMIN_TOKEN);
    const refused = await register(2, tip - 3);
    expect([refused.status, refused.body.code]).to.deep.equal([400, 2]);
    expect(refused.body.message)
      .to.contain(`its blocks begin at ${tip - 2}`)
      .and.to.contain('prune=0');
    expect((await register(2, tip - 2)).status).to.equal(200);
    expect((await register(3, tip)).status).to.equal(200);
    await platform.deposit(1, 0, 600_000);
    expect((await platform.get('/user')).body.balance_confirmed).to.equal(600_000);
  });

  it('payments of a mempool are seen as they come, and again in their block', async () => {
    const payments = Array.from({ length: 24 }, (_, i) => ({ at: platform.keys.address(1, 0, i), sats: 10_000 + i }));
    for (const { at, sats } of payments.slice(0, 12)) await platform.node.fund(at, sats);
    await platform.api.sync();
    expect((await platform.get('/user')).body.balance).to.equal(120_066);
    for (const { at, sats } of payments.slice(12)) await platform.node.fund(at, sats);
    await platform.api.sync();
    expect((await platform.get('/user')).body.balance).to.equal(240_276);
    await platform.mine();
    expect((await platform.get('/user')).body.balance_confirmed).to.equal(240_276);
  });

  it('batches are given out near the last one that was paid', async () => {
    const ask = async (n: number): Promise<number> =>
      (await platform.get('/address/batch/' + n, platform.tokens.cold)).status;
    expect([await ask(1), await ask(20), await ask(21), await ask(100)]).to.deep.equal([200, 200, 400, 400]);
    await platform.deposit(2, 1500, 10_000);
    expect([await ask(21), await ask(22)]).to.deep.equal([200, 400]);
  });
});
