// A whole regtest node inside the process: consensus rules of bcoin, JSON-RPC like Bitcoin Core's over HTTP, and a
// small funding wallet. Deterministic: the same seed, clock and calls give the same block hashes and transaction ids.

import { createHash } from 'node:crypto';
import * as btc from '@scure/btc-signer';
import { secp256k1 } from '@noble/curves/secp256k1';
import { fail } from '../../../protocol/errors';
import { COINBASE_MATURITY } from '../../bitcoin/coins';
import { chainMethods } from './chain-methods';
import { mineBlock, openBcoin, reverseHex, type BcoinNode } from './bcoin';
import { REGTEST } from './regtest-json';
import { mempoolMethods } from './mempool-methods';
import { regtestMethods } from './regtest-methods';
import { rpcFail, type RpcMethod } from './rpc-method';
import { startRpcServer } from './rpc-server';
import type { RegtestNode, RegtestNodeOptions } from './types';

/** Blocks that make the first coinbases spendable, with some to spare. */
const FIRST_BLOCKS = 110;
const FUNDING_FEE_SATS = 2000;
const OUTPUT_MIN_SATS = 1000;

interface FundingCoin {
  txid: string;
  vout: number;
  sats: number;
}

function scriptOf(address: string): Uint8Array {
  try {
    return btc.OutScript.encode(btc.Address(REGTEST).decode(address));
  } catch {
    throw rpcFail(-5, 'Invalid address: ' + String(address).slice(0, 100));
  }
}

/** Starts the node with enough blocks for `fund`. Throws the system's error when the port cannot be had. */
export async function startRegtestNode(options: RegtestNodeOptions): Promise<RegtestNode> {
  const { runtime, seed, port = 0, user = 'chaincloud', password = 'regtest' } = options;
  const node = await openBcoin(runtime);
  const wallet = createFundingWallet(node, seed);
  let mined = 0;
  const listeners: (() => void)[] = [];
  const changed = (): void => listeners.forEach((listener) => listener());
  let isClosed = false;
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = queue.then(work, work);
    queue = done.catch(() => undefined);
    return done;
  };
  const mine = (count: number, address?: string): Promise<string[]> =>
    inTurn(async () => {
      const script = address === undefined ? wallet.script : scriptOf(address);
      const hashes: string[] = [];
      for (let i = 0; i < count; i++) hashes.push(await mineBlock(node, script, `${seed} ${mined++}`));
      changed();
      return hashes;
    });
  const methods: Record<string, RpcMethod> = {
    ...chainMethods(node),
    ...mempoolMethods(node),
    ...regtestMethods(node, mine),
  };
  for (const name of ['sendrawtransaction', 'invalidateblock', 'reconsiderblock'])
    methods[name] = andThen(methods[name], changed);
  const server = await startRpcServer({ host: '127.0.0.1', port, user, password, methods });
  if (node.chain.height < FIRST_BLOCKS) await mine(FIRST_BLOCKS - node.chain.height);
  return {
    rpc: { url: server.url, user, password },
    mine,
    fund: (address, sats) =>
      inTurn(async () => {
        const hex = await wallet.pay(scriptOf(address), sats);
        return (await methods.sendrawtransaction([hex])) as string;
      }),
    onChange: (listener) => void listeners.push(listener),
    async close() {
      if (isClosed) return;
      isClosed = true;
      await server.close();
      await queue;
      await node.miner.close();
      await node.mempool.close();
      await node.chain.close();
    },
  };
}

function andThen(method: RpcMethod, then: () => void): RpcMethod {
  return async (params) => {
    const result = await method(params);
    then();
    return result;
  };
}

interface Wallet {
  script: Uint8Array;
  pay(script: Uint8Array, sats: number): Promise<string>;
}

class FundingWallet implements Wallet {
  private readonly chain = this.node.chain;
  private readonly mempool = this.node.mempool;
  private readonly key = createHash('sha256')
    .update('chaincloud regtest funding key\n' + this.seed)
    .digest();
  private readonly payment = btc.p2wpkh(secp256k1.getPublicKey(this.key, true), REGTEST);
  private readonly scriptHex = Buffer.from(this.payment.script).toString('hex');
  private scannedTo = 0;
  private readonly known = new Map<string, FundingCoin>();
  readonly script = this.payment.script;

  constructor(
    private readonly node: BcoinNode,
    private readonly seed: string,
  ) {}

  private look(tx: {
    outputs: { script: { toRaw(): Buffer }; value: number }[];
    hash(encoding: string): string;
  }): void {
    tx.outputs.forEach((output, vout) => {
      if (output.script.toRaw().toString('hex') !== this.scriptHex) return;
      const txid = reverseHex(tx.hash('hex'));
      this.known.set(`${txid}:${vout}`, { txid, vout, sats: output.value });
    });
  }

  private async spendable(): Promise<FundingCoin[]> {
    for (let height = Math.max(0, this.scannedTo - 10); height <= this.chain.height; height++) {
      const block = await this.chain.getBlock((await this.chain.getEntry(height)).hash);
      for (const tx of block.txs) this.look(tx);
    }
    this.scannedTo = this.chain.height;
    for (const entry of this.mempool.map.values()) this.look(entry.tx);
    const coins: FundingCoin[] = [];
    for (const coin of this.known.values()) {
      const hash = reverseHex(coin.txid);
      if (this.mempool.isSpent(hash, coin.vout)) continue;
      if (this.mempool.hasEntry(hash)) {
        coins.push(coin);
        continue;
      }
      const onChain = await this.chain.getCoin(hash, coin.vout);
      if (onChain && (!onChain.coinbase || onChain.height + COINBASE_MATURITY <= this.chain.height + 1))
        coins.push(coin);
    }
    return coins;
  }

  async pay(script: Uint8Array, sats: number): Promise<string> {
    if (!Number.isSafeInteger(sats) || sats < OUTPUT_MIN_SATS)
      throw fail('bad-amount', `sats expected an integer of at least ${OUTPUT_MIN_SATS}`);
    const tx = new btc.Transaction();
    let sum = 0;
    for (const coin of await this.spendable()) {
      if (sum >= sats + FUNDING_FEE_SATS) break;
      tx.addInput({
        txid: coin.txid,
        index: coin.vout,
        witnessUtxo: { script: this.payment.script, amount: BigInt(coin.sats) },
      });
      sum += coin.sats;
    }
    const change = sum - sats - FUNDING_FEE_SATS;
    if (change < 0) throw fail('no-funds', 'the funding wallet has not enough mature coins: mine more blocks');
    tx.addOutput({ script, amount: BigInt(sats) });
    if (change >= OUTPUT_MIN_SATS) tx.addOutput({ script: this.payment.script, amount: BigInt(change) });
    tx.sign(this.key);
    tx.finalize();
    return tx.hex;
  }
}

/** Spends what the chain pays to one key made from the seed: coinbases, and the change of its own payments. */
function createFundingWallet(node: BcoinNode, seed: string): Wallet {
  return new FundingWallet(node, seed);
}
