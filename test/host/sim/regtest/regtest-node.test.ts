// The embedded regtest node: deterministic, Bitcoin Core's shapes and error numbers over HTTP, reorganisations.
// Spec: Bitcoin Core 27 RPC.

import { expect } from 'chai';
import * as btc from '@scure/btc-signer';
import { createRpc, type Rpc } from '../../../../host/bitcoin/rpc';
import { startRegtestNode } from '../../../../host/sim/regtest/regtest-node';
import type { RegtestNode } from '../../../../host/sim/regtest/types';
import { manualRuntime } from '../../chain/fixture';

const ADDRESS = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

async function refusalOf(work: Promise<unknown>): Promise<any> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('expected a refusal');
}

describe('host/chain regtest node', () => {
  let node: RegtestNode;
  let rpc: Rpc;
  beforeEach(async () => {
    node = await startRegtestNode({ runtime: manualRuntime(), seed: 'regtest-1' });
    rpc = createRpc(node.rpc);
  });
  afterEach(async () => {
    rpc.close();
    await node.close();
  });

  it('same seed and clock give the same blocks and transactions, another seed others', async () => {
    const run = async (seed: string): Promise<unknown> => {
      const other = await startRegtestNode({ runtime: manualRuntime(), seed });
      const txid = await other.fund(ADDRESS, 50_000);
      const [hash] = await other.mine(1);
      await other.close();
      return { txid, hash };
    };
    const txid = await node.fund(ADDRESS, 50_000);
    const [hash] = await node.mine(1);
    expect(await run('regtest-1')).to.deep.equal({ txid, hash });
    expect(await run('regtest-2')).to.not.deep.equal({ txid, hash });
  });

  it('shows blocks and transactions as Bitcoin Core does', async () => {
    const txid = await node.fund(ADDRESS, 123_456);
    expect(await rpc.call('getrawmempool')).to.deep.equal([txid]);
    const [hash] = await node.mine(1);
    const height = await rpc.call<number>('getblockcount');
    expect(await rpc.call('getblockhash', [height])).to.equal(hash);
    const block = await rpc.call<any>('getblock', [hash, 2]);
    expect(block).to.include({ hash, height, confirmations: 1, nTx: 2 });
    expect(block.previousblockhash).to.equal(await rpc.call('getblockhash', [height - 1]));
    const tx = block.tx[1];
    expect(tx.txid).to.equal(txid);
    expect(tx.vout[0]).to.deep.include({ value: 0.00123456, n: 0 });
    expect(tx.vout[0].scriptPubKey).to.include({ address: ADDRESS, type: 'witness_v0_keyhash' });
    expect(btc.Transaction.fromRaw(Buffer.from(tx.hex, 'hex')).id).to.equal(txid);
    expect((await rpc.call<any>('getblock', [hash])).tx[1]).to.equal(txid);
    expect(await rpc.call('getblock', [hash, 0])).to.be.a('string');
    expect(await rpc.call<any>('getrawtransaction', [txid, true])).to.include({
      blockhash: hash,
      confirmations: 1,
      hex: tx.hex,
    });
    expect(await rpc.call('getrawtransaction', [txid])).to.equal(tx.hex);
    expect(await rpc.call<any>('gettxout', [txid, 0])).to.include({ confirmations: 1, value: 0.00123456 });
    expect(await rpc.call<any>('getblockchaininfo')).to.include({
      chain: 'regtest',
      blocks: height,
      bestblockhash: hash,
    });
    expect(await rpc.call<any>('estimatesmartfee', [6])).to.have.property('errors');
  });

  it('refuses with the numbers of Bitcoin Core', async () => {
    const cases: [string, unknown[], number][] = [
      ['getblockhash', [100000], -8],
      ['getblock', ['00'.repeat(32)], -5],
      ['getblock', ['xyz'], -8],
      ['getrawtransaction', ['11'.repeat(32)], -5],
      ['sendrawtransaction', ['00'], -22],
      ['sendrawtransaction', ['zz'], -22],
      ['getmempoolentry', ['11'.repeat(32)], -5],
      ['nosuchmethod', [], -32601],
      ['generatetoaddress', [1, 'nonsense'], -5],
    ];
    for (const [method, params, code] of cases) {
      expect((await refusalOf(rpc.call(method, params))).rpcCode, method).to.equal(code);
    }
  });

  it('tests and refuses transactions: missing inputs, bad signature, conflict, known', async () => {
    const txid = await node.fund(ADDRESS, 60_000);
    const hex = await rpc.call<string>('getrawtransaction', [txid]);
    expect(await rpc.call('sendrawtransaction', [hex])).to.equal(txid);
    expect((await rpc.call<any>('testmempoolaccept', [[hex]]))[0]).to.include({
      allowed: false,
      'reject-reason': 'txn-already-in-mempool',
    });
    await node.mine(1);
    expect((await refusalOf(rpc.call('sendrawtransaction', [hex]))).rpcCode).to.equal(-27);
    const tx = btc.Transaction.fromRaw(Buffer.from(hex, 'hex'), { allowUnknownOutputs: true });
    const orphan = new btc.Transaction({ allowUnknownOutputs: true, allowUnknownInputs: true });
    orphan.addOutput({ script: tx.getOutput(0).script, amount: 1000n });
    orphan.addInput({
      txid: '22'.repeat(32),
      index: 0,
      finalScriptSig: new Uint8Array(0),
      finalScriptWitness: [new Uint8Array(71).fill(1), new Uint8Array(33).fill(2)],
    });
    expect((await refusalOf(rpc.call('sendrawtransaction', [orphan.hex]))).rpcCode).to.equal(-25);
    const forged = new btc.Transaction({ allowUnknownOutputs: true, allowUnknownInputs: true });
    forged.addOutput({ script: tx.getOutput(0).script, amount: 50_000n });
    forged.addInput({
      txid,
      index: 0,
      finalScriptSig: new Uint8Array(0),
      finalScriptWitness: [new Uint8Array(71).fill(1), new Uint8Array(33).fill(2)],
    });
    expect((await refusalOf(rpc.call('sendrawtransaction', [forged.hex]))).rpcCode).to.equal(-26);
    expect((await rpc.call<any>('testmempoolaccept', [[forged.hex]]))[0].allowed).to.equal(false);
  });

  it('a dry run keeps nothing', async () => {
    const txid = await node.fund(ADDRESS, 60_000);
    const hex = await rpc.call<string>('getrawtransaction', [txid]);
    const [hash] = await node.mine(1);
    await rpc.call('invalidateblock', [hash]);
    expect(await rpc.call('getrawmempool')).to.deep.equal([txid]);
    await rpc.call('generatetoaddress', [1, ADDRESS]);
    expect((await rpc.call<any>('testmempoolaccept', [[hex]]))[0]).to.include({
      allowed: false,
      'reject-reason': 'txn-already-known',
    });
    expect(await rpc.call('getrawmempool')).to.deep.equal([]);
  });

  it('leaves a branch, mines another, and comes back to the longer one', async () => {
    const txid = await node.fund(ADDRESS, 60_000);
    const first = await node.mine(2);
    const height = await rpc.call<number>('getblockcount');
    await rpc.call('invalidateblock', [first[0]]);
    expect(await rpc.call('getblockcount')).to.equal(height - 2);
    expect(await rpc.call('getrawmempool')).to.deep.equal([txid]);
    const second = await node.mine(1);
    expect(second[0]).to.not.equal(first[0]);
    expect(await rpc.call<any>('getrawtransaction', [txid, true])).to.include({ blockhash: second[0] });
    await rpc.call('reconsiderblock', [first[0]]);
    expect(await rpc.call('getbestblockhash')).to.equal(first[1]);
    expect(await rpc.call<any>('getrawtransaction', [txid, true])).to.include({ blockhash: first[0] });
    expect((await rpc.call<any>('getblockheader', [second[0]])).confirmations).to.equal(-1);
    await node.mine(1);
  });

  it('wants the password, survives bodies that are no JSON-RPC, says when nobody listens', async () => {
    const wrong = createRpc({ ...node.rpc, password: 'other' });
    expect((await refusalOf(wrong.call('getblockcount'))).code).to.equal('rpc-auth');
    const authorization = 'Basic ' + Buffer.from(`${node.rpc.user}:${node.rpc.password}`).toString('base64');
    const raw = await fetch(node.rpc.url, { method: 'POST', headers: { authorization }, body: '{"method"' });
    expect(((await raw.json()) as any).error.code).to.equal(-32700);
    const batch = await fetch(node.rpc.url, {
      method: 'POST',
      headers: { authorization },
      body: '[{"id":1,"method":"getblockcount"},{"id":2,"method":"__proto__"}]',
    });
    expect(((await batch.json()) as any[]).map((answer) => answer.error?.code ?? answer.result)).to.deep.equal([
      110, -32601,
    ]);
    const gone = createRpc({ ...node.rpc, url: 'http://127.0.0.1:1' });
    const error = await refusalOf(gone.call('getblockcount'));
    expect(error.code).to.equal('rpc-unreachable');
    expect(error.message).to.not.contain(node.rpc.password);
    wrong.close();
    gone.close();
  });
});
