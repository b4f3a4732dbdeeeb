// What the embedded node's methods have in common: their shape, the errors that a caller sees (Bitcoin Core's numbers),
// and the parameters that several of them read. Serving them over HTTP is rpc-server.ts's work. Left out: wallets,
// peers, PSBT.
import { fail, type CodedError } from '../../../protocol/errors';
import type { BcoinNode } from './bcoin';

/** An error that the caller of a method sees, with the node's number. */
export function rpcFail(rpcCode: number, text: string): CodedError & { rpcCode: number } {
  return Object.assign(fail('rpc-error', text), { rpcCode, rpcText: text });
}

export type RpcMethod = (params: any[]) => Promise<unknown> | unknown;

export const INVALID_PARAMETER = -8;
export const INVALID_ADDRESS_OR_KEY = -5;
const DESERIALIZATION = -22;

/** A hash in hex, in lower case. Throws INVALID_PARAMETER. */
export function aHash(value: unknown, name: string): string {
  if (typeof value !== 'string' || !/^[0-9a-fA-F]{64}$/.test(value)) {
    throw rpcFail(
      INVALID_PARAMETER,
      `${name} must be of length 64 (not ${String(value).length}, for '${String(value).slice(0, 80)}')`,
    );
  }
  return value.toLowerCase();
}

/** A transaction in hex. Throws DESERIALIZATION. */
export function aTx(node: BcoinNode, hex: unknown): any {
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
