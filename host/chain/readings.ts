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
/** So many mempool transactions are asked for in one request; fewer ones each alone. */
export const TXS_A_REQUEST = 500;
/** Accounts have addresses of two kinds, p2wpkh and p2pkh. Other scripts are nobody's. */
const WATCHABLE = /^(0014.{40}|76a914.{40}88ac)$/;

/** Transactions with what they pay and spend. */
export interface TxChunk {
  /** Raw, one behind the other. */
  bytes: Uint8Array;
  /** Undefined for one that is not there or cannot be read. Outputs are those that an account may own. */
  txs: (ScannedTx | undefined)[];
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

/** Hex of one transaction of a chunk. */
export function rawOf({ bytes, txs }: TxChunk, i: number): string {
  let start = 0;
  for (let before = i - 1; before >= 0 && start === 0; before--) start = txs[before]?.end ?? 0;
  const end = txs[i]!.end;
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('hex');
}

/** Without the outputs that no account can own. `offset`: where its chunk's octets begin. */
function watchable({ inputs, outputs, end }: ScannedTx, offset: number): ScannedTx {
  return { inputs, outputs: outputs.filter(({ script }) => WATCHABLE.test(script)), end: end - offset };
}

/** `getblock` 0. Throws RangeError for octets that are no block. */
function* block(reply: RpcReply): Generator<BlockChunk> {
  const bytes = Buffer.from(resultOf<string>(reply), 'hex');
  const { previousHash, time, count, at: firstAt } = scanBlock(bytes);
  let at = firstAt;
  for (let index = 0; index < count;) {
    const [first, start] = [index, at];
    const txs: ScannedTx[] = [];
    for (let parts = 0; index < count && txs.length < CHUNK_TXS && parts < CHUNK_PARTS; index++) {
      const tx = scanTx(bytes, at);
      at = tx.end;
      parts += tx.inputs.length + tx.outputs.length;
      txs.push(watchable(tx, start));
    }
    yield { previousHash, time, first, bytes: Uint8Array.from(bytes.subarray(start, at)), txs };
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

/** Transactions as hex, as one chunk. One that cannot be read is left out: it waits for its block. */
function scanRaws(raws: readonly (string | undefined)[]): TxChunk {
  const parts: Buffer[] = [];
  let lenBytes = 0;
  const txs = raws.map((raw) => {
    if (typeof raw !== 'string') return undefined;
    try {
      const bytes = Buffer.from(raw, 'hex');
      const tx = scanTx(bytes);
      parts.push(bytes.subarray(0, tx.end));
      lenBytes += tx.end;
      return watchable({ ...tx, end: lenBytes }, 0);
    } catch {
      return undefined;
    }
  });
  return { bytes: Uint8Array.from(Buffer.concat(parts)), txs };
}

export const READINGS = { block, prevouts, mempoolIds };

export type ReadingName = keyof typeof READINGS;
export type ChunkOf<N extends ReadingName> = ReturnType<(typeof READINGS)[N]> extends Generator<infer T> ? T : never;
