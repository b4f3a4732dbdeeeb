// The embedded node's methods about its mempool, with Bitcoin Core's names and shapes (27).
import { offerTx, reverseHex, type BcoinNode } from './bcoin';
import { btcOfSats } from './regtest-json';
import { aHash, aTx, INVALID_ADDRESS_OR_KEY, INVALID_PARAMETER, rpcFail, type RpcMethod } from './rpc-method';

const VERIFY = -25;
const VERIFY_REJECTED = -26;
const VERIFY_ALREADY_IN_CHAIN = -27;

/** bcoin's reasons where Bitcoin Core words them otherwise. */
const REASONS: Record<string, string> = {
  'bad-txns-inputs-spent': 'txn-mempool-conflict',
  'insufficient priority': 'min relay fee not met',
  'bad-txns-nonstandard-inputs': 'bad-txns-nonstandard-inputs',
  'mandatory-script-verify-flag-failed': 'mandatory-script-verify-flag-failed',
};

/** An entry of the mempool as getmempoolentry shows it. */
function entryJson({ mempool }: BcoinNode, entry: any): object {
  return {
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
  };
}

/** Reads the mempool. */
function mempoolEntryMethods(node: BcoinNode): Record<string, RpcMethod> {
  const { mempool } = node;
  return {
    getrawmempool: ([verbose]) => {
      const entries = [...mempool.map.values()];
      const idOf = (entry: any): string => reverseHex(entry.tx.hash('hex'));
      return verbose === true
        ? Object.fromEntries(entries.map((entry) => [idOf(entry), entryJson(node, entry)]))
        : entries.map(idOf);
    },
    getmempoolentry: ([txid]) => {
      const entry = mempool.getEntry(reverseHex(aHash(txid, 'txid')));
      if (!entry) throw rpcFail(INVALID_ADDRESS_OR_KEY, 'Transaction not in mempool');
      return entryJson(node, entry);
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
  };
}

/** What becomes of a transaction that is offered: its entry, or why it is refused, in Bitcoin Core's words. */
interface Offered {
  reason?: string;
  rpcCode?: number;
  entry?: any;
}

async function offer(node: BcoinNode, tx: any, dryRun: boolean): Promise<Offered> {
  try {
    if (await node.chain.hasCoins(tx))
      return { reason: 'Transaction already in block chain', rpcCode: VERIFY_ALREADY_IN_CHAIN };
    const { missing, entry } = await offerTx(node, tx, dryRun);
    return missing ? { reason: 'bad-txns-inputs-missingorspent', rpcCode: VERIFY } : { entry };
  } catch (error) {
    const refused = error as { type?: string; reason?: string };
    if (refused.type !== 'VerifyError') throw error;
    return { reason: REASONS[refused.reason ?? ''] ?? refused.reason, rpcCode: VERIFY_REJECTED };
  }
}

/** Brings transactions into the mempool. */
function acceptMethods(node: BcoinNode): Record<string, RpcMethod> {
  const { mempool } = node;
  return {
    sendrawtransaction: async ([hex]) => {
      const tx = aTx(node, hex);
      const txid = reverseHex(tx.hash('hex'));
      if (mempool.hasEntry(tx.hash('hex'))) return txid;
      const { reason, rpcCode } = await offer(node, tx, false);
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
      const { reason, rpcCode, entry } = await offer(node, tx, true);
      if (rpcCode === VERIFY_ALREADY_IN_CHAIN)
        return [{ ...ids, allowed: false, 'reject-reason': 'txn-already-known' }];
      if (reason !== undefined)
        return [{ ...ids, allowed: false, 'reject-reason': rpcCode === VERIFY ? 'missing-inputs' : reason }];
      return [{ ...ids, allowed: true, vsize: tx.getVirtualSize(), fees: { base: btcOfSats(entry.fee) } }];
    },
  };
}

export function mempoolMethods(node: BcoinNode): Record<string, RpcMethod> {
  return { ...mempoolEntryMethods(node), ...acceptMethods(node) };
}
