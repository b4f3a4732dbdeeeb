// What the chain side offers to the other host programs: the shapes of the node's client and of the embedded regtest
// node.

import type { Runtime } from '../kit/runtime';

/** Where a Bitcoin Core-compatible JSON-RPC server listens and who may speak to it. */
export interface RpcEndpoint {
  url: string;
  user: string;
  password: string;
}

export interface RegtestNodeOptions {
  runtime: Runtime;
  /** Same seed and same clock: same keys, block hashes and transaction ids. */
  seed: string;
  /** 0 or absent: the system chooses. */
  port?: number;
  user?: string;
  password?: string;
  /** Folder that keeps the chain; in memory when absent. */
  prefix?: string;
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

export interface RpcOptions extends RpcEndpoint {
  /** Wall-clock limit of one call, milliseconds. */
  timeoutMs?: number;
}

export interface Rpc {
  /**
   * One JSON-RPC call. Throws a CodedError: `rpc-unreachable` (no answer, refused, cut), `rpc-timeout`, `rpc-auth`,
   * `rpc-http` (an answer that is not JSON-RPC), or `rpc-error` with the node's own number in `rpcCode`.
   */
  call<T = unknown>(method: string, params?: unknown[]): Promise<T>;
  close(): void;
}
