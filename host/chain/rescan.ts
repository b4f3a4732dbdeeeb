// Reads blocks again in which an account may have coins that nobody looked for when they were followed. What is to be
// read stands in table `rescans`, one row for each wish with the height where it goes on, so that it survives any stop.
// One pass serves all wishes: it is at the lowest height, and takes the others along as it comes to them. The follower
// goes on meanwhile.

import { RPC_MISC, rpcCodeOf } from '../bitcoin/rpc';
import type { Db } from '../kit/sql';
import { readBlock, writeBlock, type Chain } from './block';
import { hashAt, ownTip, ROUND_MS, type Follower } from './follower';

export interface Rescanner {
  /**
   * Reads on, as far as one round goes. Throws the node's CodedError; what was done stays done. Never twice at once.
   */
  work(): Promise<RescanRound>;
}

export interface RescanRound {
  /** Blocks that were read. */
  read: number;
  isBehind: boolean;
}

interface Place {
  height: number;
  last: number;
}

/** A wish, to be written in the same step as the addresses that it is for. `isAsked`: by a person. */
export async function addRescan(
  tx: Db,
  { from, target, nowMs, isAsked }: { from: number; target: number; nowMs: number; isAsked: boolean },
): Promise<void> {
  await tx.run('INSERT INTO rescans (from_height, next_height, target, begun_at, is_asked) VALUES (?, ?, ?, ?, ?)', [
    from,
    from,
    target,
    nowMs,
    Number(isAsked),
  ]);
}

class ChainRescanner implements Rescanner {
  constructor(
    private readonly chain: Chain,
    private readonly follower: Follower,
    /** Derives addresses ahead of those that were found; their blocks are read again. */
    private readonly extend: () => Promise<unknown>,
  ) {}

  /** Where the pass is, and the newest wish that it serves: later ones may be for what this block was not asked for. */
  private async place(): Promise<Place | undefined> {
    const row = await this.chain.db.get<{ height: number | null; last: number }>(
      'SELECT MIN(next_height) AS height, (SELECT MAX(id) FROM rescans) AS last FROM rescans WHERE ended_at IS NULL',
    );
    return row && row.height !== null ? { height: row.height, last: row.last } : undefined;
  }

  private async end({ height, last }: Place, failure: string | null): Promise<void> {
    await this.chain.db.run(
      'UPDATE rescans SET ended_at = ?, failure = ? WHERE ended_at IS NULL AND next_height = ? AND id <= ?',
      [this.chain.runtime.nowMs(), failure, height, last],
    );
  }

  /** True when nothing is left to read at a height: later blocks are the follower's. */
  private async isAtEnd(height: number): Promise<boolean> {
    const tip = await ownTip(this.chain);
    if (!tip) return false; // the follower has not begun
    if (height <= tip.height) return false;
    await this.follower.settled(); // a block that it began before the wish was there
    return height > ((await ownTip(this.chain))?.height ?? height);
  }

  /** Reads one block. False while the node's block is not the follower's: it takes that off first. */
  private async readOne({ height, last }: Place): Promise<boolean> {
    const { db, rpc } = this.chain;
    const tip = await ownTip(this.chain);
    const hash = tip && height <= tip.height ? await hashAt(rpc, height) : undefined;
    if (hash === undefined) return false;
    const block = await readBlock(this.chain, hash);
    await db.run('INSERT INTO blocks (height, hash, time) VALUES (?, ?, ?) ON CONFLICT (height) DO NOTHING', [
      height,
      hash,
      block.time,
    ]);
    const isStill = async (tx: Db): Promise<boolean> =>
      (await tx.get<{ hash: string }>('SELECT hash FROM blocks WHERE height = ?', [height]))?.hash === hash;
    if (!(await writeBlock(this.chain, { height, hash }, block, isStill))) return false;
    if (block.txs.length > 0) await this.extend();
    return db.transaction(async (tx) => {
      if (!(await isStill(tx))) return false;
      await tx.run('UPDATE rescans SET next_height = ? WHERE ended_at IS NULL AND next_height = ? AND id <= ?', [
        height + 1,
        height,
        last,
      ]);
      return true;
    });
  }

  async work(): Promise<RescanRound> {
    const { runtime } = this.chain;
    const endMs = runtime.nowMs() + ROUND_MS;
    for (let read = 0; ;) {
      const place = await this.place();
      if (place === undefined) return { read, isBehind: false };
      if (runtime.nowMs() > endMs) return { read, isBehind: true };
      if (await this.isAtEnd(place.height)) {
        await this.end(place, null);
        continue;
      }
      try {
        if (!(await this.readOne(place))) return { read, isBehind: false };
        read++;
      } catch (error) {
        if (rpcCodeOf(error) !== RPC_MISC) throw error;
        await this.end(place, 'the node is pruned and has no such block any more'); // it never will have it
      }
    }
  }
}

export function createRescanner(chain: Chain, follower: Follower, extend: () => Promise<unknown>): Rescanner {
  return new ChainRescanner(chain, follower, extend);
}
