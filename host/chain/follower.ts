// Follows the node: blocks in order, reorganisations undone and done again, the mempool beside them. Keeps in the
// database only transactions that touch a watched script. State is in the database alone, so it goes on after any stop.

import { setImmediate as turn } from 'node:timers/promises';
import { fail } from '../../protocol/errors';
import type { NetworkName } from '../bitcoin/network';
import type { Db } from '../kit/sql';
import type { Runtime } from '../kit/runtime';
import { isOurs, prevoutsOf, writeTx, type Place, type Spent } from './index-tx';
import { scanBlock, scanTx } from '../bitcoin/scan';
import { parseTx } from '../bitcoin/tx';
import { RPC_NOT_FOUND, RPC_OUT_OF_RANGE, rpcCodeOf, type Rpc } from '../bitcoin/rpc';
import type { Watch } from './watch';

/** Verbosities of `getblock`. */
const RAW = 0;
const WITH_PREVOUTS = 3;
/** Transactions of a block, and ids of a mempool, that are looked at before other work has its turn. */
const TXS_A_SLICE = 1000;
const IDS_A_SLICE = 20_000;
/** Mempool transactions of one request, and how many there must be to ask for many at once. */
const TXS_A_REQUEST = 250;
/** Ids of mempool transactions that are none of ours, remembered so as not to ask again. */
const MAX_FOREIGN_IDS = 500_000;

export interface FollowerOptions {
  db: Db;
  rpc: Rpc;
  runtime: Runtime;
  network: NetworkName;
  watch: Watch;
  /** Called after transactions were written; derives addresses ahead of the used ones; true when it added any. */
  extend(): Promise<boolean>;
}

/** Blocks that came and went. */
export interface FollowedBlocks {
  connected: number;
  disconnected: number;
}

/** Of `getblock` with prevouts, from the block's undo data: no transaction index is needed. */
interface VerboseBlock {
  tx: { txid: string; vin: { prevout?: { value: number; scriptPubKey: { hex: string } } }[] }[];
}

/** Bitcoin Core's JSON has amounts as numbers of bitcoin with eight digits. */
function satsOf(value: number): number {
  return Math.round(value * 1e8);
}

interface Tip {
  height: number;
  hash: string;
}

export interface Follower {
  /** Catches up with the node's blocks. Throws the node's CodedError; what was done stays done. Never twice at once. */
  followBlocks(): Promise<FollowedBlocks>;
  /** Takes in what came to the node's mempool and what left it; true when anything did. Never twice at once. */
  followMempool(): Promise<boolean>;
  /** Reads the chain again from `height` on at the next `followBlocks`. */
  rewindTo(height: number): Promise<void>;
}

class ChainFollower implements Follower {
  private readonly db = this.options.db;
  private readonly rpc = this.options.rpc;
  private readonly runtime = this.options.runtime;
  private readonly network = this.options.network;
  private readonly watch = this.options.watch;
  private readonly extend = this.options.extend;
  private readonly foreign = new Set<string>();
  /** The node's tip at the end of the last whole round: while it stays, there is nothing to do. */
  private lastBest = '';
  private takesMany = true;

  constructor(private readonly options: FollowerOptions) {}

  private ownTip(): Promise<Tip | undefined> {
    return this.db.get<Tip>('SELECT height, hash FROM blocks ORDER BY height DESC LIMIT 1');
  }

  private async hashAt(height: number): Promise<string | undefined> {
    try {
      return await this.rpc.call<string>('getblockhash', [height]);
    } catch (error) {
      if (rpcCodeOf(error) === RPC_OUT_OF_RANGE) return undefined;
      throw error;
    }
  }

  /** Takes blocks off that the node's chain no longer has. */
  private async disconnect(): Promise<number> {
    for (let count = 0; ; count++) {
      const tip = await this.ownTip();
      if (!tip || (await this.hashAt(tip.height)) === tip.hash) return count;
      await this.db.transaction(async (tx) => {
        await tx.run(
          "UPDATE txs SET state = 'mempool', height = NULL, block_hash = NULL, block_index = NULL, " +
            'block_time = NULL WHERE block_hash = ?',
          [tip.hash],
        );
        await tx.run('DELETE FROM blocks WHERE hash = ?', [tip.hash]);
      });
    }
  }

  /** Writes what is ours of a raw block; true when there was any. HTTP has its turn in between. */
  private async writeBlock(bytes: Buffer, height: number, blockHash: string): Promise<boolean> {
    const block = scanBlock(bytes);
    const spendsOurs = new Set<string>();
    let spentBy: Map<string, Spent[]> | undefined;
    for (let blockIndex = 0, at = block.at; blockIndex < block.count; blockIndex++) {
      if (blockIndex % TXS_A_SLICE === 0) await turn();
      const tx = scanTx(bytes, at);
      const start = at;
      at = tx.end;
      if (!isOurs(tx, this.watch) && !tx.inputs.some((input) => spendsOurs.has(input.txid))) continue;
      const raw = bytes.toString('hex', start, at);
      const parsed = parseTx(raw);
      spendsOurs.add(parsed.txid);
      if (!parsed.isCoinbase && parsed.inputs.some(({ txid, vout }) => !this.watch.ownerOfOutpoint(txid, vout)))
        spentBy ??= await this.spentIn(blockHash);
      await this.write(raw, { height, blockHash, blockIndex, blockTime: block.time }, spentBy?.get(parsed.txid));
    }
    return spendsOurs.size > 0;
  }

  private async spentIn(blockHash: string): Promise<Map<string, Spent[]>> {
    const { tx } = await this.rpc.call<VerboseBlock>('getblock', [blockHash, WITH_PREVOUTS]);
    const shown = (prevout: VerboseBlock['tx'][number]['vin'][number]['prevout']): Spent =>
      prevout && { sats: satsOf(prevout.value), script: prevout.scriptPubKey.hex };
    return new Map(tx.map(({ txid, vin }) => [txid, vin.map(({ prevout }) => shown(prevout))]));
  }

  /** One transaction in a step of its own: the next one may spend it, so the watch has to learn of it first. */
  private async write(raw: string, place: Place | null, spent: Spent[] = []): Promise<void> {
    const parsed = parseTx(raw);
    if (!isOurs(parsed, this.watch)) return;
    const prevouts = await prevoutsOf(parsed, spent, { watch: this.watch, rpc: this.rpc, network: this.network });
    const seen = { raw, parsed, prevouts, place, seenAtMs: this.runtime.nowMs() };
    await this.db.transaction((tx) => writeTx(tx, this.watch, this.network, seen));
    await this.watch.learnTx(this.db, parsed.txid);
  }

  private async connect(height: number, expectedPrev: string | undefined): Promise<{ changed: boolean } | undefined> {
    const hash = await this.hashAt(height);
    if (hash === undefined) return undefined;
    const bytes = Buffer.from(await this.rpc.call<string>('getblock', [hash, RAW]), 'hex');
    const { previousHash, time } = scanBlock(bytes);
    if (expectedPrev !== undefined && previousHash !== expectedPrev) return undefined;
    const changed = await this.writeBlock(bytes, height, hash);
    while (changed && (await this.extend())) {
      await this.watch.refresh(this.db);
      await this.writeBlock(bytes, height, hash);
    }
    await this.db.run('INSERT INTO blocks (height, hash, time) VALUES (?, ?, ?) ON CONFLICT (height) DO NOTHING', [
      height,
      hash,
      time,
    ]);
    return { changed };
  }

  async followMempool(): Promise<boolean> {
    const best = await this.rpc.call<string>('getbestblockhash');
    const recorded = await this.db.all<{ txid: string; state: string }>(
      "SELECT txid, state FROM txs WHERE state IN ('mempool', 'gone')",
    );
    const ids = await this.rpc.call<string[]>('getrawmempool');
    if (!Array.isArray(ids)) throw fail('rpc-http', 'the node shows no mempool');
    const states = new Map(recorded.map((row) => [row.txid, row.state]));
    const fresh = await this.freshIds(ids, states);
    if (fresh.length > 0) await this.watch.refresh(this.db);
    let changed = false;
    // The latest ones first: what has just come stands at the end where the node keeps their order.
    for (let end = fresh.length; end > 0; end -= TXS_A_REQUEST)
      changed = (await this.writeMempoolTxs(fresh.slice(Math.max(0, end - TXS_A_REQUEST), end))) || changed;
    changed = (await this.markGone(best, ids, states)) || changed;
    if (changed && (await this.extend())) await this.watch.refresh(this.db);
    return changed;
  }

  /** The ids of the mempool that were not looked at yet. */
  private async freshIds(ids: string[], states: Map<string, string>): Promise<string[]> {
    const fresh: string[] = [];
    for (const [i, id] of ids.entries()) {
      if (i % IDS_A_SLICE === 0) await turn();
      if (!this.foreign.has(id) && states.get(id) !== 'mempool') fresh.push(id);
    }
    return fresh;
  }

  /** What is in no block and no longer in the mempool, as long as the blocks are the node's. */
  private async markGone(best: string, ids: string[], states: Map<string, string>): Promise<boolean> {
    const missing = new Set([...states].filter(([, state]) => state === 'mempool').map(([txid]) => txid));
    if (missing.size === 0) return false;
    for (const [i, id] of ids.entries()) {
      if (i % IDS_A_SLICE === 0) await turn();
      missing.delete(id);
    }
    if (missing.size === 0) return false;
    const tip = await this.ownTip(); // none while the node is below where the accounts begin
    if ((tip && tip.hash !== best) || (await this.rpc.call<string>('getbestblockhash')) !== best) return false;
    for (const txid of missing)
      await this.db.run("UPDATE txs SET state = 'gone' WHERE txid = ? AND state = 'mempool'", [txid]);
    return true;
  }

  private async writeMempoolTxs(ids: string[]): Promise<boolean> {
    let changed = false;
    const raws = await this.rawsOf(ids);
    for (const [i, id] of ids.entries()) {
      const raw = raws[i];
      if (raw === undefined) continue; // mined or dropped since
      if (this.isReadablyOurs(raw)) {
        await this.write(raw, null);
        changed = true;
        continue;
      }
      if (this.foreign.size >= MAX_FOREIGN_IDS) this.foreign.clear();
      this.foreign.add(id);
    }
    await turn();
    return changed;
  }

  /** Many at once where there are many and the node takes that; else one after the other. */
  private async rawsOf(ids: string[]): Promise<(string | undefined)[]> {
    if (ids.length === TXS_A_REQUEST && this.takesMany) {
      try {
        return await this.rpc.callMany<string>(
          'getrawtransaction',
          ids.map((id) => [id]),
        );
      } catch (error) {
        if ((error as { code?: string }).code !== 'rpc-http') throw error;
        this.takesMany = false;
      }
    }
    const raws: (string | undefined)[] = [];
    for (const id of ids) raws.push(await this.rawOf(id));
    return raws;
  }

  private async rawOf(id: string): Promise<string | undefined> {
    try {
      return await this.rpc.call<string>('getrawtransaction', [id]);
    } catch (error) {
      if (rpcCodeOf(error) !== RPC_NOT_FOUND) throw error;
      return undefined;
    }
  }

  /** A transaction that cannot be read waits for its block; those behind it go on. */
  private isReadablyOurs(raw: string): boolean {
    try {
      return isOurs(scanTx(Buffer.from(raw, 'hex')), this.watch);
    } catch {
      return false;
    }
  }

  /** Connects and disconnects until the node's tip is reached. */
  async followBlocks(): Promise<FollowedBlocks> {
    const result: FollowedBlocks = { connected: 0, disconnected: 0 };
    let best = await this.rpc.call<string>('getbestblockhash');
    if (best === this.lastBest) return result;
    await this.watch.refresh(this.db);
    let tip = await this.ownTip();
    while (tip?.hash !== best) {
      result.disconnected += await this.disconnect();
      tip = await this.ownTip();
      const next = tip ? tip.height + 1 : await this.startHeight();
      const connected = await this.connect(next, tip?.hash);
      if (connected) {
        result.connected++;
      } else if ((await this.rpc.call<number>('getblockcount')) < next) {
        break; // the node is at this tip, or below where the accounts begin
      }
      tip = await this.ownTip();
      best = await this.rpc.call<string>('getbestblockhash');
    }
    this.lastBest = best;
    return result;
  }

  /** Without any block yet: the lowest height an account may have coins from, else the node's tip. */
  private async startHeight(): Promise<number> {
    const born = await this.db.get<{ height: number | null }>('SELECT MIN(birth_height) AS height FROM accounts');
    return born?.height ?? this.rpc.call<number>('getblockcount');
  }

  async rewindTo(height: number) {
    this.foreign.clear();
    this.lastBest = '';
    await this.db.run('DELETE FROM blocks WHERE height >= ?', [height]);
    const lowest = await this.db.get<{ height: number | null }>('SELECT MIN(height) AS height FROM blocks');
    if (lowest?.height !== null && lowest?.height !== undefined && lowest.height > height)
      await this.db.run('DELETE FROM blocks');
  }
}

export function createFollower(options: FollowerOptions): Follower {
  return new ChainFollower(options);
}
