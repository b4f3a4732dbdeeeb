// Holds host/chain/node-reader.ts: a small answer is read here, a large one in the thread, with the same outcome and
// the same errors. The thread's file is found in what `npm pack` packs, as this test finds it in dist.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { createRpc, RPC_NOT_FOUND, type Rpc } from '../../../host/bitcoin/rpc';
import { createNodeReader, type NodeReader } from '../../../host/chain/node-reader';
import { ChunkView, countOf, isThere } from '../../../host/chain/chunk-view';
import { ROOT } from '../../../host/kit/package';
import { startRegtestNode } from '../../../host/sim/regtest/regtest-node';
import type { RegtestNode } from '../../../host/sim/regtest/types';
import { manualRuntime } from './fixture';

const NOWHERE = { url: 'http://127.0.0.1:1', user: 'u', password: 'p' };
const PAYEE = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

async function all<T>(chunks: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const chunk of chunks) list.push(chunk);
  return list;
}

describe('host/chain/node-reader', () => {
  let node: RegtestNode;
  let rpc: Rpc;
  const readers: Record<string, NodeReader> = {};
  before(async () => {
    node = await startRegtestNode({ runtime: manualRuntime(), seed: 'reader' });
    rpc = createRpc(node.rpc);
    readers.here = createNodeReader(rpc, node.rpc, Infinity);
    readers.thread = createNodeReader(rpc, node.rpc, 0);
  });
  after(async () => {
    for (const reader of Object.values(readers)) await reader.close();
    rpc.close();
    await node.close();
  });

  it('a block: header, what is paid and spent, octets, prevouts', async () => {
    const txid = await node.fund(PAYEE, 50_000);
    const raw = await rpc.call<string>('getrawtransaction', [txid]);
    const [hash] = await node.mine(1);
    const found: unknown[] = [];
    for (const reader of Object.values(readers)) {
      const chunks = await all(reader.block(hash));
      expect(chunks.length).to.equal(1);
      const [chunk] = chunks;
      const { previousHash, first, scripts, txids } = chunk;
      expect([countOf(chunk), first, previousHash]).to.deep.equal([
        2,
        0,
        await rpc.call('getblockhash', [(await rpc.call<number>('getblockcount')) - 1]),
      ]);
      expect(new ChunkView(chunk).raw(1)).to.equal(raw);
      const prevouts = await reader.prevouts(hash, [txid]);
      expect([...prevouts.keys()]).to.deep.equal([txid]);
      found.push([scripts, txids, chunk.ends, chunk.vouts, [...prevouts]]);
    }
    expect(found[1]).to.deep.equal(found[0]);
  });

  it('a mempool: ids, and many transactions of which most are gone', async () => {
    const txid = await node.fund(PAYEE, 60_000);
    const ids = Array.from({ length: 620 }, (_, i) => (i === 610 ? txid : i.toString(16).padStart(64, '0')));
    for (const reader of Object.values(readers)) {
      expect((await all(reader.mempoolIds())).flat()).to.deep.equal([txid]);
      const chunks = await all(reader.mempoolTxs(ids));
      expect(chunks.map(countOf)).to.deep.equal([500, 120]);
      for (const [n, chunk] of chunks.entries())
        for (let i = 0; i < countOf(chunk); i++) expect(isThere(chunk, i)).to.equal(500 * n + i === 610);
      expect(new ChunkView(chunks[1]).raw(110)).to.equal(await rpc.call('getrawtransaction', [txid]));
      expect(new ChunkView((await all(reader.mempoolTxs([txid])))[0]).scripts.length).to.be.greaterThan(0);
      expect(await all(reader.mempoolTxs([]))).to.deep.equal([]);
    }
  });

  it('errors keep their code and number; those who go on afterwards are served', async () => {
    for (const [name, reader] of Object.entries(readers)) {
      const error = await all(reader.block('00'.repeat(32))).catch((thrown: unknown) => thrown);
      expect(error, name).to.include({ code: 'rpc-error', rpcCode: RPC_NOT_FOUND });
      expect((error as Error).message).to.match(/^rpc-error: getblock: /);
      expect(countOf((await all(reader.block(await rpc.call('getblockhash', [1]))))[0])).to.equal(1);
    }
    const nowhere = createNodeReader(createRpc(NOWHERE), NOWHERE, 0);
    const many = Array.from({ length: 500 }, () => '00'.repeat(32));
    const error = await all(nowhere.mempoolTxs(many)).catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'rpc-unreachable' });
    await nowhere.close();
  });

  it('a thread that ended is started again', async () => {
    const hash = await rpc.call<string>('getblockhash', [1]);
    expect((await all(readers.thread.block(hash))).length).to.equal(1);
    await readers.thread.close();
    expect((await all(readers.thread.block(hash))).length).to.equal(1);
  });

  it("the thread's file is built where it is looked for", () => {
    expect(existsSync(join(ROOT, 'dist', 'host', 'chain', 'reader-worker.js'))).to.equal(true);
  });
});
