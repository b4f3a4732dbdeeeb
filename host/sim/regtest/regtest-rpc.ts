// The embedded node's JSON-RPC methods, with Bitcoin Core's names, shapes and error numbers (27). Serving them over
// HTTP is rpc-server.ts's work. Left out: wallets, peers, PSBT.

import * as btc from '@scure/btc-signer';
import { fail, type CodedError } from '../../../protocol/errors';
import { invalidate, offerTx, reconsider, reverseHex, type BcoinNode } from './bcoin';
import { blockJson, btcOfSats, headerJson, REGTEST, scriptJson, txJson } from './regtest-json';

/* eslint-disable @typescript-eslint/no-explicit-any */
/** An error that the caller of a method sees, with the node's number. */
export function rpcFail(rpcCode: number, text: string): CodedError & { rpcCode: number } {
  return Object.assign(fail('rpc-error', text), { rpcCode, rpcText: text });
}

export type RpcMethod = (params: any[]) => Promise<unknown> | unknown;

const INVALID_PARAMETER = -8;
const INVALID_ADDRESS_OR_KEY = -5;
const DESERIALIZATION = -22;
const VERIFY = -25;
const VERIFY_REJECTED = -26;
const VERIFY_ALREADY_IN_CHAIN = -27;

function aHash(value: unknown, name: string): string {
  if (typeof value !== 'string' || !/^[0-9a-fA-F]{64}$/.test(value)) {
    throw rpcFail(
      INVALID_PARAMETER,
      `${name} must be of length 64 (not ${String(value).length}, for '${String(value).slice(0, 80)}')`,
    );
  }
  return value.toLowerCase();
}

function verbosityOf(value: unknown, standard: number): number {
  if (value === undefined || value === null) return standard;
  return typeof value === 'boolean' ? Number(value) : Number(value);
}

function aTx(node: BcoinNode, hex: unknown): any {
  if (typeof hex !== 'string' || hex.length === 0 || hex.length % 2 || !/^[0-9a-fA-F]+$/.test(hex))
    throw rpcFail(DESERIALIZATION, 'TX decode failed. Make sure the tx has at least one input.');
  try {
    const tx = node.bcoin.TX.fromRaw(hex, 'hex');
    if (tx.toRaw().length * 2 !== hex.length) throw new Error('trailing bytes');
    return tx;
  } catch {
    throw rpcFail(DESERIALIZATION, 'TX decode failed. Make sure the tx has at least one input.');
  }
}

/** bcoin's reasons where Bitcoin Core words them otherwise. */
const REASONS: Record<string, string> = {
  'bad-txns-inputs-spent': 'txn-mempool-conflict',
  'insufficient priority': 'min relay fee not met',
  'bad-txns-nonstandard-inputs': 'bad-txns-nonstandard-inputs',
  'mandatory-script-verify-flag-failed': 'mandatory-script-verify-flag-failed',
};

export function chainMethods(node: BcoinNode): Record<string, RpcMethod> {
  const { chain } = node;
  const entryOf = async (hash: unknown): Promise<any> => {
    const entry = await chain.getEntry(reverseHex(aHash(hash, 'blockhash')));
    if (!entry) throw rpcFail(INVALID_ADDRESS_OR_KEY, 'Block not found');
    return entry;
  };
  return {
    getblockcount: () => chain.height,
    getbestblockhash: () => reverseHex(chain.tip.hash),
    getblockhash: async ([height]) => {
      if (!Number.isInteger(height) || height < 0 || height > chain.height)
        throw rpcFail(INVALID_PARAMETER, 'Block height out of range');
      return reverseHex((await chain.getEntry(height)).hash);
    },
    getblockheader: async ([hash, verbose]) => {
      const entry = await entryOf(hash);
      return verbose === false ? entry.toRaw().subarray(0, 80).toString('hex') : headerJson(node, entry);
    },
    getblock: async ([hash, verbosity]) => {
      const entry = await entryOf(hash);
      const level = verbosityOf(verbosity, 1);
      if (level === 0) return (await chain.getBlock(entry.hash)).toRaw().toString('hex');
      return blockJson(node, entry, level);
    },
    getblockchaininfo: async () => ({
      chain: 'regtest',
      blocks: chain.height,
      headers: chain.height,
      bestblockhash: reverseHex(chain.tip.hash),
      difficulty: 4.656542373906925e-10,
      time: chain.tip.time,
      mediantime: await chain.getMedianTime(chain.tip),
      verificationprogress: 1,
      initialblockdownload: false,
      chainwork: chain.tip.chainwork.toString('hex', 64),
      size_on_disk: 0,
      pruned: false,
      warnings: '',
    }),
    getnetworkinfo: () => ({
      version: 270000,
      subversion: '/chaincloud-regtest:27.0.0/',
      protocolversion: 70016,
      connections: 0,
      networkactive: false,
      relayfee: 0.00001,
      incrementalfee: 0.00001,
      warnings: '',
    }),
    gettxout: async ([txid, vout, includeMempool]) => txOut(node, aHash(txid, 'txid'), vout, includeMempool !== false),
    getrawtransaction: async ([txid, verbose]) =>
      rawTransaction(node, aHash(txid, 'parameter 1'), verbosityOf(verbose, 0)),
    decoderawtransaction: ([hex]) => {
      const { hex: _raw, ...shown } = txJson(aTx(node, hex));
      return shown;
    },
    estimatesmartfee: ([target]) => ({
      errors: ['Insufficient data or no feerate found'],
      blocks: Math.max(2, Number(target) || 2),
    }),
    validateaddress: ([address]) => {
      try {
        const script = btc.OutScript.encode(btc.Address(REGTEST).decode(String(address)));
        return { isvalid: true, address, scriptPubKey: Buffer.from(script).toString('hex') };
      } catch {
        return { isvalid: false, error: 'Invalid or unsupported Segwit (Bech32) or Base58 encoding.' };
      }
    },
  };
}

async function rawTransaction(node: BcoinNode, txid: string, verbosity: number): Promise<unknown> {
  const { chain, mempool } = node;
  const entry = mempool.getEntry(reverseHex(txid));
  if (entry) return verbosity === 0 ? entry.tx.toRaw().toString('hex') : txJson(entry.tx);
  const meta = await chain.getMeta(reverseHex(txid));
  if (!meta)
    throw rpcFail(
      INVALID_ADDRESS_OR_KEY,
      'No such mempool or blockchain transaction. Use gettransaction for wallet transactions.',
    );
  if (verbosity === 0) return meta.tx.toRaw().toString('hex');
  return {
    in_active_chain: true,
    ...txJson(meta.tx),
    blockhash: reverseHex(meta.block),
    confirmations: chain.height - meta.height + 1,
    time: meta.time,
    blocktime: meta.time,
  };
}

async function txOut(node: BcoinNode, txid: string, vout: number, includeMempool: boolean): Promise<unknown> {
  const { chain, mempool } = node;
  const hash = reverseHex(txid);
  if (includeMempool && mempool.isSpent(hash, vout)) return null;
  const unconfirmed = includeMempool ? mempool.getCoin(hash, vout) : null;
  const coin = unconfirmed ?? (await chain.getCoin(hash, vout));
  if (!coin) return null;
  return {
    bestblock: reverseHex(chain.tip.hash),
    confirmations: coin.height === -1 ? 0 : chain.height - coin.height + 1,
    value: btcOfSats(coin.value),
    scriptPubKey: scriptJson(coin.script),
    coinbase: coin.coinbase,
  };
}

export function mempoolMethods(node: BcoinNode): Record<string, RpcMethod> {
  const { chain, mempool } = node;
  const entryJson = (entry: any): object => ({
    vsize: entry.tx.getVirtualSize(),
    weight: entry.tx.getWeight(),
    time: entry.time,
    height: entry.height,
    descendantcount: mempool.countDescendants(entry) + 1,
    ancestorcount: mempool.countAncestors(entry) + 1,
    wtxid: reverseHex(entry.tx.witnessHash('hex')),
    fees: { base: btcOfSats(entry.fee), modified: btcOfSats(entry.fee) },
    depends: entry.tx.inputs
      .filter((input: any) => mempool.hasEntry(input.prevout.hash))
      .map((input: any) => reverseHex(input.prevout.hash)),
    spentby: [],
    'bip125-replaceable': entry.tx.isRBF(),
    unbroadcast: false,
  });
  const refusal = async (tx: any, dryRun: boolean): Promise<{ reason?: string; rpcCode?: number; entry?: any }> => {
    try {
      if (await chain.hasCoins(tx))
        return { reason: 'Transaction already in block chain', rpcCode: VERIFY_ALREADY_IN_CHAIN };
      const { missing, entry } = await offerTx(node, tx, dryRun);
      return missing ? { reason: 'bad-txns-inputs-missingorspent', rpcCode: VERIFY } : { entry };
    } catch (error) {
      const refused = error as { type?: string; reason?: string };
      if (refused.type !== 'VerifyError') throw error;
      return { reason: REASONS[refused.reason ?? ''] ?? refused.reason, rpcCode: VERIFY_REJECTED };
    }
  };
  return {
    getrawmempool: ([verbose]) => {
      const entries = [...mempool.map.values()];
      const idOf = (entry: any): string => reverseHex(entry.tx.hash('hex'));
      return verbose === true
        ? Object.fromEntries(entries.map((entry) => [idOf(entry), entryJson(entry)]))
        : entries.map(idOf);
    },
    getmempoolentry: ([txid]) => {
      const entry = mempool.getEntry(reverseHex(aHash(txid, 'txid')));
      if (!entry) throw rpcFail(INVALID_ADDRESS_OR_KEY, 'Transaction not in mempool');
      return entryJson(entry);
    },
    getmempoolinfo: () => ({
      loaded: true,
      size: mempool.map.size,
      bytes: mempool.size,
      usage: mempool.size,
      maxmempool: 300000000,
      mempoolminfee: 0.00001,
      minrelaytxfee: 0.00001,
    }),
    sendrawtransaction: async ([hex]) => {
      const tx = aTx(node, hex);
      const txid = reverseHex(tx.hash('hex'));
      if (mempool.hasEntry(tx.hash('hex'))) return txid;
      const { reason, rpcCode } = await refusal(tx, false);
      if (reason !== undefined) throw rpcFail(rpcCode as number, reason);
      return txid;
    },
    testmempoolaccept: async ([list]) => {
      if (!Array.isArray(list) || list.length !== 1)
        throw rpcFail(INVALID_PARAMETER, 'Array must contain exactly one raw transaction.');
      const tx = aTx(node, list[0]);
      const ids = { txid: reverseHex(tx.hash('hex')), wtxid: reverseHex(tx.witnessHash('hex')) };
      if (mempool.hasEntry(tx.hash('hex')))
        return [{ ...ids, allowed: false, 'reject-reason': 'txn-already-in-mempool' }];
      const { reason, rpcCode, entry } = await refusal(tx, true);
      if (rpcCode === VERIFY_ALREADY_IN_CHAIN)
        return [{ ...ids, allowed: false, 'reject-reason': 'txn-already-known' }];
      if (reason !== undefined)
        return [{ ...ids, allowed: false, 'reject-reason': rpcCode === VERIFY ? 'missing-inputs' : reason }];
      return [{ ...ids, allowed: true, vsize: tx.getVirtualSize(), fees: { base: btcOfSats(entry.fee) } }];
    },
  };
}

/** Methods that change the chain by order: regtest alone has them. `mine` answers the new hashes. */
export function regtestMethods(
  node: BcoinNode,
  mine: (count: number, address: string) => Promise<string[]>,
): Record<string, RpcMethod> {
  const { chain } = node;
  const tipsOfInvalid = new Map<string, string>();
  return {
    generatetoaddress: ([count, address]) => {
      if (!Number.isInteger(count) || count < 0 || count > 10000) throw rpcFail(INVALID_PARAMETER, 'Invalid nblocks');
      return mine(count, address);
    },
    invalidateblock: async ([hash]) => {
      const blockHash = aHash(hash, 'blockhash');
      const entry = await chain.getEntry(reverseHex(blockHash));
      if (!entry) throw rpcFail(INVALID_ADDRESS_OR_KEY, 'Block not found');
      if (entry.isGenesis()) throw rpcFail(INVALID_PARAMETER, 'The genesis block stays');
      if (await chain.isMainChain(entry)) tipsOfInvalid.set(blockHash, reverseHex(chain.tip.hash));
      await invalidate(node, blockHash);
      return null;
    },
    reconsiderblock: async ([hash]) => {
      const blockHash = aHash(hash, 'blockhash');
      if (!(await chain.getEntry(reverseHex(blockHash)))) throw rpcFail(INVALID_ADDRESS_OR_KEY, 'Block not found');
      await reconsider(node, blockHash, tipsOfInvalid.get(blockHash) ?? blockHash);
      tipsOfInvalid.delete(blockHash);
      return null;
    },
  };
}
