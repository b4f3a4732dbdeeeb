// Figures of the chain's followers: a start with a million watched scripts, a payment in a large mempool, and addresses
// derived. HTTP's delay is the event loop's. Baselines: the goals, and @scure/bip32 straight.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { HDKey } from '@scure/bip32';
import * as btc from '@scure/btc-signer';
import { hexOf } from '../../../host/bitcoin/hex';
import { deriveRange } from '../../../host/bitcoin/keys';
import { createRpc } from '../../../host/bitcoin/rpc';
import { createFollower } from '../../../host/chain/follower';
import { createWatch, type Watch } from '../../../host/chain/watch';
import { realRuntime } from '../../../host/kit/runtime';
import { openDb, type Db } from '../../../host/kit/sql';
import { MIGRATIONS } from '../../../host/api/schema';
import type { BenchRow } from '../row';

const SCRIPTS = 1_000_000;
const MEMPOOL = 300_000;
const ADDRESSES = 1000;
const RESTART_GOAL_S = 2;
const MEMPOOL_GOAL_S = 10;
const BLOCKED_GOAL_MS = 50;
const DERIVE_GOAL = 1.5;
const ROWS_A_STATEMENT = 200;
const PAID_SCRIPT = '0014' + 'ee'.repeat(20);

/** Runs `work`; seconds it took and the longest that anything else had to wait, milliseconds. */
async function watched(work: () => Promise<unknown>): Promise<{ seconds: number; blockedMs: number }> {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const start = process.hrtime.bigint();
  await work();
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  delay.disable();
  return { seconds, blockedMs: delay.max / 1e6 };
}

async function fillScripts(db: Db): Promise<void> {
  const rowsText = Array(ROWS_A_STATEMENT).fill('(?, ?, ?, ?, ?, ?)').join();
  for (let first = 0; first < SCRIPTS; first += 50 * ROWS_A_STATEMENT) {
    await db.transaction(async (tx) => {
      for (let from = first; from < first + 50 * ROWS_A_STATEMENT; from += ROWS_A_STATEMENT) {
        const values: (string | number)[] = [];
        for (let idx = from; idx < from + ROWS_A_STATEMENT; idx++) {
          const script = idx === 0 ? PAID_SCRIPT : '0014' + idx.toString(16).padStart(40, '0');
          values.push(0, 2, 0, idx, 'address ' + idx, script);
        }
        await tx.run('INSERT INTO addresses (account, side, chain, idx, address, script) VALUES ' + rowsText, values);
      }
    });
  }
}

/** A foreign payment to the first watched script. */
function paymentHex(): string {
  return hexOf(
    btc.RawTx.encode({
      version: 2,
      segwitFlag: false,
      inputs: [{ txid: new Uint8Array(32).fill(9), index: 0, finalScriptSig: new Uint8Array(), sequence: 0 }],
      outputs: [{ amount: 50_000n, script: Buffer.from(PAID_SCRIPT, 'hex') }],
      lockTime: 0,
    }),
  );
}

async function startFakeNode(): Promise<{ url: string; close(): void }> {
  const child = spawn(process.execPath, [join(__dirname, 'fake-node.js'), String(MEMPOOL), paymentHex()], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise<string>((done) => child.stdout.once('data', (text: Buffer) => done(text.toString())));
  return { url: `http://127.0.0.1:${port.trim()}`, close: () => void child.kill() };
}

async function followMempool(db: Db, watch: Watch): Promise<{ seconds: number; blockedMs: number }> {
  const node = await startFakeNode();
  const rpc = createRpc({ url: node.url, user: 'x', password: 'y' });
  try {
    const follower = createFollower({
      db,
      rpc,
      runtime: realRuntime(),
      network: 'regtest',
      watch,
      extend: async () => false,
    });
    const whole = await watched(() => follower.followMempool());
    if (!(await db.get("SELECT 1 AS one FROM txs WHERE state = 'mempool'")))
      throw new Error('the payment was not seen');
    return whole;
  } finally {
    rpc.close();
    node.close();
  }
}

async function deriveRatio(): Promise<{ ours: number; straight: number }> {
  const key = HDKey.fromMasterSeed(new Uint8Array(32).fill(1)).derive("m/84'/0'/0'").wipePrivateData();
  const ours = await watched(() =>
    deriveRange({ key, kind: 'p2wpkh', network: 'main', chain: 0, from: 0, count: ADDRESSES }),
  );
  const straight = await watched(async () => {
    const parent = key.deriveChild(0);
    for (let i = 0; i < ADDRESSES; i++) {
      const { address } = btc.p2wpkh(parent.deriveChild(i).publicKey as Uint8Array);
      if (address === undefined) throw new Error('no address');
    }
  });
  return { ours: ours.seconds, straight: straight.seconds };
}

export async function benchChain(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const row = (name: string, value: number, unit: string, limit: number): void =>
    void rows.push({
      name,
      value,
      unit,
      baseline: `${limit} ${unit}`,
      ratio: value / limit,
      goal: `at most ${limit} ${unit}`,
      ok: value <= limit,
    });
  const { ours, straight } = await deriveRatio();
  rows.push({
    name: '1,000 addresses not kept',
    value: ours * 1000,
    unit: 'ms',
    baseline: '@scure/bip32 straight',
    ratio: straight / ours,
    goal: `${DERIVE_GOAL} x as fast`,
    ok: straight / ours >= DERIVE_GOAL,
  });
  const folder = mkdtempSync(join(tmpdir(), 'chaincloud-bench-'));
  const db = await openDb(join(folder, 'api.db'), MIGRATIONS);
  try {
    await fillScripts(db);
    const watch = createWatch();
    const start = await watched(() => watch.refresh(db));
    row('start with 1,000,000 watched scripts', start.seconds, 's', RESTART_GOAL_S);
    row('HTTP blocked meanwhile', start.blockedMs, 'ms', BLOCKED_GOAL_MS);
    const mempool = await followMempool(db, watch);
    row('a mempool of 300,000, all of it', mempool.seconds, 's', MEMPOOL_GOAL_S);
    row('HTTP blocked meanwhile, mempool', mempool.blockedMs, 'ms', BLOCKED_GOAL_MS);
  } finally {
    await db.close();
    rmSync(folder, { recursive: true });
  }
  return rows;
}
