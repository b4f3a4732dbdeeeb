// The part of bcoin that the embedded regtest node stands on: chain, mempool and miner with Bitcoin Core's regtest
// rules, segwit and CSV active from the third block, its clock the runtime's. No peer, wallet or server of bcoin's is
// started. Values of bcoin stay untyped here: it ships no types; the node's own files speak in hex and numbers.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { COINBASE_MATURITY } from '../../bitcoin/coins';
import type { Runtime } from '../../kit/runtime';

/** bcoin as one file (tools/build/bundles). */
const BCOIN = join(__dirname, '..', '..', '..', 'bundled', 'bcoin.js');

export interface BcoinNode {
  chain: any;
  mempool: any;
  miner: any;
  bcoin: any;
}

/** Bytes of a hash in the order of the wire from the hex that people read, and back: the same reversal. */
export function reverseHex(hex: string): string {
  return Buffer.from(hex, 'hex').reverse().toString('hex');
}

function makeNetwork(bcoin: any, runtime: Runtime): any {
  const base = bcoin.Network.get('regtest');
  const network = Object.create(base);
  const nowSeconds = (): number => Math.floor(runtime.nowMs() / 1000);
  network.time = {
    now: nowSeconds,
    ms: () => runtime.nowMs(),
    adjust: (time: number) => time,
    local: (time: number) => time,
  };
  network.deployments = {};
  for (const name of Object.keys(base.deployments)) network.deployments[name] = { ...base.deployments[name] };
  for (const name of ['csv', 'segwit']) {
    network.deployments[name].window = 1;
    network.deployments[name].threshold = 1;
  }
  network.deploys = Object.values(network.deployments);
  return network;
}

/** Opens chain, mempool and miner, all in memory. */
export async function openBcoin(runtime: Runtime): Promise<BcoinNode> {
  const bcoin = require(BCOIN);
  const network = makeNetwork(bcoin, runtime);
  const chain = new bcoin.Chain({ network, memory: true, indexTX: true });
  const mempool = new bcoin.Mempool({
    network,
    chain,
    memory: true,
    persistent: false,
    requireStandard: true,
    replaceByFee: true,
    rejectAbsurdFees: false,
    relayPriority: true,
    limitFree: false,
    maxOrphans: 0,
  });
  mempool.on('error', () => undefined);
  chain.on('error', () => undefined);
  const miner = new bcoin.Miner({ network, chain, mempool, preverify: false });
  chain.on('connect', (entry: any, block: any) => mempool._addBlock(entry, block.txs));
  chain.on('disconnect', async (entry: any, block: any) => {
    await mempool._removeBlock(entry, block.txs);
    await refill(mempool, block.txs);
  });
  chain.on('reorganize', () => evictDead({ chain, mempool }));
  await chain.open();
  await mempool.open();
  await miner.open();
  return { chain, mempool, miner, bcoin };
}

/**
 * A disconnected block's payments wait in the mempool again, as in Bitcoin Core (bcoin drops them when it is empty).
 */
async function refill(mempool: any, txs: any[]): Promise<void> {
  for (const tx of txs.slice(1)) {
    if (mempool.hasEntry(tx.hash('hex'))) continue;
    try {
      await mempool.insertTX(tx, -1);
    } catch {
      continue; // spends what exists no longer
    }
  }
}

/** After blocks went: payments whose coins exist no longer, or are coinbases too young again, leave the mempool. */
async function evictDead({ chain, mempool }: { chain: any; mempool: any }): Promise<void> {
  for (const entry of [...mempool.map.values()]) {
    if (!mempool.hasEntry(entry.tx.hash('hex'))) continue;
    for (const { prevout } of entry.tx.inputs) {
      if (mempool.hasEntry(prevout.hash)) continue;
      const coin = await chain.getCoin(prevout.hash, prevout.index);
      const isYoung = coin?.coinbase && coin.height + COINBASE_MATURITY > chain.height + 1;
      if (coin && !isYoung) continue;
      mempool.evictEntry(entry);
      break;
    }
  }
}

/**
 * Mines one block paying `script`; `salt` makes blocks of the same height and time differ, in place of random nonces.
 */
export async function mineBlock(node: BcoinNode, script: Uint8Array, salt: string): Promise<string> {
  const { chain, miner, bcoin } = node;
  const address = bcoin.Address.fromScript(bcoin.Script.fromRaw(Buffer.from(script)));
  const job = await miner.cpu.createJob(chain.tip, address);
  const nonce = createHash('sha256').update(`${salt} ${chain.tip.hash}`).digest().subarray(0, 4);
  const createCoinbase = job.attempt.createCoinbase;
  job.attempt.createCoinbase = function patched(witnessHash: string) {
    const coinbase = createCoinbase.call(this, witnessHash);
    coinbase.inputs[0].script.setData(2, nonce);
    coinbase.inputs[0].script.compile();
    coinbase.refresh();
    return coinbase;
  };
  job.attempt.refresh();
  const block = await miner.cpu.mineAsync(job);
  const entry = await chain.add(block);
  return reverseHex(entry.hash);
}

/** Takes the block `hash` (people's order) and all above it off the chain, as `invalidateblock` does. */
export async function invalidate(node: BcoinNode, hash: string): Promise<void> {
  const { chain } = node;
  const unlock = await chain.locker.lock();
  try {
    const entry = await chain.getEntry(reverseHex(hash));
    chain.setInvalid(entry.hash);
    if (!(await chain.isMainChain(entry))) return;
    while (chain.height >= entry.height) await chain.disconnect(chain.tip);
    chain.setDeploymentState(await chain.getDeploymentState());
    await evictDead(node);
  } finally {
    unlock();
  }
}

/** Undoes `invalidate`: `tipHash` becomes the tip again when its chain holds more work than the present one. */
export async function reconsider(node: BcoinNode, hash: string, tipHash: string): Promise<void> {
  const { chain } = node;
  const unlock = await chain.locker.lock();
  try {
    chain.removeInvalid(reverseHex(hash));
    const tip = await chain.getEntry(reverseHex(tipHash));
    if (tip.chainwork.lte(chain.tip.chainwork)) return;
    await chain.reorganize(tip);
    await chain.reconnect(tip);
  } finally {
    unlock();
  }
}

/**
 * Offers a transaction to the mempool. Throws bcoin's VerifyError (`code`, `reason`) when it is refused; answers true
 * when an input does not exist. `dryRun`: all the same checks, nothing kept.
 */
export async function offerTx(node: BcoinNode, tx: any, dryRun: boolean): Promise<{ missing: boolean; entry?: any }> {
  const { mempool } = node;
  const unlock = await mempool.locker.lock();
  const addEntry = mempool.addEntry;
  let entry: any;
  try {
    mempool.addEntry = async (made: any, view: any) => {
      entry = made;
      if (!dryRun) await addEntry.call(mempool, made, view);
    };
    mempool.rejects.reset();
    const missing = await mempool.insertTX(tx, -1);
    return { missing: missing !== null, entry };
  } finally {
    delete mempool.addEntry;
    unlock();
  }
}
