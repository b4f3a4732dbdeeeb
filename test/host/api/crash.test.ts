// The API killed without warning, again and again, and many requests at once: each accepted request ends in one
// payment, and no coin serves two. Spec: docs/threat-model.md I2 and 5.

import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { expect } from 'chai';
import type { SignJob } from '../../../host/gateway/types';
import { ADMIN_TOKEN, GATEWAY_TOKEN, type Platform, signJob, startAnotherApi, startPlatform } from './fixture';

const SHOP = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';
const API = resolve(__dirname, '../../../host/api');
const RUNTIME = resolve(__dirname, '../../../host/kit/runtime');

/** An API in a process of its own, on the wall clock. */
async function startChild(platform: Platform): Promise<{ child: ChildProcess; url: string }> {
  const options = {
    network: 'regtest',
    rpc: platform.node.rpc,
    database: platform.database,
    adminToken: ADMIN_TOKEN,
    gatewayToken: GATEWAY_TOKEN,
    chainPollMs: 20,
  };
  const script = `
    const { startApi } = require(${JSON.stringify(API)});
    const { realRuntime } = require(${JSON.stringify(RUNTIME)});
    startApi({ ...${JSON.stringify(options)}, runtime: realRuntime() }).then((api) => console.log(api.url));`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise<string>((done) =>
    child.stdout?.once('data', (bytes: Buffer) => done(bytes.toString().trim())),
  );
  return { child, url };
}

describe('host/api under fire', function () {
  this.timeout(180_000);

  it('killed at any moment: every accepted request is paid once', async () => {
    const platform = await startPlatform();
    for (let i = 0; i < 6; i++) await platform.deposit(1, i, 60_000);
    await platform.api.close();
    const accepted = new Set<string>();
    let isOver = false;
    let at = await startChild(platform);
    const call = async (path: string, init: RequestInit): Promise<{ status: number; body: never } | undefined> => {
      try {
        const answer = await fetch(at.url + path, { ...init, signal: AbortSignal.timeout(10_000) });
        return { status: answer.status, body: (await answer.json()) as never };
      } catch {
        return undefined; // it was killed under this call
      }
    };
    const gateway = async (path: string, body: object): Promise<unknown> =>
      (
        await call('/api/v1/gateway' + path, {
          method: 'POST',
          headers: { token: GATEWAY_TOKEN, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
      )?.body;
    const sending = (async () => {
      for (let n = 1; n <= 6; n++) {
        for (;;) {
          const form = new URLSearchParams({
            user_tx_no: String(n),
            outs: `${SHOP},${20_000 + n}`,
            vc_code: '2:' + Buffer.alloc(32, n).toString('base64url'),
            c_id: '1',
            is_dynamic_fee: '0',
          });
          const answer = (await call('/api/v1/open/tx/request', {
            method: 'POST',
            headers: { token: platform.tokens.hot, 'content-type': 'application/x-www-form-urlencoded' },
            body: form.toString(),
          })) as { status: number; body: { code?: number } } | undefined;
          if (answer && (answer.status === 200 || answer.body.code === 3)) break;
          await new Promise((done) => setTimeout(done, 20));
        }
        accepted.add(String(n));
      }
    })();
    const signing = (async () => {
      while (!isOver) {
        const answer = (await gateway('/next', {})) as { job: SignJob | null } | undefined;
        if (answer?.job)
          await gateway(`/jobs/${answer.job.id}/result`, { ok: true, signatures: signJob(platform.keys, answer.job) });
        else await new Promise((done) => setTimeout(done, 20));
      }
    })();
    for (let kills = 0; kills < 8; kills++) {
      await new Promise((done) => setTimeout(done, 30 + ((kills * 97) % 260)));
      const gone = new Promise((done) => at.child.once('exit', done));
      at.child.kill('SIGKILL');
      await gone;
      at = await startChild(platform);
    }
    await sending;
    const statusOf = async (no: string): Promise<{ hot_wallet_tx_status: number; tx_hash: string }> =>
      (await call('/api/v1/open/tx/' + no, { headers: { token: platform.tokens.hot } }))?.body as never;
    for (const no of accepted) {
      for (let tries = 0; (await statusOf(no))?.hot_wallet_tx_status !== 1; tries++) {
        if (tries > 400) throw new Error('request ' + no + ' was not paid');
        await new Promise((done) => setTimeout(done, 50));
      }
    }
    isOver = true;
    await signing;
    const hashes = await Promise.all([...accepted].map(async (no) => (await statusOf(no)).tx_hash));
    at.child.kill('SIGKILL');
    await platform.node.mine(1);
    const paid: number[] = [];
    const tip = await platform.rpc.call<string>('getbestblockhash');
    const block = await platform.rpc.call<{
      tx: { txid: string; vout: { value: number; scriptPubKey: { address: string } }[] }[];
    }>('getblock', [tip, 2]);
    for (const tx of block.tx.slice(1))
      paid.push(
        ...tx.vout.filter((out) => out.scriptPubKey.address === SHOP).map((out) => Math.round(out.value * 1e8)),
      );
    expect(paid.sort()).to.deep.equal([1, 2, 3, 4, 5, 6].map((n) => 20_000 + n));
    expect(
      block.tx
        .slice(1)
        .map((tx) => tx.txid)
        .sort(),
    ).to.deep.equal(hashes.sort());
    await platform.restart();
    await platform.close();
  });

  it('20 requests at once, on as many APIs as the database allows: no coin twice, no request lost', async () => {
    const platform = await startPlatform();
    for (let i = 0; i < 23; i++) await platform.node.fund(platform.keys.address(1, 0, i), 30_000);
    await platform.mine();
    const isShared = platform.database.startsWith('postgres');
    const second = isShared ? await startAnotherApi(platform) : undefined;
    const urls = [platform.api.url, second?.url ?? platform.api.url];
    const post = (n: number, url: string): Promise<Response> =>
      fetch(url + '/api/v1/open/tx/request', {
        method: 'POST',
        headers: { token: platform.tokens.hot, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({
          user_tx_no: String(n),
          outs: `${SHOP},${20_000 + n}`,
          vc_code: '2:' + Buffer.alloc(32, n).toString('base64url'),
          c_id: '1',
          is_dynamic_fee: '0',
        }).toString(),
      });
    const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => post(i >> 1, urls[i & 1])));
    expect(answers.filter((answer) => answer.status === 200)).to.have.length(20);
    const refused = await Promise.all(
      answers.filter((answer) => answer.status !== 200).map((answer) => answer.json() as Promise<{ code: number }>),
    );
    expect(new Set(refused.map((body) => body.code))).to.deep.equal(new Set([3]));
    const coins: string[] = [];
    for (let i = 0; i < 20; i++) {
      const job = (await platform.nextJob()) as SignJob;
      coins.push(...job.inputs.map((input) => `${input.prev_txid}:${input.vout}`));
      await platform.finish(job, { ok: true, signatures: signJob(platform.keys, job) });
    }
    expect(new Set(coins).size).to.equal(coins.length);
    await platform.mine();
    await second?.sync();
    for (let n = 0; n < 20; n++)
      expect((await platform.get('/tx/' + n)).body.hot_wallet_tx_status, String(n)).to.equal(1);
    await second?.close();
    await platform.close();
  });
});
