// A whole platform for tests: regtest node, API on a database of its own, one account whose keys the test holds, and a
// stand-in for HSM-Cold that signs jobs as the gateway would bring them.

import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { secp256k1 } from '@noble/curves/secp256k1';
import { HDKey } from '@scure/bip32';
import * as btc from '@scure/btc-signer';
import pg from 'pg';
import { startApi, type AccountFile, type Api, type ApiOptions } from '../../../host/api';
import { createRpc, type Rpc } from '../../../host/bitcoin/rpc';
import { startRegtestNode } from '../../../host/sim/regtest/regtest-node';
import type { RegtestNode } from '../../../host/sim/regtest/types';
import { bytesOf, hexOf } from '../../../host/bitcoin/hex';
import { NETWORKS } from '../../../host/bitcoin/network';
import type { Job, JobResult, SignJob } from '../../../host/gateway/types';
import { expectDeclared } from './declared';
import { manualRuntime, type ManualRuntime } from '../chain/fixture';

export const ADMIN_TOKEN = 'admin-token-0123456789';
export const GATEWAY_TOKEN = 'gateway-token-0123456789';
export const VC2 = '2:' + Buffer.alloc(32, 7).toString('base64url');
const VERSIONS = { public: 0x043587cf, private: 0x04358394 };

export interface Answer {
  status: number;
  body: any;
}

/** Keys of one account, all in the test's hands. */
export interface TestKeys {
  file: AccountFile;
  side(side: number): HDKey;
  address(side: number, chain: number, index: number): string;
  identity: Uint8Array;
}

export function testKeys(account: number, script: 'p2wpkh' | 'p2pkh' = 'p2wpkh', seed = 9): TestKeys {
  const root = HDKey.fromMasterSeed(Buffer.alloc(32, seed), VERSIONS);
  const purpose = script === 'p2wpkh' ? 84 : 44;
  const side = (which: number): HDKey => root.derive(`m/${purpose}'/1'/${2 * account + (which === 1 ? 1 : 0)}'`);
  const identity = root.derive(`m/17229'/${account}'/0'`).privateKey as Uint8Array;
  return {
    side,
    identity,
    address: (which, chain, index) => {
      const pubkey = side(which).deriveChild(chain).deriveChild(index).publicKey as Uint8Array;
      return (script === 'p2wpkh' ? btc.p2wpkh(pubkey, NETWORKS.regtest) : btc.p2pkh(pubkey, NETWORKS.regtest)).address;
    },
    file: {
      account,
      network: 'regtest',
      script,
      identity: hexOf(secp256k1.getPublicKey(identity, true)),
      fingerprint: root.fingerprint.toString(16).padStart(8, '0'),
      cold: { xpub: side(2).publicExtendedKey, descriptor: '' },
      hot: { xpub: side(1).publicExtendedKey, descriptor: '' },
    },
  };
}

/** Signs a job the way HSM-Cold does, from the job's fields alone. */
export function signJob(keys: TestKeys, job: SignJob, script: 'p2wpkh' | 'p2pkh' = 'p2wpkh'): string[] {
  const tx = new btc.Transaction({ version: job.tx_version, lockTime: job.locktime });
  let sum = 0n;
  const amounts: bigint[] = [];
  for (const input of job.inputs) {
    const prev = btc.Transaction.fromRaw(bytesOf(input.prev_tx), {
      allowUnknownOutputs: true,
      allowUnknownInputs: true,
    });
    if (prev.id !== input.prev_txid) throw new Error('previous transaction does not match');
    amounts.push(prev.getOutput(input.vout).amount as bigint);
    sum += amounts[amounts.length - 1];
    tx.addInput({
      txid: input.prev_txid,
      index: input.vout,
      sequence: input.sequence,
      nonWitnessUtxo: bytesOf(input.prev_tx),
    });
  }
  for (const out of job.outs.split(';')) {
    const [address, sats] = out.split(',');
    tx.addOutputAddress(address, BigInt(sats), NETWORKS.regtest);
    sum -= BigInt(sats);
  }
  if (job.change_index !== null)
    tx.addOutputAddress(keys.address(1, 1, job.change_index), sum - BigInt(job.fee_sats), NETWORKS.regtest);
  else if (sum !== BigInt(job.fee_sats)) throw new Error('fee does not add up');
  return job.inputs.map((input, i) => {
    const key = keys.side(1).deriveChild(input.chain).deriveChild(input.index);
    const code = btc.p2pkh(key.publicKey as Uint8Array).script;
    const hash =
      script === 'p2wpkh' ? tx.preimageWitnessV0(i, code, 1, amounts[i]) : (tx as any).preimageLegacy(i, code, 1);
    return secp256k1.sign(hash, key.privateKey as Uint8Array, { lowS: true }).toCompactHex();
  });
}

export function attest(keys: TestKeys, digest: string): string {
  const once = createHash('sha256').update('chaincloud attestation v2\n').update(bytesOf(digest)).digest();
  return secp256k1.sign(createHash('sha256').update(once).digest(), keys.identity, { lowS: true }).toCompactHex();
}

export interface Platform {
  runtime: ManualRuntime;
  node: RegtestNode;
  rpc: Rpc;
  api: Api;
  database: string;
  tokens: { cold: string; hot: string };
  keys: TestKeys;
  get(path: string, token?: string): Promise<Answer>;
  post(path: string, form: Record<string, string> | string, token?: string): Promise<Answer>;
  json(path: string, body: unknown, token: string): Promise<Answer>;
  send(userTxNo: string, outs: string, more?: Record<string, string>): Promise<Answer>;
  nextJob(): Promise<Job | null>;
  finish(job: { id: number }, result: JobResult): Promise<Answer>;
  /** Mines `count` blocks and lets the API see them. */
  mine(count?: number): Promise<string[]>;
  /** Coins for the account, confirmed. */
  deposit(side: number, index: number, sats: number): Promise<string>;
  /** Stops the API without ceremony of its own and starts it again on the same database. */
  restart(changes?: Partial<ApiOptions>): Promise<void>;
  close(): Promise<void>;
}

export interface PlatformOptions {
  script?: 'p2wpkh' | 'p2pkh';
  api?: Partial<ApiOptions>;
}

/** A file with the account entered already: deriving its addresses once is enough for all tests of a run. */
interface Template {
  place: string;
  tokens: { cold: string; hot: string };
}

const TEMPLATES: Partial<Record<string, Template>> = {};
/** JSON of the rows, by kind of script. */
const KEPT_ADDRESSES: Partial<Record<string, string>> = {};
const TEMPLATE_FOLDER = mkdtempSync(join(tmpdir(), 'chaincloud-template-'));
process.once('exit', () => rmSync(TEMPLATE_FOLDER, { recursive: true, force: true }));

interface TestDatabase {
  place: string;
  template?: Template;
  /**
   * PostgreSQL: before the account is entered puts in the addresses of earlier tests, after it keeps them for later
   * ones.
   */
  shareAddresses?(when: 'before' | 'after'): Promise<void>;
  drop(): Promise<void>;
}

/** A database of its own: a schema in DATABASE_URL when that is set, else a libsql file. */
async function newDatabase(script: string): Promise<TestDatabase> {
  const url = process.env.DATABASE_URL;
  if (!url) {
    const folder = mkdtempSync(join(tmpdir(), 'chaincloud-api-'));
    const template = (TEMPLATES[script] ??= {
      place: join(TEMPLATE_FOLDER, script + '.db'),
      tokens: { cold: '', hot: '' },
    });
    return { place: join(folder, 'api.db'), template, drop: async () => rmSync(folder, { recursive: true }) };
  }
  const schema = `test_${process.pid}_${Date.now().toString(36)}_${Math.random().toString(36).slice(2, 8)}`;
  const run = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(sql);
    await client.end();
  };
  await run(`CREATE SCHEMA ${schema}`);
  const place = new URL(url);
  place.searchParams.set('options', `-c search_path=${schema}`);
  async function shareAddresses(when: 'before' | 'after'): Promise<void> {
    const client = new pg.Client({ connectionString: place.href });
    await client.connect();
    const kept = KEPT_ADDRESSES[script];
    if (when === 'before' && kept) {
      await client.query(
        `INSERT INTO addresses (account, side, chain, idx, address, script)
         SELECT * FROM json_to_recordset($1)
         AS x(account bigint, side bigint, chain bigint, idx bigint, address text, script text)`,
        [kept],
      );
    } else if (when === 'after' && !kept) {
      const { rows } = await client.query(
        'SELECT account, side, chain, idx, address, script FROM addresses ORDER BY seq',
      );
      KEPT_ADDRESSES[script] = JSON.stringify(rows);
    }
    await client.end();
  }
  return { place: place.href, shareAddresses, drop: () => run(`DROP SCHEMA ${schema} CASCADE`) };
}

export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const runtime = manualRuntime();
  const node = await startRegtestNode({ runtime, seed: 'api-tests' });
  const rpc = createRpc(node.rpc);
  const database = await newDatabase(options.script ?? 'p2wpkh');
  const { template } = database;
  const isCopy = template !== undefined && existsSync(template.place);
  if (isCopy) copyFileSync(template.place, database.place);
  const keys = testKeys(0, options.script);
  const apiOptions: ApiOptions = {
    runtime,
    network: 'regtest',
    rpc: node.rpc,
    database: database.place,
    adminToken: ADMIN_TOKEN,
    gatewayToken: GATEWAY_TOKEN,
    ...options.api,
  };
  const tokens = { cold: '', hot: '' };

  async function call(path: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(platform.api.url + path, init);
    const text = await response.text();
    const isJson = (response.headers.get('content-type') ?? '').includes('json');
    const answer: Answer = { status: response.status, body: isJson ? JSON.parse(text) : text };
    expectDeclared(init.method ?? 'GET', path, answer);
    return answer;
  }
  const platform: Platform = {
    runtime,
    node,
    rpc,
    tokens,
    keys,
    database: database.place,
    api: await startApi(apiOptions),
    get: (path, token = tokens.hot) => call('/api/v1/open' + path, { headers: { token } }),
    post: (path, form, token = tokens.hot) =>
      call('/api/v1/open' + path, {
        method: 'POST',
        headers: { Token: token, 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' },
        body: typeof form === 'string' ? form : new URLSearchParams(form).toString(),
      }),
    json: (path, body, token) =>
      call('/api/v1' + path, {
        method: 'POST',
        headers: { token, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    send: (userTxNo, outs, more = {}) =>
      platform.post('/BTC/tx/request', {
        coin_code: 'BTC',
        user_tx_no: userTxNo,
        outs,
        vc_code: VC2,
        is_dynamic_fee: '0',
        only_confirmed: '0',
        c_id: '1',
        out_type: '0',
        ...more,
      }),
    nextJob: async () => (await platform.json('/gateway/next', { gateway: 'test' }, GATEWAY_TOKEN)).body.job,
    finish: (job, result) => platform.json(`/gateway/jobs/${job.id}/result`, result, GATEWAY_TOKEN),
    async mine(count = 1) {
      const hashes = await node.mine(count);
      await platform.api.sync();
      return hashes;
    },
    async deposit(side, index, sats) {
      const txid = await node.fund(keys.address(side, 0, index), sats);
      await platform.mine();
      return txid;
    },
    async restart(changes = {}) {
      await platform.api.close();
      platform.api = await startApi({ ...apiOptions, ...changes });
    },
    async close() {
      await platform.api.close();
      rpc.close();
      await node.close();
      await database.drop();
    },
  };
  if (isCopy) {
    Object.assign(tokens, template?.tokens);
    runtime.random(24); // what the account's two tokens took when the template was made
    runtime.random(24);
    await platform.api.sync();
    return platform;
  }
  await database.shareAddresses?.('before');
  const registered = await platform.json('/admin/accounts', { file: keys.file, name: 'shop' }, ADMIN_TOKEN);
  if (registered.status !== 200) throw new Error(JSON.stringify(registered.body));
  tokens.cold = registered.body.tokens.cold_receiving;
  tokens.hot = registered.body.tokens.hot_sending;
  await platform.api.sync();
  await database.shareAddresses?.('after');
  if (template) {
    await platform.api.close();
    copyFileSync(database.place, template.place);
    platform.api = await startApi(apiOptions);
    Object.assign(template.tokens, tokens);
  }
  return platform;
}

/** Another API on the platform's database and node, as in a second process. */
export function startAnotherApi(platform: Platform, changes: Partial<ApiOptions> = {}): Promise<Api> {
  return startApi({
    runtime: platform.runtime,
    network: 'regtest',
    rpc: platform.node.rpc,
    database: platform.database,
    adminToken: ADMIN_TOKEN,
    gatewayToken: GATEWAY_TOKEN,
    ...changes,
  });
}
