// Holds host/bitcoin/scan.ts: what is spent and paid in raw transactions and blocks, as the whole decoder finds it.
// Spec: BIP144. Neighbours: with and without witnesses, a coinbase, many inputs and outputs, each cut, a whole block.

import { expect } from 'chai';
import * as btc from '@scure/btc-signer';
import { scanBlock, scanTx } from '../../../host/bitcoin/scan';
import { parseTx } from '../../../host/bitcoin/tx';
import { startRegtestNode } from '../../../host/sim/regtest/regtest-node';
import { createRpc } from '../../../host/bitcoin/rpc';
import { manualRuntime } from '../chain/fixture';

const MANY = 300;

function made(inputs: number, outputs: number, isSegwit: boolean): Buffer {
  const raw = btc.RawTx.encode({
    version: 2,
    segwitFlag: isSegwit,
    inputs: Array.from({ length: inputs }, (_, i) => ({
      txid: new Uint8Array(32).fill(i + 1),
      index: i,
      finalScriptSig: new Uint8Array(i % 3 === 0 ? 0 : 300),
      sequence: 0xfffffffd,
    })),
    outputs: Array.from({ length: outputs }, (_, i) => ({ amount: BigInt(i), script: new Uint8Array(i % 40).fill(7) })),
    witnesses: isSegwit ? Array.from({ length: inputs }, () => [new Uint8Array(72), new Uint8Array(33)]) : undefined,
    lockTime: 5,
  });
  return Buffer.from(raw);
}

describe('host/bitcoin/scan', () => {
  for (const [inputs, outputs] of [
    [1, 1],
    [2, 3],
    [MANY, MANY],
  ])
    for (const isSegwit of [false, true])
      it(`${inputs} inputs, ${outputs} outputs, ${isSegwit ? 'with' : 'without'} witnesses`, () => {
        const bytes = made(inputs, outputs, isSegwit);
        const scanned = scanTx(Buffer.concat([Buffer.alloc(9), bytes, Buffer.alloc(9)]), 9);
        const parsed = parseTx(bytes.toString('hex'));
        expect(scanned.end).to.equal(9 + bytes.length);
        expect(scanned.inputs).to.deep.equal(parsed.inputs.map(({ txid, vout }) => ({ txid, vout })));
        expect(scanned.outputs).to.deep.equal(parsed.outputs.map(({ script }) => ({ script })));
        for (let lenBytes = 0; lenBytes < Math.min(bytes.length, 500); lenBytes++)
          expect(() => scanTx(bytes.subarray(0, lenBytes)), String(lenBytes)).to.throw(RangeError);
      });

  it('a block of the node: its header and every transaction', async () => {
    const node = await startRegtestNode({ runtime: manualRuntime(), seed: 'scan' });
    const rpc = createRpc(node.rpc);
    try {
      for (let i = 0; i < 5; i++) await node.fund('bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080', 10_000 + i);
      const [hash] = await node.mine(1);
      const bytes = Buffer.from(await rpc.call<string>('getblock', [hash, 0]), 'hex');
      const shown = await rpc.call<{
        previousblockhash: string;
        time: number;
        tx: { vin: { txid?: string }[]; vout: { scriptPubKey: { hex: string } }[] }[];
      }>('getblock', [hash, 2]);
      const block = scanBlock(bytes);
      expect(block).to.include({ previousHash: shown.previousblockhash, time: shown.time, count: 6 });
      let { at } = block;
      for (const tx of shown.tx) {
        const scanned = scanTx(bytes, at);
        expect(scanned.outputs.map(({ script }) => script)).to.deep.equal(
          tx.vout.map((output) => output.scriptPubKey.hex),
        );
        expect(scanned.inputs.map(({ txid }) => txid)).to.deep.equal(
          tx.vin.map((input) => input.txid ?? '00'.repeat(32)),
        );
        at = scanned.end;
      }
      expect(at).to.equal(bytes.length);
    } finally {
      rpc.close();
      await node.close();
    }
  });
});
