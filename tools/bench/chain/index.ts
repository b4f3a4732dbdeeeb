// Figures of the chain's followers: a restart with a million watched scripts, a block of 4 MB, a payment in a large
// mempool, addresses derived. HTTP's delay is the event loop's. Baselines: the goals, @scure/bip32 straight, and a
// thread that does nothing.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { HDKey } from '@scure/bip32';
import * as btc from '@scure/btc-signer';
import { hexOf } from '../../../host/bitcoin/hex';
import { deriveRange } from '../../../host/bitcoin/keys';
import { createRpc } from '../../../host/bitcoin/rpc';
import { realRuntime } from '../../../host/kit/runtime';
import { openDb, type Db } from '../../../host/kit/sql';
import { startApi, type Api } from '../../../host/api';
import { MIGRATIONS } from '../../../host/api/schema';
import type { BenchRow } from '../row';
import { watched, type Watched } from './watched';

const SCRIPTS = 1_000_000;
const MEMPOOL = 300_000;
const ADDRESSES = 1000;
const RESTART_GOAL_S = 2;
const MEMPOOL_GOAL_S = 10;
const BLOCK_GOAL_S = 10;
const BLOCKED_GOAL_MS = 50;
const DERIVE_GOAL = 1.5;
const ROWS_A_STATEMENT = 200;
const POLL_MS = 50;
const LOOK_MS = 20;
/** Of the fake node's block 0. */
const FIRST_HASH = 'aa'.repeat(32);
const PAID_SCRIPT = '0014' + 'ee'.repeat(20);

/** As a process leaves it that has followed the chain up to height 0. */
async function fillScripts(db: Db): Promise<void> {
  await db.run('INSERT INTO blocks (height, hash, time) VALUES (0, ?, 0)', [FIRST_HASH]);
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

/** A foreign payment to the first watched script; `number` makes it differ. */
function paymentHex(number: number): string {
  return hexOf(
    btc.RawTx.encode({
      version: 2,
      segwitFlag: false,
      inputs: [{ txid: new Uint8Array(32).fill(number), index: 0, finalScriptSig: new Uint8Array(), sequence: 0 }],
      outputs: [{ amount: 50_000n, script: Buffer.from(PAID_SCRIPT, 'hex') }],
      lockTime: 0,
    }),
  );
}

async function startFakeNode(): Promise<{ url: string; close(): void }> {
  const args = [join(__dirname, 'fake-node.js'), String(MEMPOOL), ...[7, 8, 9].map(paymentHex)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise<string>((done) => child.stdout.once('data', (text: Buffer) => done(text.toString())));
  return { url: `http://127.0.0.1:${port.trim()}`, close: () => void child.kill() };
}

/** A start of the API on `place` to its first block, then one of 4 MB, then the whole mempool. */
async function follow(place: string): Promise<{ start: Watched; block: Watched; mempool: Watched }> {
  const node = await startFakeNode();
  const login = { url: node.url, user: 'x', password: 'y' };
  const rpc = createRpc(login);
  const db = await openDb(place, MIGRATIONS);
  const seen = async (state: string, height: number | null): Promise<void> => {
    const sql = `SELECT 1 AS one FROM txs WHERE state = ? AND COALESCE(height, 0) = ?`;
    while (!(await db.get(sql, [state, height ?? 0]))) await wait(LOOK_MS);
  };
  let api: Api | undefined;
  let isUp: () => void;
  const up = new Promise<void>((resolve) => (isUp = resolve));
  try {
    const start = await watched(async () => {
      api = await startApi({
        runtime: realRuntime(),
        network: 'regtest',
        rpc: login,
        database: place,
        adminToken: 'bench-admin-token-0',
        gatewayToken: 'bench-gateway-token-0',
        chainPollMs: POLL_MS,
      });
      isUp();
      await seen('confirmed', 1);
    }, up);
    const block = await watched(async () => {
      await rpc.call('next');
      await seen('confirmed', 2);
    });
    const mempool = await watched(async () => {
      await rpc.call('next');
      await seen('mempool', null);
    });
    return { start, block, mempool };
  } finally {
    await api?.close();
    rpc.close();
    node.close();
    await db.close();
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
  // A thread that does nothing waits too on a machine that has other work.
  const blocked = (name: string, { blockedMs, idleMs }: Watched): void =>
    void rows.push({
      name,
      value: blockedMs,
      unit: 'ms',
      baseline: `idle thread, ${Math.round(idleMs)} ms`,
      ratio: blockedMs / idleMs,
      goal: `at most ${BLOCKED_GOAL_MS} ms more`,
      ok: blockedMs - idleMs <= BLOCKED_GOAL_MS,
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
  const place = join(folder, 'api.db');
  try {
    const db = await openDb(place, MIGRATIONS);
    await fillScripts(db);
    await db.close();
    const { start, block, mempool } = await follow(place);
    row('restart with 1,000,000 watched scripts to the first block', start.seconds, 's', RESTART_GOAL_S);
    blocked('HTTP blocked meanwhile, restart', start);
    row('a block of 4 MB', block.seconds, 's', BLOCK_GOAL_S);
    blocked('HTTP blocked meanwhile, block', block);
    row('a payment at the end of a mempool of 300,000 is seen after', mempool.seconds, 's', MEMPOOL_GOAL_S);
    blocked('HTTP blocked meanwhile, mempool', mempool);
  } finally {
    rmSync(folder, { recursive: true });
  }
  return rows;
}
