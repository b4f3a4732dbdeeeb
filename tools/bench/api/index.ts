// Figures of the API over HTTP: what a read costs against bare Fastify with the same bytes, and what a payment of a
// thousand at once costs. Figures are CPU time of the server's process, because the machine's other work is not in it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { secp256k1 } from '@noble/curves/secp256k1';
import { bytesToHex } from '@noble/hashes/utils';
import { HDKey } from '@scure/bip32';
import type { ApiOptions } from '../../../host/api';
import { realRuntime } from '../../../host/kit/runtime';
import { startRegtestNode } from '../../../host/sim/regtest/regtest-node';
import type { BenchRow } from '../row';
import { load, requestOf } from './load';
import { startServer, type ServerProcess } from './server';

const OPEN = '/api/v1/open';
const CONNECTIONS = 10;
const READS = 20_000;
const BATCH_READS = 8_000;
const AT_ONCE = 1000;
const CPU_GOAL_MS = 5;
const COINS = 10;
const COIN_SATS = 10_000_000;
const PAYEE = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';
const TOKENS = { adminToken: 'bench-admin-token-0', gatewayToken: 'bench-gateway-token-0' };
const UNLIMITED = { burst: 1e9, perSecond: 1e9 };
const VERSIONS = { public: 0x043587cf, private: 0x04358394 };

/** An account's public file, from keys of a fixed seed. */
function accountFile(): object {
  const root = HDKey.fromMasterSeed(Buffer.alloc(32, 3), VERSIONS);
  const xpub = (n: number): string => root.derive(`m/84'/1'/${n}'`).publicExtendedKey;
  return {
    account: 0,
    network: 'regtest',
    script: 'p2wpkh',
    identity: bytesToHex(secp256k1.getPublicKey(root.derive("m/17229'/0'/0'").privateKey!, true)),
    fingerprint: root.fingerprint.toString(16).padStart(8, '0'),
    cold: { xpub: xpub(0) },
    hot: { xpub: xpub(1) },
  };
}

/** Requests a CPU second of the server, of `count` equal ones. */
async function perCpuSecond(server: ServerProcess, bytes: Buffer, count: number): Promise<number> {
  const take = (n: number): (() => Buffer | undefined) => {
    let left = n;
    return () => (left-- > 0 ? bytes : undefined);
  };
  await load({ url: server.url, connections: CONNECTIONS, next: take(count / 4) });
  const before = await server.cpuMs();
  const { refused } = await load({ url: server.url, connections: CONNECTIONS, next: take(count) });
  if (refused > 0) throw new Error(`${refused} of ${count} requests were refused`);
  return (count * 1000) / ((await server.cpuMs()) - before);
}

async function text(url: string, token: string): Promise<string> {
  return (await fetch(url, { headers: { token } })).text();
}

/** Reads against bare Fastify, each as requests a CPU second. */
async function reads(api: ServerProcess, token: string): Promise<BenchRow[]> {
  const paths: [path: string, count: number, goal: number][] = [
    ['/user', READS, 0.6],
    ['/address/batch/0', BATCH_READS, 0.8],
  ];
  const answers: Record<string, string> = {};
  for (const [path] of paths) answers[path] = await text(api.url + OPEN + path, token);
  const bare = await startServer({ bare: answers });
  const rows: BenchRow[] = [];
  for (const [path, count, goal] of paths) {
    const headers = { token };
    const baseline = await perCpuSecond(bare, requestOf('GET', new URL(bare.url + path), headers), count);
    const value = await perCpuSecond(api, requestOf('GET', new URL(api.url + OPEN + path), headers), count);
    const ratio = value / baseline;
    const name = `GET ${path}, requests a CPU second`;
    rows.push({
      name,
      value,
      unit: '1/s',
      baseline: 'bare Fastify, same bytes',
      ratio,
      goal: `${goal} or more`,
      ok: ratio >= goal,
    });
  }
  bare.stop();
  return rows;
}

/** A thousand payments, each on a connection of its own, all begun at once. */
async function atOnce(api: ServerProcess, token: string): Promise<BenchRow[]> {
  const url = new URL(api.url + OPEN + '/tx/request');
  const headers = { token, 'content-type': 'application/x-www-form-urlencoded' };
  let n = 0;
  const next = (): Buffer | undefined => {
    if (n >= AT_ONCE) return undefined;
    const form = { user_tx_no: `b${n}`, outs: `${PAYEE},${20_000 + n++}`, c_id: '1', is_dynamic_fee: '0' };
    const vcCode = '2:' + Buffer.alloc(32, 7).toString('base64url');
    return requestOf('POST', url, headers, new URLSearchParams({ ...form, vc_code: vcCode }).toString());
  };
  const before = await api.cpuMs();
  const { refused } = await load({ url: api.url, connections: AT_ONCE, next });
  if (refused > 0) throw new Error(`${refused} of ${AT_ONCE} payments were refused`);
  const cpuMs = ((await api.cpuMs()) - before) / AT_ONCE;
  return [
    {
      name: "1,000 payments at once, the API's CPU a request",
      value: cpuMs,
      unit: 'ms',
      baseline: `${CPU_GOAL_MS} ms`,
      ratio: cpuMs / CPU_GOAL_MS,
      goal: `under ${CPU_GOAL_MS} ms`,
      ok: cpuMs < CPU_GOAL_MS,
    },
  ];
}

/** Enters the account, gives it coins, and returns its hot token once the API has seen them. */
async function enter(api: ServerProcess, node: Awaited<ReturnType<typeof startRegtestNode>>): Promise<string> {
  const answer = await fetch(api.url + '/api/v1/admin/accounts', {
    method: 'POST',
    headers: { token: TOKENS.adminToken, 'content-type': 'application/json' },
    body: JSON.stringify({ file: accountFile(), name: 'bench' }),
  });
  const token = ((await answer.json()) as { tokens: { hot_sending: string } }).tokens.hot_sending;
  const batch = JSON.parse(await text(api.url + OPEN + '/address/batch/0', token)) as { address: string }[];
  for (let i = 0; i < COINS; i++) await node.fund(batch[i].address, COIN_SATS);
  await node.mine(1);
  const balance = async (): Promise<number> =>
    (JSON.parse(await text(api.url + OPEN + '/user', token)) as { balance_confirmed: number }).balance_confirmed;
  while ((await balance()) < COINS * COIN_SATS) await new Promise((resolve) => setTimeout(resolve, 50));
  return token;
}

export async function benchApi(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'chaincloud-bench-'));
  const node = await startRegtestNode({ runtime: realRuntime(), seed: 'bench' });
  const options: Omit<ApiOptions, 'runtime'> = {
    network: 'regtest',
    rpc: node.rpc,
    database: process.env.DATABASE_URL ?? join(folder, 'api.db'),
    ...TOKENS,
    rateLimit: UNLIMITED,
    chainPollMs: 200,
  };
  const api = await startServer({ api: options });
  try {
    const token = await enter(api, node);
    return [...(await reads(api, token)), ...(await atOnce(api, token))];
  } finally {
    api.stop();
    await node.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
