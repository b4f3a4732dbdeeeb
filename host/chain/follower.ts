// Follows the node's blocks in order; reorganisations are undone and done again. Keeps in the database only
// transactions that touch an account. State is in the database alone, so it goes on after any stop.

import { RPC_OUT_OF_RANGE, rpcCodeOf, type Rpc } from '../bitcoin/rpc';
import { readBlock, writeBlock, type Chain } from './block';

/** A round ends after so long, by the runtime's clock: what is left is the next one's. */
export const ROUND_MS = 2000;

/** Blocks that came and went. */
export interface FollowedBlocks {
  connected: number;
  disconnected: number;
  /** The node has more. */
  isBehind: boolean;
}

interface Tip {
  height: number;
  hash: string;
}

export interface Follower {
  /**
   * Catches up with the node's blocks, as far as one round goes. Throws the node's CodedError; what was done stays
   * done. Never twice at once.
   */
  follow(): Promise<FollowedBlocks>;
  /** Resolves when the block that is being read at this moment is written: later ones see what the database has now. */
  settled(): Promise<void>;
}

/** Hash of the node's block at a height; undefined above its tip. */
export async function hashAt(rpc: Rpc, height: number): Promise<string | undefined> {
  try {
    return await rpc.call<string>('getblockhash', [height]);
  } catch (error) {
    if (rpcCodeOf(error) === RPC_OUT_OF_RANGE) return undefined;
    throw error;
  }
}

/** The last block that was followed. */
export function ownTip({ db }: Chain): Promise<Tip | undefined> {
  return db.get<Tip>('SELECT height, hash FROM blocks ORDER BY height DESC LIMIT 1');
}

class BlockFollower implements Follower {
  private readonly db = this.chain.db;
  private readonly rpc = this.chain.rpc;
  /** The node's tip at the end of the last whole round: while it stays, there is nothing to do. */
  private lastBest = '';
  private connecting: Promise<unknown> = Promise.resolve();

  constructor(private readonly chain: Chain) {}

  /** Takes blocks off that the node's chain no longer has. */
  private async disconnect(): Promise<number> {
    for (let count = 0; ; count++) {
      const tip = await ownTip(this.chain);
      if (!tip || (await hashAt(this.rpc, tip.height)) === tip.hash) return count;
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

  private async connect(height: number, expectedPrev: string | undefined): Promise<boolean> {
    const hash = await hashAt(this.rpc, height);
    if (hash === undefined) return false;
    const block = await readBlock(this.chain, hash);
    if (expectedPrev !== undefined && block.previousHash !== expectedPrev) return false;
    await writeBlock(this.chain, { height, hash }, block);
    await this.db.run('INSERT INTO blocks (height, hash, time) VALUES (?, ?, ?) ON CONFLICT (height) DO NOTHING', [
      height,
      hash,
      block.time,
    ]);
    return true;
  }

  async follow(): Promise<FollowedBlocks> {
    const result: FollowedBlocks = { connected: 0, disconnected: 0, isBehind: false };
    const endMs = this.chain.runtime.nowMs() + ROUND_MS;
    let best = await this.rpc.call<string>('getbestblockhash');
    if (best === this.lastBest) return result;
    let tip = await ownTip(this.chain);
    while (tip?.hash !== best) {
      if (this.chain.runtime.nowMs() > endMs) return { ...result, isBehind: true };
      result.disconnected += await this.disconnect();
      tip = await ownTip(this.chain);
      const next = tip ? tip.height + 1 : await this.startHeight();
      const connecting = this.connect(next, tip?.hash);
      this.connecting = connecting.catch(() => undefined);
      if (await connecting) {
        result.connected++;
      } else if ((await this.rpc.call<number>('getblockcount')) < next) {
        break; // the node is at this tip, or below where the accounts begin
      }
      tip = await ownTip(this.chain);
      best = await this.rpc.call<string>('getbestblockhash');
    }
    this.lastBest = best;
    return result;
  }

  /** Without any block yet: the node's tip when the first account was entered. What is older is a re-scan's. */
  private async startHeight(): Promise<number> {
    const first = await this.db.get<{ height: number | null }>('SELECT MIN(registered_height) AS height FROM accounts');
    return first?.height ?? this.rpc.call<number>('getblockcount');
  }

  async settled(): Promise<void> {
    await this.connecting;
  }
}

export function createFollower(chain: Chain): Follower {
  return new BlockFollower(chain);
}
