// What the embedded regtest node takes and offers.

import type { RpcEndpoint } from '../../bitcoin/rpc';
import type { Runtime } from '../../kit/runtime';

export interface RegtestNodeOptions {
  runtime: Runtime;
  /** Same seed and same clock: same keys, block hashes and transaction ids. */
  seed: string;
  /** 0 or absent: the system chooses. */
  port?: number;
  user?: string;
  password?: string;
}

export interface RegtestNode {
  rpc: RpcEndpoint;
  /** Mines `count` blocks with what the mempool holds; answers their hashes, oldest first. */
  mine(count: number, address?: string): Promise<string[]>;
  /** Pays `sats` to `address` from the node's own mined coins, into the mempool; answers the transaction id. */
  fund(address: string, sats: number): Promise<string>;
  /** Calls `listener` after each change of chain or mempool, so that a simulation need not poll for it. */
  onChange(listener: () => void): void;
  close(): Promise<void>;
}
