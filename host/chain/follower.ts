// Follows the node: blocks in order, reorganisations undone and done again, the mempool beside them. Keeps in the
// database only transactions that touch a watched script. State is in the database alone, so it goes on after any stop.

import type { NetworkName } from '../bitcoin/network';
import type { Db } from '../kit/sql';
import type { Runtime } from '../kit/runtime';
import { isOurs, prevoutsOf, writeTx, type Place } from './index-tx';
import { parseTx } from '../bitcoin/tx';
import { RPC_NOT_FOUND, RPC_OUT_OF_RANGE, rpcCodeOf, type Rpc } from '../bitcoin/rpc';
import type { Watch } from './watch';

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

export interface FollowResult {
  /** Blocks connected and disconnected, and whether there was anything new to look at. */
  connected: number;
  disconnected: number;
  changed: boolean;
}

interface Block {
  hash: string;
  height: number;
  time: number;
  previousblockhash?: string;
  tx: {
    txid: string;
    hex: string;
    vin: { txid?: string; vout?: number }[];
    vout: { scriptPubKey: { hex: string } }[];
  }[];
}

interface Tip {
  height: number;
  hash: string;
}

export interface Follower {
  /** Catches up with the node. Throws the node's CodedError; what was done stays done. Never call it twice at once. */
  follow(): Promise<FollowResult>;
  /** Reads the chain again from `height` on at the next `follow`. */
  rewindTo(height: number): Promise<void>;
}

export function createFollower(options: FollowerOptions): Follower {
  const { db, rpc, runtime, network, watch, extend } = options;
  const foreign = new Set<string>();
  /** Tip and mempool at the end of the last whole round: while both stay, there is nothing to look at. */
  let lastSeen = '';

  const ownTip = (): Promise<Tip | undefined> =>
    db.get<Tip>('SELECT height, hash FROM blocks ORDER BY height DESC LIMIT 1');

  async function hashAt(height: number): Promise<string | undefined> {
    try {
      return await rpc.call<string>('getblockhash', [height]);
    } catch (error) {
      if (rpcCodeOf(error) === RPC_OUT_OF_RANGE) return undefined;
      throw error;
    }
  }

  /** Takes blocks off that the node's chain no longer has. */
  async function disconnect(): Promise<number> {
    for (let count = 0; ; count++) {
      const tip = await ownTip();
      if (!tip || (await hashAt(tip.height)) === tip.hash) return count;
      await db.transaction(async (tx) => {
        await tx.run(
          "UPDATE txs SET state = 'mempool', height = NULL, block_hash = NULL, block_index = NULL, " +
            'block_time = NULL WHERE block_hash = ?',
          [tip.hash],
        );
        await tx.run('DELETE FROM blocks WHERE hash = ?', [tip.hash]);
      });
    }
  }

  async function writeBlock(block: Block): Promise<boolean> {
    const ours: { raw: string; place: Place }[] = [];
    const spendsOurs = new Set<string>();
    block.tx.forEach((tx, blockIndex) => {
      const inputs = tx.vin.map((input) => ({ txid: input.txid ?? '', vout: input.vout ?? 0, sequence: 0 }));
      const outputs = tx.vout.map((output) => ({ script: output.scriptPubKey.hex }));
      if (!isOurs({ inputs, outputs }, watch) && !inputs.some((input) => spendsOurs.has(input.txid))) return;
      spendsOurs.add(tx.txid);
      ours.push({
        raw: tx.hex,
        place: { height: block.height, blockHash: block.hash, blockIndex, blockTime: block.time },
      });
    });
    for (const { raw, place } of ours) await write(raw, place);
    return ours.length > 0;
  }

  /** One transaction in a step of its own: the next one may spend it, so the watch has to learn of it first. */
  async function write(raw: string, place: Place | null): Promise<void> {
    const parsed = parseTx(raw);
    if (!isOurs(parsed, watch)) return;
    const prevouts = await prevoutsOf(parsed, watch, rpc, network);
    await db.transaction((tx) => writeTx(tx, watch, network, raw, parsed, prevouts, place, runtime.nowMs()));
    await watch.learnTx(db, parsed.txid);
  }

  async function connect(height: number, expectedPrev: string | undefined): Promise<{ changed: boolean } | undefined> {
    const hash = await hashAt(height);
    if (hash === undefined) return undefined;
    const block = await rpc.call<Block>('getblock', [hash, 2]);
    if (expectedPrev !== undefined && block.previousblockhash !== expectedPrev) return undefined;
    const changed = await writeBlock(block);
    while (changed && (await extend())) {
      await watch.refresh(db);
      await writeBlock(block);
    }
    await db.run('INSERT INTO blocks (height, hash, time) VALUES (?, ?, ?) ON CONFLICT (height) DO NOTHING', [
      height,
      hash,
      block.time,
    ]);
    return { changed };
  }

  const seenOf = (best: string, ids: string[]): string => `${best} ${ids.join()}`;

  async function followMempool(best: string, ids: string[]): Promise<boolean> {
    const present = new Set(ids);
    const recorded = await db.all<{ txid: string; state: string }>(
      "SELECT txid, state FROM txs WHERE state IN ('mempool', 'gone')",
    );
    const states = new Map(recorded.map((row) => [row.txid, row.state]));
    let changed = false;
    let looks = 0;
    for (const id of ids) {
      if (foreign.has(id) || states.get(id) === 'mempool') continue;
      if (looks++ >= MAX_MEMPOOL_LOOKS) return changed;
      changed = (await writeMempoolTx(id)) || changed;
    }
    if ((await rpc.call<string>('getbestblockhash')) !== best) return changed;
    for (const [txid, state] of states) {
      if (present.has(txid) || state !== 'mempool') continue;
      changed = true;
      await db.run("UPDATE txs SET state = 'gone' WHERE txid = ? AND state = 'mempool'", [txid]);
    }
    lastSeen = seenOf(best, ids);
    return changed;
  }

  async function writeMempoolTx(id: string): Promise<boolean> {
    try {
      const raw = await rpc.call<string>('getrawtransaction', [id]);
      if (isOurs(parseTx(raw), watch)) {
        await write(raw, null);
        return true;
      }
      if (foreign.size >= MAX_FOREIGN_IDS) foreign.clear();
      foreign.add(id);
    } catch (error) {
      if (rpcCodeOf(error) !== RPC_NOT_FOUND) throw error; // mined or dropped since
    }
    return false;
  }

  async function follow(): Promise<FollowResult> {
    const result: FollowResult = { connected: 0, disconnected: 0, changed: false };
    let best = await rpc.call<string>('getbestblockhash');
    let ids = await rpc.call<string[]>('getrawmempool');
    if (seenOf(best, ids) === lastSeen) return result;
    await watch.refresh(db);
    let tip = await ownTip();
    while (tip?.hash !== best) {
      result.disconnected += await disconnect();
      tip = await ownTip();
      const next = tip ? tip.height + 1 : await startHeight();
      const connected = await connect(next, tip?.hash);
      if (connected) {
        result.connected++;
      } else if ((await rpc.call<number>('getblockcount')) < next) {
        break; // the node is at this tip, or below where the accounts begin
      }
      tip = await ownTip();
      best = await rpc.call<string>('getbestblockhash');
    }
    if (result.connected + result.disconnected > 0) ids = await rpc.call<string[]>('getrawmempool');
    const mempoolChanged = await followMempool(best, ids);
    if (mempoolChanged && (await extend())) await watch.refresh(db);
    result.changed = result.changed || mempoolChanged || result.connected + result.disconnected > 0;
    return result;
  }

  /** Without any block yet: the lowest height an account may have coins from, else the node's tip. */
  async function startHeight(): Promise<number> {
    const born = await db.get<{ height: number | null }>('SELECT MIN(birth_height) AS height FROM accounts');
    return born?.height ?? rpc.call<number>('getblockcount');
  }

  return {
    follow,
    async rewindTo(height) {
      foreign.clear();
      lastSeen = '';
      await db.run('DELETE FROM blocks WHERE height >= ?', [height]);
      const lowest = await db.get<{ height: number | null }>('SELECT MIN(height) AS height FROM blocks');
      if (lowest?.height !== null && lowest?.height !== undefined && lowest.height > height)
        await db.run('DELETE FROM blocks');
    },
  };
}
