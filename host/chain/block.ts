// Finds and writes what is the accounts' own in one block, for the follower and for a re-scan.

import { setImmediate as turn } from 'node:timers/promises';
import type { NetworkName } from '../bitcoin/network';
import type { Rpc } from '../bitcoin/rpc';
import { parseTx, type ParsedTx } from '../bitcoin/tx';
import type { Runtime } from '../kit/runtime';
import type { Db } from '../kit/sql';
import { ChunkView, countOf } from './chunk-view';
import { prevoutsOf, writeTx, type Place } from './index-tx';
import type { NodeReader } from './node-reader';
import { Owners } from './owners';
import type { Spent, TxChunk } from './readings';

/** What the followers share. */
export interface Chain {
  db: Db;
  rpc: Rpc;
  reader: NodeReader;
  runtime: Runtime;
  network: NetworkName;
  /** Accounts got coins: their addresses may have to be derived further. */
  onUsed(accounts: Set<number>): void;
}

/** A transaction that touches an account. */
export interface OwnTx {
  raw: string;
  parsed: ParsedTx;
  /** Its place in the chunk, or in the block. */
  index: number;
}

export interface OwnBlock {
  previousHash: string;
  /** Seconds since 1970. */
  time: number;
  txs: OwnTx[];
  owners: Owners;
}

/** The transactions of a chunk that touch an account, also by spending one of its earlier ones. */
export async function findOwn(chunk: TxChunk, owners: Owners): Promise<OwnTx[]> {
  const view = new ChunkView(chunk);
  await owners.learn(view.scripts, view.txids);
  const found: OwnTx[] = [];
  for (let index = 0; index < countOf(chunk); index++) {
    if (!view.isOurs(index, owners)) continue;
    const raw = view.raw(index);
    const parsed = parseTx(raw);
    owners.add(parsed);
    found.push({ raw, parsed, index });
    await turn();
  }
  return found;
}

/** Reads a block of the node. Throws `rpc-…`. */
export async function readBlock({ db, reader }: Chain, hash: string): Promise<OwnBlock> {
  const owners = new Owners(db);
  const block: OwnBlock = { previousHash: '', time: 0, txs: [], owners };
  for await (const chunk of reader.block(hash)) {
    const { previousHash, time, first } = chunk;
    Object.assign(block, { previousHash, time });
    for (const tx of await findOwn(chunk, owners)) block.txs.push({ ...tx, index: first + tx.index });
  }
  return block;
}

/** Writes one transaction; `isStill` is asked in the same step, and nothing is written when it says no. */
export async function writeOwn(
  chain: Chain,
  owners: Owners,
  { raw, parsed }: OwnTx,
  { place, spent = [] }: { place: Place | null; spent?: Spent[] },
  isStill: (tx: Db) => Promise<boolean> = async () => true,
): Promise<boolean> {
  const { db, rpc, network, runtime } = chain;
  const prevouts = await prevoutsOf(parsed, spent, { owners, rpc, network });
  const seen = { raw, parsed, prevouts, place, seenAtMs: runtime.nowMs() };
  const isWritten = await db.transaction(async (tx) => {
    if (!(await isStill(tx))) return false;
    await writeTx(tx, owners, network, seen);
    return true;
  });
  await turn(); // a step on a file ends without one
  return isWritten;
}

/** Writes what `readBlock` found. False when `isStill` said no in between: the rest is not written. */
export async function writeBlock(
  chain: Chain,
  { height, hash }: { height: number; hash: string },
  { txs, owners, time }: OwnBlock,
  isStill?: (tx: Db) => Promise<boolean>,
): Promise<boolean> {
  const ofOthers = txs.filter(
    ({ parsed }) => !parsed.isCoinbase && !parsed.inputs.every((coin) => owners.ofCoin(coin)),
  );
  const txids = ofOthers.map(({ parsed }) => parsed.txid);
  const spent = txids.length > 0 ? await chain.reader.prevouts(hash, txids) : undefined;
  for (const tx of txs) {
    const place = { height, blockHash: hash, blockIndex: tx.index, blockTime: time };
    if (!(await writeOwn(chain, owners, tx, { place, spent: spent?.get(tx.parsed.txid) }, isStill))) return false;
  }
  noteUsed(chain, owners, txs);
  return true;
}

/** Says which accounts were paid to. */
export function noteUsed({ onUsed }: Chain, owners: Owners, txs: readonly OwnTx[]): void {
  const accounts = new Set<number>();
  for (const { parsed } of txs)
    for (const { script } of parsed.outputs) {
      const owner = owners.ofScript(script);
      if (owner) accounts.add(owner.account);
    }
  if (accounts.size > 0) onUsed(accounts);
}
