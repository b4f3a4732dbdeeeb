// The embedded node's methods that read the chain, with Bitcoin Core's names and shapes (27).
import * as btc from '@scure/btc-signer';
import { reverseHex, type BcoinNode } from './bcoin';
import { blockJson, btcOfSats, headerJson, REGTEST, scriptJson, txJson } from './regtest-json';
import { aHash, aTx, INVALID_ADDRESS_OR_KEY, INVALID_PARAMETER, rpcFail, type RpcMethod } from './rpc-method';

function verbosityOf(value: unknown, standard: number): number {
  if (value === undefined || value === null) return standard;
  return typeof value === 'boolean' ? Number(value) : Number(value);
}

/** The block of a hash as a parameter gives it. */
async function blockEntry(node: BcoinNode, hash: unknown): Promise<any> {
  const entry = await node.chain.getEntry(reverseHex(aHash(hash, 'blockhash')));
  if (!entry) throw rpcFail(INVALID_ADDRESS_OR_KEY, 'Block not found');
  return entry;
}

function blockMethods(node: BcoinNode): Record<string, RpcMethod> {
  const { chain } = node;
  return {
    getblockcount: () => chain.height,
    getbestblockhash: () => reverseHex(chain.tip.hash),
    getblockhash: async ([height]) => {
      if (!Number.isInteger(height) || height < 0 || height > chain.height)
        throw rpcFail(INVALID_PARAMETER, 'Block height out of range');
      return reverseHex((await chain.getEntry(height)).hash);
    },
    getblockheader: async ([hash, verbose]) => {
      const entry = await blockEntry(node, hash);
      return verbose === false ? entry.toRaw().subarray(0, 80).toString('hex') : headerJson(node, entry);
    },
    getblock: async ([hash, verbosity]) => {
      const entry = await blockEntry(node, hash);
      const level = verbosityOf(verbosity, 1);
      if (level === 0) return (await chain.getBlock(entry.hash)).toRaw().toString('hex');
      return blockJson(node, entry, level);
    },
  };
}

function txMethods(node: BcoinNode): Record<string, RpcMethod> {
  return {
    gettxout: async ([txid, vout, includeMempool]) => txOut(node, aHash(txid, 'txid'), vout, includeMempool !== false),
    getrawtransaction: async ([txid, verbose]) =>
      rawTransaction(node, aHash(txid, 'parameter 1'), verbosityOf(verbose, 0)),
    decoderawtransaction: ([hex]) => {
      const shown = txJson(aTx(node, hex));
      delete shown.hex;
      return shown;
    },
  };
}

/** What the node says of itself. */
function infoMethods({ chain }: BcoinNode): Record<string, RpcMethod> {
  return {
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
  };
}

/** Methods that need no chain. */
const UTILITIES: Record<string, RpcMethod> = {
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

/** Every method that reads the chain and changes nothing. */
export function chainMethods(node: BcoinNode): Record<string, RpcMethod> {
  return { ...blockMethods(node), ...txMethods(node), ...infoMethods(node), ...UTILITIES };
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
