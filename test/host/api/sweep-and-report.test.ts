// Cold sweep by PSBT, and statements that add up to the satoshi and agree with the node. Spec: docs/overview.md flows 6
// and 7; BIP174.

import { expect } from 'chai';
import * as btc from '@scure/btc-signer';
import { NETWORKS } from '../../../host/bitcoin/network';
import type { SignJob } from '../../../host/gateway/types';
import type { Statement } from '../../../host/api/report';
import { ADMIN_TOKEN, signJob, startPlatform, type Platform } from './fixture';

const PAYOUT = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

function signPsbt(platform: Platform, psbt: string): string {
  const tx = btc.Transaction.fromPSBT(Buffer.from(psbt, 'base64'));
  for (let i = 0; i < tx.inputsLength; i++) {
    const [, { path }] = (tx.getInput(i).bip32Derivation as [Uint8Array, { path: number[] }][])[0];
    tx.signIdx(platform.keys.side(2).deriveChild(path[3]).deriveChild(path[4]).privateKey as Uint8Array, i);
  }
  return Buffer.from(tx.toPSBT()).toString('base64');
}

for (const script of ['p2wpkh', 'p2pkh'] as const) {
  describe(`host/api sweep, ${script}`, () => {
    let platform: Platform;
    before(async () => {
      platform = await startPlatform({ script });
    });
    after(() => platform.close());

    it('prepares a PSBT of all confirmed cold coins, takes the signed one, sends it', async () => {
      const { cold } = platform.tokens;
      expect((await platform.post('/sweep/prepare', { address: PAYOUT }, cold)).body.code).to.equal(5);
      for (let index = 0; index < 3; index++) await platform.deposit(2, index, 100_000 + index);
      await platform.deposit(1, 0, 77_000);
      await platform.node.fund(platform.keys.address(2, 0, 3), 50_000);
      await platform.api.sync();
      const { body } = await platform.post('/BTC/sweep/prepare', { address: PAYOUT }, cold);
      expect(body).to.include({
        address: PAYOUT,
        inputs: 3,
        inputs_left: 0,
        total: 300_003,
        value: 300_003 - body.fee,
      });
      const psbt = btc.Transaction.fromPSBT(Buffer.from(body.psbt, 'base64'));
      expect(psbt.outputsLength).to.equal(1);
      expect(psbt.getOutputAddress(0, NETWORKS.regtest)).to.equal(PAYOUT);
      expect(
        (
          psbt.getInput(0).bip32Derivation as [Uint8Array, { path: number[]; fingerprint: number }][]
        )[0][1].fingerprint.toString(16),
      ).to.equal(platform.keys.file.fingerprint.replace(/^0+/, ''));
      for (const bad of [body.psbt, 'AAAA', '', 'x'.repeat(100)])
        expect((await platform.post('/sweep/submit', { psbt: bad }, cold)).body.code).to.equal(2);
      const submitted = (await platform.post('/sweep/submit', { psbt: signPsbt(platform, body.psbt) }, cold)).body;
      expect(submitted.result).to.equal(true);
      expect(await platform.rpc.call('getrawmempool')).to.include(submitted.tx_hash);
      expect((await platform.post('/sweep/submit', { psbt: signPsbt(platform, body.psbt) }, cold)).body).to.deep.equal(
        submitted,
      );
      await platform.mine();
      expect((await platform.get('/user', cold)).body.balance).to.equal(50_000);
      const made = (await platform.get('/report/statement', cold)).body as Statement;
      expect(made).to.include({ deposits: 350_003, sweeps: body.value, fees: body.fee, closing_balance: 50_000 });
    });

    it('takes no transaction that spends other coins', async () => {
      await platform.send('1', `${PAYOUT},20000`);
      const job = (await platform.nextJob()) as SignJob;
      await platform.finish(job, { ok: true, signatures: signJob(platform.keys, job, script) });
      const raw = await platform.rpc.call<string>('getrawtransaction', [(await platform.get('/tx/1')).body.tx_hash]);
      expect((await platform.post('/sweep/submit', { raw_tx: raw }, platform.tokens.cold)).body.code).to.equal(2);
      expect((await platform.post('/sweep/submit', { raw_tx: 'zz' }, platform.tokens.cold)).body.code).to.equal(2);
    });
  });
}

describe('host/report statements', () => {
  let platform: Platform;
  beforeEach(async () => {
    platform = await startPlatform({ api: { chainPollMs: 600_000 } });
  });
  afterEach(() => platform.close());

  async function pay(no: string, outs: string): Promise<SignJob> {
    expect((await platform.send(no, outs)).status).to.equal(200);
    const job = (await platform.nextJob()) as SignJob;
    await platform.finish(job, { ok: true, signatures: signJob(platform.keys, job) });
    return job;
  }

  const at = (): string => new Date(platform.runtime.nowMs()).toISOString().slice(0, 19);

  it('adds up over periods and agrees with the unspent outputs of the node', async () => {
    await platform.deposit(1, 0, 500_000);
    await platform.deposit(1, 1, 300_001);
    const first = await pay('=1+1', `${PAYOUT},120000;${PAYOUT},30000`);
    await platform.mine();
    await platform.runtime.advance(3_600_000);
    const middle = at();
    await platform.runtime.advance(3_600_000);
    const own = platform.keys.address(1, 0, 7);
    const second = await pay('2', `${own},50000`);
    await platform.mine();
    const third = await pay('3', `${PAYOUT},10000`);
    await platform.mine(2);
    await platform.runtime.advance(1000);
    const whole = (await platform.get('/report/statement')).body as Statement;
    const fees = first.fee_sats + second.fee_sats + third.fee_sats;
    expect(whole).to.include({
      account: 0,
      side: 'hot_sending',
      opening_balance: 0,
      deposits: 800_001,
      sends: 160_000,
      sweeps: 0,
      others: 0,
      fees,
      closing_balance: 800_001 - 160_000 - fees,
    });
    expect(whole.entries.map((entry) => entry.kind)).to.deep.equal(['deposit', 'deposit', 'send', 'send', 'send']);
    expect(whole.entries.map((entry) => entry.user_tx_no)).to.deep.equal([null, null, '=1+1', '2', '3']);
    expect(whole.closing_balance).to.equal((await platform.get('/user')).body.balance);
    let onNode = 0;
    for (const entry of whole.entries) {
      const { outputs } = (await platform.get('/tx/detail/' + entry.tx_hash)).body as {
        outputs: { sn: number; is_mine: boolean }[];
      };
      for (const { sn, is_mine: isMine } of outputs) {
        const left = isMine ? await platform.rpc.call<{ value: number } | null>('gettxout', [entry.tx_hash, sn]) : null;
        onNode += Math.round((left?.value ?? 0) * 1e8);
      }
    }
    expect(onNode).to.equal(whole.closing_balance);
    const early = (await platform.get('/report/statement?to=' + middle)).body as Statement;
    const late = (await platform.get('/BTC/report/statement?from=' + middle)).body as Statement;
    expect(late.opening_balance).to.equal(early.closing_balance);
    expect(late.closing_balance).to.equal(whole.closing_balance);
    expect(early.entries.length + late.entries.length).to.equal(whole.entries.length);
  });

  it('writes CSV that a spreadsheet does not run', async () => {
    await platform.deposit(1, 0, 500_000);
    await pay('=1+1', `${PAYOUT},120000`);
    await platform.mine();
    await platform.runtime.advance(1000);
    const { body } = await platform.get('/report/statement?format=csv');
    const lines = (body as string).trimEnd().split('\r\n');
    expect(lines).to.have.length(5);
    expect(lines[3]).to.contain(",'=1+1,");
    expect(new Set(lines.map((line) => line.split(',').length))).to.deep.equal(new Set([11]));
    expect(lines[4].split(',').pop()).to.equal(String((await platform.get('/user')).body.balance));
  });

  it('gives the admin both sides', async () => {
    await platform.deposit(1, 0, 10_000);
    await platform.deposit(2, 0, 20_000);
    await platform.runtime.advance(1000);
    const answer = await fetch(platform.api.url + '/api/v1/admin/accounts/0/statement', {
      headers: { token: ADMIN_TOKEN },
    });
    const both = (await answer.json()) as { hot_sending: Statement; cold_receiving: Statement };
    expect([both.hot_sending.closing_balance, both.cold_receiving.closing_balance]).to.deep.equal([10_000, 20_000]);
  });
});
