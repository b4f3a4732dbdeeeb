// Follows the node's mempool: takes in transactions that touch an account, and marks those that left it without a
// block.

import type { Db } from '../kit/sql';
import { findOwn, noteUsed, writeOwn, type Chain } from './block';
import { ownTip } from './follower';
import { countOf, isThere } from './chunk-view';
import { Owners } from './owners';
import { TXS_A_REQUEST, type TxChunk } from './readings';

/** Ids that are handed to the reader at once. */
const IDS_A_READING = 10_000;
/** So many ids are remembered. */
const IDS_MAX = 500_000;
/** A set that grows is made anew as a whole: many small ones keep nobody waiting. */
const SET_DIGITS = 2;

/** Ids of mempool transactions that are none of ours, remembered so as not to ask again. */
class IdSet {
  private sets = new Map<string, Set<string>>();
  private size = 0;

  has(id: string): boolean {
    return this.sets.get(id.slice(-SET_DIGITS))?.has(id) ?? false;
  }

  add(id: string): void {
    if (this.size >= IDS_MAX) this.clear();
    const digits = id.slice(-SET_DIGITS);
    const set = this.sets.get(digits) ?? new Set<string>();
    this.sets.set(digits, set.add(id));
    this.size++;
  }

  clear(): void {
    this.sets = new Map();
    this.size = 0;
  }
}

export interface MempoolFollower {
  /** Takes in what came to the node's mempool and what left it; true when anything did. Never twice at once. */
  follow(): Promise<boolean>;
}

class Mempool implements MempoolFollower {
  private readonly foreign = new IdSet();
  private lastRescan = 0;

  constructor(private readonly chain: Chain) {}

  async follow(): Promise<boolean> {
    const { db, rpc, reader } = this.chain;
    const best = await rpc.call<string>('getbestblockhash');
    await this.forgetAfterRescan(db);
    const recorded = await db.all<{ txid: string }>("SELECT txid FROM txs WHERE state = 'mempool'");
    const known = new Set(recorded.map(({ txid }) => txid));
    const missing = new Set(known);
    const fresh: string[] = [];
    for await (const ids of reader.mempoolIds())
      for (const id of ids) {
        missing.delete(id);
        if (!this.foreign.has(id) && !known.has(id)) fresh.push(id);
      }
    const isPaid = await this.takeAll(fresh);
    return (await this.markGone(best, missing)) || isPaid;
  }

  /** What is looked for has grown: transactions that were foreign may be ours now. */
  private async forgetAfterRescan(db: Db): Promise<void> {
    const last = await db.get<{ id: number | null }>('SELECT MAX(id) AS id FROM rescans');
    const id = last?.id ?? 0;
    if (id !== this.lastRescan) this.foreign.clear();
    this.lastRescan = id;
  }

  /** In the node's order: what another one spends comes first. */
  private async takeAll(fresh: string[]): Promise<boolean> {
    let isChanged = false;
    for (let from = 0; from < fresh.length; from += IDS_A_READING) {
      const ids = fresh.slice(from, from + IDS_A_READING);
      let taken = 0;
      for await (const chunk of this.chain.reader.mempoolTxs(ids)) {
        isChanged = (await this.take(ids, taken, chunk)) || isChanged;
        taken += TXS_A_REQUEST;
      }
    }
    return isChanged;
  }

  private async take(ids: string[], from: number, chunk: TxChunk): Promise<boolean> {
    const owners = new Owners(this.chain.db);
    const own = await findOwn(chunk, owners);
    for (const tx of own) await writeOwn(this.chain, owners, tx, { place: null });
    noteUsed(this.chain, owners, own);
    const ours = new Set(own.map(({ index }) => index));
    for (let i = 0; i < countOf(chunk); i++) if (isThere(chunk, i) && !ours.has(i)) this.foreign.add(ids[from + i]);
    return own.length > 0;
  }

  /** What is in no block and no longer in the mempool, as long as the blocks are the node's. */
  private async markGone(best: string, missing: Set<string>): Promise<boolean> {
    if (missing.size === 0) return false;
    const { db, rpc } = this.chain;
    const tip = await ownTip(this.chain); // none while the node is below where the accounts begin
    if ((tip && tip.hash !== best) || (await rpc.call<string>('getbestblockhash')) !== best) return false;
    for (const txid of missing)
      await db.run("UPDATE txs SET state = 'gone' WHERE txid = ? AND state = 'mempool'", [txid]);
    return true;
  }
}

export function createMempoolFollower(chain: Chain): MempoolFollower {
  return new Mempool(chain);
}
