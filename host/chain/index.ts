// The chain side as the other host programs import it.

export { startRegtestNode } from './regtest-node';
export { createRpc } from './rpc';
export type { RegtestNode, RegtestNodeOptions, Rpc, RpcEndpoint, RpcOptions } from './types';
