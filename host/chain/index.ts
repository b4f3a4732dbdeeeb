// The chain side as the other host programs import it.

export { startRegtestNode } from '../sim/regtest/regtest-node';
export { createRpc } from '../bitcoin/rpc';
export type { RegtestNode, RegtestNodeOptions, Rpc, RpcEndpoint, RpcOptions } from './types';
