// What the followers take out of the node's large answers, in chunks: a block's transactions, the coins that some of
// them spend, the mempool's ids and transactions. node-reader.ts runs it here or in a thread of its own.
// Spec: Bitcoin Core 27, getblock, getrawmempool, getrawtransaction.

import { fail } from '../../protocol/errors';
import { resultOf, resultsOf, RPC_NOT_FOUND, rpcCodeOf, type Rpc, type RpcReply } from '../bitcoin/rpc';
import { scanBlock, scanTx, type ScannedTx } from '../bitcoin/scan';

/** A chunk ends after so many transactions, or so many inputs and outputs. */
const CHUNK_TXS = 1000;
const CHUNK_PARTS = 4000;
const CHUNK_IDS = 5000;
/** Numbers of `TxChunk.ends` for one transaction. */
export const ENDS_A_TX = 3;
/** So many mempool transactions are asked for in one request; fewer ones each alone. */
export const TXS_A_REQUEST = 500;
/** Accounts have addresses of two kinds, p2wpkh and p2pkh. Other scripts are nobody's. */
const WATCHABLE = /^(0014.{40}|76a914.{40}88ac)$/;

/** Transactions with what they pay and spend. Flat, because it comes from another thread. */
export interface TxChunk {
  /** Raw, one behind the other. */
  bytes: Uint8Array;
  /**
   * Three numbers a transaction: where it ends in the octets, in the scripts, in the coins. One that is not there or
   * cannot be read ends where it begins.
   */
  ends: Uint32Array;
  /** Scripts that an account may own, hex, with a space between. */
  scripts: string;
  /** Coins that are spent: txids with a space between, and output numbers. */
  txids: string;
  vouts: Uint32Array;
}

export interface BlockChunk extends TxChunk {
  previousHash: string;
  /** Seconds since 1970. */
  time: number;
  /** Index of the first transaction in the block. */
  first: number;
}

/** What an input spends, as its block shows it; undefined where that says nothing. */
export type Spent = { sats: number; script: string } | undefined;

/** Of `getblock` with prevouts, from the block's undo data: no transaction index is needed. */
interface VerboseBlock {
  tx: { txid: string; vin: { prevout?: { value: number; scriptPubKey: { hex: string } } }[] }[];
}

/** Bitcoin Core's JSON has amounts as numbers of bitcoin with eight digits. */
export function satsOf(value: number): number {
  return Math.round(value * 1e8);
}

/** Gathers a chunk. */
class ChunkBuilder {
  private readonly ends: number[] = [];
  private readonly scripts: string[] = [];
  private readonly txids: string[] = [];
  private readonly vouts: number[] = [];
  private lenBytes = 0;

  add(tx: ScannedTx | undefined, lenBytes: number): void {
    for (const { script } of tx?.outputs ?? []) if (WATCHABLE.test(script)) this.scripts.push(script);
    for (const { txid, vout } of tx?.inputs ?? []) {
      this.txids.push(txid);
      this.vouts.push(vout);
    }
    this.lenBytes += lenBytes;
    this.ends.push(this.lenBytes, this.scripts.length, this.txids.length);
  }

  /** So large that the next transaction belongs to another chunk. */
  isFull(): boolean {
    return this.ends.length >= ENDS_A_TX * CHUNK_TXS || this.scripts.length + this.txids.length >= CHUNK_PARTS;
  }

  chunk(bytes: Uint8Array): TxChunk {
    const { ends, scripts, txids, vouts } = this;
    return {
      bytes: Uint8Array.from(bytes),
      ends: Uint32Array.from(ends),
      scripts: scripts.join(' '),
      txids: txids.join(' '),
      vouts: Uint32Array.from(vouts),
    };
  }
}

/** `getblock` 0. Throws RangeError for octets that are no block. */
function* block(reply: RpcReply): Generator<BlockChunk> {
  const bytes = Buffer.from(resultOf<string>(reply), 'hex');
  const { previousHash, time, count, at: firstAt } = scanBlock(bytes);
  let at = firstAt;
  let index = 0;
  while (index < count) {
    const [first, start] = [index, at];
    const builder = new ChunkBuilder();
    for (; index < count && !builder.isFull(); index++) {
      const tx = scanTx(bytes, at);
      builder.add(tx, tx.end - at);
      at = tx.end;
    }
    yield { previousHash, time, first, ...builder.chunk(bytes.subarray(start, at)) };
  }
}

/** `getblock` 3: what the inputs of the wanted transactions spend. */
function* prevouts(reply: RpcReply, wanted: readonly string[]): Generator<[txid: string, spent: Spent[]]> {
  const ids = new Set(wanted);
  for (const { txid, vin } of resultOf<VerboseBlock>(reply).tx) {
    if (!ids.has(txid)) continue;
    const spent = vin.map(
      ({ prevout }): Spent => prevout && { sats: satsOf(prevout.value), script: prevout.scriptPubKey.hex },
    );
    yield [txid, spent];
  }
}

/** `getrawmempool`. Throws `rpc-http` for what is no list. */
function* mempoolIds(reply: RpcReply): Generator<string[]> {
  const ids = resultOf<string[]>(reply);
  if (!Array.isArray(ids)) throw fail('rpc-http', 'the node shows no mempool');
  for (let from = 0; from < ids.length; from += CHUNK_IDS) yield ids.slice(from, from + CHUNK_IDS);
}

/**
 * Transactions of the mempool in the order of `ids`, a chunk for each `TXS_A_REQUEST` of them; the next one is asked
 * for while one is looked at. Many are asked for in one request where the node takes that. Throws `rpc-…`.
 */
export async function* mempoolTxs(rpc: Rpc, ids: readonly string[]): AsyncGenerator<TxChunk> {
  const ask = (from: number): Promise<TxChunk> => {
    const asked = rawsOf(rpc, ids.slice(from, from + TXS_A_REQUEST)).then(scanRaws);
    asked.catch(() => undefined); // thrown where it is awaited
    return asked;
  };
  let next = ask(0);
  for (let from = 0; from < ids.length; from += TXS_A_REQUEST) {
    const chunk = await next;
    next = ask(from + TXS_A_REQUEST);
    yield chunk;
  }
}

/** Undefined for one that is not there any more. */
async function rawsOf(rpc: Rpc, ids: readonly string[]): Promise<(string | undefined)[]> {
  if (ids.length === TXS_A_REQUEST) {
    try {
      const calls = ids.map((id) => [id]);
      return resultsOf<string>(await rpc.askMany('getrawtransaction', calls));
    } catch (error) {
      if ((error as { code?: string }).code !== 'rpc-http') throw error; // it takes no lists of calls
    }
  }
  const raws: (string | undefined)[] = [];
  for (const id of ids) raws.push(await rawTx(rpc, id));
  return raws;
}

async function rawTx(rpc: Rpc, txid: string): Promise<string | undefined> {
  try {
    return await rpc.call<string>('getrawtransaction', [txid]);
  } catch (error) {
    if (rpcCodeOf(error) !== RPC_NOT_FOUND) throw error;
    return undefined;
  }
}

/** Transactions as hex, as one chunk. One that cannot be read is left empty: it waits for its block. */
export function scanRaws(raws: readonly unknown[]): TxChunk {
  const parts: Buffer[] = [];
  const builder = new ChunkBuilder();
  for (const raw of raws) {
    const bytes = Buffer.from(typeof raw === 'string' ? raw : '', 'hex');
    let tx: ScannedTx | undefined;
    try {
      tx = scanTx(bytes);
    } catch {
      tx = undefined;
    }
    parts.push(bytes.subarray(0, tx?.end ?? 0));
    builder.add(tx, tx?.end ?? 0);
  }
  return builder.chunk(Buffer.concat(parts));
}

export const READINGS = { block, prevouts, mempoolIds };

export type ReadingName = keyof typeof READINGS;
export type ChunkOf<N extends ReadingName> = ReturnType<(typeof READINGS)[N]> extends Generator<infer T> ? T : never;
