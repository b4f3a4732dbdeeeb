// Follows the node: blocks in order, reorganisations undone and done again, the mempool beside them. Keeps in the
// database only transactions that touch a watched script. State is in the database alone, so it goes on after any stop.

import { fail } from '../../protocol/errors';
import type { NetworkName } from '../bitcoin/network';
import type { Db } from '../kit/sql';
import type { Runtime } from '../kit/runtime';
import { isOurs, prevoutsOf, writeTx, type Place, type Spent } from './index-tx';
import { parseTx } from '../bitcoin/tx';
import { RPC_NOT_FOUND, RPC_OUT_OF_RANGE, rpcCodeOf, type Rpc } from '../bitcoin/rpc';
import type { Watch } from './watch';

/** Verbosity of `getblock`. */
const WITH_PREVOUTS = 3;
/** Mempool transactions looked at in one round; the rest waits for the next. */
const MAX_MEMPOOL_LOOKS = 2000;
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

interface Block {
  hash: string;
  height: number;
  time: number;
  previousblockhash?: string;
  tx: {
    txid: string;
    hex: string;
    /** `prevout` since Bitcoin Core 23, from the block's undo data: no transaction index is needed. */
    vin: { txid?: string; vout?: number; prevout?: { value: number; scriptPubKey: { hex: string } } }[];
    vout: { scriptPubKey: { hex: string } }[];
  }[];
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
  /** The node's tip and its mempool at the end of the last whole round: while they stay, there is nothing to do. */
  private lastBest = '';
  private lastSeen = '';

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

  private async writeBlock(block: Block): Promise<boolean> {
    const ours: { raw: string; place: Place; spent: Spent[] }[] = [];
    const spendsOurs = new Set<string>();
    block.tx.forEach((tx, blockIndex) => {
      const inputs = tx.vin.map((input) => ({ txid: input.txid ?? '', vout: input.vout ?? 0, sequence: 0 }));
      const outputs = tx.vout.map((output) => ({ script: output.scriptPubKey.hex }));
      if (!isOurs({ inputs, outputs }, this.watch) && !inputs.some((input) => spendsOurs.has(input.txid))) return;
      spendsOurs.add(tx.txid);
      ours.push({
        raw: tx.hex,
        spent: tx.vin.map(
          ({ prevout }) => prevout && { sats: satsOf(prevout.value), script: prevout.scriptPubKey.hex },
        ),
        place: { height: block.height, blockHash: block.hash, blockIndex, blockTime: block.time },
      });
    });
    for (const { raw, place, spent } of ours) await this.write(raw, place, spent);
    return ours.length > 0;
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
    const block = await this.rpc.call<Block>('getblock', [hash, WITH_PREVOUTS]);
    if (expectedPrev !== undefined && block.previousblockhash !== expectedPrev) return undefined;
    const changed = await this.writeBlock(block);
    while (changed && (await this.extend())) {
      await this.watch.refresh(this.db);
      await this.writeBlock(block);
    }
    await this.db.run('INSERT INTO blocks (height, hash, time) VALUES (?, ?, ?) ON CONFLICT (height) DO NOTHING', [
      height,
      hash,
      block.time,
    ]);
    return { changed };
  }

  async followMempool(): Promise<boolean> {
    const best = await this.rpc.call<string>('getbestblockhash');
    const ids = await this.rpc.call<string[]>('getrawmempool');
    if (!Array.isArray(ids)) throw fail('rpc-http', 'the node shows no mempool');
    const seen = `${best} ${ids.join()}`;
    if (seen === this.lastSeen) return false;
    await this.watch.refresh(this.db);
    const recorded = await this.db.all<{ txid: string; state: string }>(
      "SELECT txid, state FROM txs WHERE state IN ('mempool', 'gone')",
    );
    const states = new Map(recorded.map((row) => [row.txid, row.state]));
    let changed = false;
    let looks = 0;
    for (const id of ids) {
      if (this.foreign.has(id) || states.get(id) === 'mempool') continue;
      if (looks++ >= MAX_MEMPOOL_LOOKS) return changed;
      changed = (await this.writeMempoolTx(id)) || changed;
    }
    changed = (await this.markGone(best, new Set(ids), states)) || changed;
    this.lastSeen = seen;
    if (changed && (await this.extend())) await this.watch.refresh(this.db);
    return changed;
  }

  /** What is in no block and no longer in the mempool, as long as the blocks are the node's. */
  private async markGone(best: string, present: Set<string>, states: Map<string, string>): Promise<boolean> {
    const tip = await this.ownTip(); // none while the node is below where the accounts begin
    if ((tip && tip.hash !== best) || (await this.rpc.call<string>('getbestblockhash')) !== best) return false;
    let changed = false;
    for (const [txid, state] of states) {
      if (present.has(txid) || state !== 'mempool') continue;
      changed = true;
      await this.db.run("UPDATE txs SET state = 'gone' WHERE txid = ? AND state = 'mempool'", [txid]);
    }
    return changed;
  }

  private async writeMempoolTx(id: string): Promise<boolean> {
    let raw: string;
    try {
      raw = await this.rpc.call<string>('getrawtransaction', [id]);
    } catch (error) {
      if (rpcCodeOf(error) !== RPC_NOT_FOUND) throw error; // mined or dropped since
      return false;
    }
    if (this.isReadablyOurs(raw)) {
      await this.write(raw, null);
      return true;
    }
    if (this.foreign.size >= MAX_FOREIGN_IDS) this.foreign.clear();
    this.foreign.add(id);
    return false;
  }

  /** A transaction that cannot be read waits for its block; those behind it go on. */
  private isReadablyOurs(raw: string): boolean {
    try {
      return isOurs(parseTx(raw), this.watch);
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
    this.lastBest = this.lastSeen = '';
    await this.db.run('DELETE FROM blocks WHERE height >= ?', [height]);
    const lowest = await this.db.get<{ height: number | null }>('SELECT MIN(height) AS height FROM blocks');
    if (lowest?.height !== null && lowest?.height !== undefined && lowest.height > height)
      await this.db.run('DELETE FROM blocks');
  }
}

export function createFollower(options: FollowerOptions): Follower {
  return new ChainFollower(options);
}
