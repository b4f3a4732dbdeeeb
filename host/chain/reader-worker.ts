// The thread that reads the node's large answers, so that HTTP never waits for their JSON. node-reader.ts asks for one
// chunk after the other.

import { parentPort, workerData } from 'node:worker_threads';
import { createRpc, type RpcEndpoint, type RpcReply } from '../bitcoin/rpc';
import { mempoolTxs, READINGS, type ReadingName } from './readings';

/** What to read: an answer that came, one that the thread asks for itself, or many transactions. */
export type Reading =
  | { name: ReadingName; reply: RpcReply; wanted: string[] }
  | { name: ReadingName; method: string; params: unknown[]; wanted: string[] }
  | { name: 'mempoolTxs'; ids: string[] };

/** The next chunk of a reading; `open` begins it, `isOver` ends it before its last chunk. */
export interface ReaderOrder {
  id: number;
  open?: Reading;
  isOver?: true;
}

/** A chunk, the end, or what was thrown. */
export interface ReaderAnswer {
  id: number;
  chunk?: unknown;
  error?: { message: string; code?: string; rpcCode?: number; rpcText?: string };
}

const rpc = createRpc(workerData as RpcEndpoint);
const readings = new Map<number, Iterator<unknown> | AsyncIterator<unknown>>();

async function begin(reading: Reading): Promise<Iterator<unknown> | AsyncIterator<unknown>> {
  if (reading.name === 'mempoolTxs') return mempoolTxs(rpc, reading.ids);
  const reply = 'reply' in reading ? reading.reply : await rpc.ask(reading.method, reading.params);
  return READINGS[reading.name](reply, reading.wanted);
}

async function nextOf({ id, open }: ReaderOrder): Promise<ReaderAnswer> {
  try {
    if (open) readings.set(id, await begin(open));
    const { done, value } = await readings.get(id)!.next();
    if (done !== true) return { id, chunk: value };
    readings.delete(id);
    return { id };
  } catch (thrown) {
    readings.delete(id);
    const { message, code, rpcCode, rpcText } = thrown as Required<ReaderAnswer>['error'];
    return { id, error: { message, code, rpcCode, rpcText } };
  }
}

/** Octets go over without a copy. */
function transfersOf({ chunk }: ReaderAnswer): ArrayBuffer[] {
  const { bytes } = (chunk ?? {}) as { bytes?: Uint8Array<ArrayBuffer> };
  return bytes ? [bytes.buffer] : [];
}

parentPort?.on('message', async (order: ReaderOrder) => {
  if (order.isOver) return void readings.delete(order.id);
  const answer = await nextOf(order);
  parentPort?.postMessage(answer, transfersOf(answer));
});
