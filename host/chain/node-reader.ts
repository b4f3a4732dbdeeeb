// Reads the node's answers chunk by chunk (readings.ts): small ones here, large ones in a thread of its own
// (reader-worker.ts), which is started when the first one comes.

import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Rpc, RpcEndpoint } from '../bitcoin/rpc';
import type { ReaderAnswer, ReaderOrder, Reading } from './reader-worker';
import {
  mempoolTxs,
  READINGS,
  TXS_A_REQUEST,
  type BlockChunk,
  type ChunkOf,
  type ReadingName,
  type Spent,
  type TxChunk,
} from './readings';

const WORKER = join(__dirname, 'reader-worker.js');
/** A longer answer is read in the thread. */
const LARGE_BYTES = 256 * 1024;
/** Verbosities of `getblock`. */
const RAW = 0;
const WITH_PREVOUTS = 3;

export interface NodeReader {
  /** A block's transactions, in their order. */
  block(hash: string): AsyncGenerator<BlockChunk>;
  /** What these transactions of a block spend, by txid. */
  prevouts(hash: string, txids: readonly string[]): Promise<Map<string, Spent[]>>;
  mempoolIds(): AsyncGenerator<string[]>;
  /** In the order of `ids`. */
  mempoolTxs(ids: string[]): AsyncGenerator<TxChunk>;
  /** Ends the thread. */
  close(): Promise<void>;
}

/** Reads by `rpc`, in the thread by one of its own to the same node. `largeBytes` is for tests. */
export function createNodeReader(rpc: Rpc, endpoint: RpcEndpoint, largeBytes = LARGE_BYTES): NodeReader {
  const thread = new ReaderThread(endpoint);
  /** Readings whose last answer was large: the thread asks for the next one itself. */
  const large = new Set<ReadingName>();

  async function* read<N extends ReadingName>(
    name: N,
    method: string,
    params: unknown[],
    wanted: string[] = [],
  ): AsyncGenerator<ChunkOf<N>> {
    if (large.has(name)) return yield* thread.read<ChunkOf<N>>({ name, method, params, wanted });
    const reply = await rpc.ask(method, params);
    if (reply.bytes.length >= largeBytes) {
      large.add(name);
      return yield* thread.read<ChunkOf<N>>({ name, reply, wanted });
    }
    for (const chunk of READINGS[name](reply, wanted) as Iterable<ChunkOf<N>>) {
      yield chunk;
      await turn();
    }
  }

  return {
    block: (hash) => read('block', 'getblock', [hash, RAW]),
    async prevouts(hash, txids) {
      const found = new Map<string, Spent[]>();
      if (large.has('block')) large.add('prevouts');
      const chunks = read('prevouts', 'getblock', [hash, WITH_PREVOUTS], [...txids]);
      for await (const [txid, spent] of chunks) found.set(txid, spent);
      return found;
    },
    mempoolIds: () => read('mempoolIds', 'getrawmempool', []),
    mempoolTxs: (ids) =>
      ids.length < TXS_A_REQUEST ? mempoolTxs(rpc, ids) : thread.read<TxChunk>({ name: 'mempoolTxs', ids }),
    close: () => thread.close(),
  };
}

type Waiting = { resolve(answer: ReaderAnswer): void; reject(error: Error): void };

/** The thread. One that ends is started again by the next reading. */
class ReaderThread {
  private worker: Worker | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;

  constructor(private readonly endpoint: RpcEndpoint) {}

  async *read<T>(open: Reading): AsyncGenerator<T> {
    const id = ++this.lastId;
    let isOver = false;
    try {
      // The octets are the answer's own memory: it is handed over, not copied.
      const transfers = 'reply' in open ? [open.reply.bytes.buffer as ArrayBuffer] : [];
      let answer = await this.ask({ id, open }, transfers);
      for (; 'chunk' in answer; answer = await this.ask({ id })) yield answer.chunk as T;
      isOver = true;
      if (answer.error) throw Object.assign(new Error(answer.error.message), answer.error);
    } finally {
      if (!isOver) this.worker?.postMessage({ id, isOver: true } satisfies ReaderOrder);
    }
  }

  private ask(order: ReaderOrder, transfers: ArrayBuffer[] = []): Promise<ReaderAnswer> {
    return new Promise((resolve, reject) => {
      this.waiting.set(order.id, { resolve, reject });
      this.worker ??= this.start();
      this.worker.ref();
      this.worker.postMessage(order, transfers);
    });
  }

  private start(): Worker {
    const worker = new Worker(WORKER, { workerData: this.endpoint });
    worker.on('message', (answer: ReaderAnswer) => {
      const asker = this.waiting.get(answer.id);
      this.waiting.delete(answer.id);
      if (this.waiting.size === 0) worker.unref(); // an idle thread keeps no process from its end
      asker?.resolve(answer);
    });
    worker.on('error', (error) => this.lose(worker, error));
    worker.on('exit', () => this.lose(worker, new Error("the thread that reads the node's answers ended")));
    return worker;
  }

  private lose(worker: Worker, error: Error): void {
    if (this.worker !== worker) return;
    this.worker = undefined;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  async close(): Promise<void> {
    await this.worker?.terminate();
  }
}
