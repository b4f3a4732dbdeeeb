// Whether the node still has the blocks in which coins are to be looked for.

import { RPC_MISC, rpcCodeOf, type Rpc } from '../../bitcoin/rpc';
import { apiFail } from '../http/errors';

/** Throws `bad-parameter` with what to do when the node has deleted its block at `height`, which came as `field`. */
export async function requireBlock(rpc: Rpc, height: number, field: 'birth_height' | 'height'): Promise<void> {
  const info = await rpc.call<{ pruned?: boolean; pruneheight?: number }>('getblockchaininfo');
  const lowest = info.pruned === true ? info.pruneheight : undefined;
  const isThere = lowest === undefined || height >= lowest ? await hasBlock(rpc, height) : false;
  if (isThere) return;
  throw apiFail(
    'bad-parameter',
    `${field} ${height}: the node is pruned and has no such block any more` +
      (lowest === undefined ? '' : `, its blocks begin at ${lowest}`) +
      `; try again with a later ${field}, or on a node with prune=0 that has all blocks`,
  );
}

async function hasBlock(rpc: Rpc, height: number): Promise<boolean> {
  try {
    await rpc.call('getblock', [await rpc.call('getblockhash', [height]), 1]);
    return true;
  } catch (error) {
    if (rpcCodeOf(error) === RPC_MISC) return false; // "Block not available (pruned data)"
    throw error;
  }
}
