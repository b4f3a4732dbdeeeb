// The embedded node's methods that change the chain by order, as Bitcoin Core has them on regtest (27).
import { invalidate, reconsider, reverseHex, type BcoinNode } from './bcoin';
import { aHash, INVALID_ADDRESS_OR_KEY, INVALID_PARAMETER, rpcFail, type RpcMethod } from './rpc-method';

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
