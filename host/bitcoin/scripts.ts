// Addresses, script pubkeys and raw transactions on the three networks. Spec: BIP173, BIP350, Base58Check, BIP144.

import { createHash } from 'node:crypto';
import * as btc from '@scure/btc-signer';
import type { NetworkName } from '../api/types';

export const NETWORKS: Record<NetworkName, typeof btc.NETWORK> = {
  main: btc.NETWORK,
  test: btc.TEST_NETWORK,
  regtest: { ...btc.TEST_NETWORK, bech32: 'bcrt' },
};

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

export function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

/** Script pubkey of a payment address, or undefined when the text is none on this network. */
export function scriptOfAddress(address: string, network: NetworkName): Uint8Array | undefined {
  try {
    return btc.OutScript.encode(btc.Address(NETWORKS[network]).decode(address));
  } catch {
    return undefined;
  }
}

/** The address of a script pubkey where it has one. */
export function addressOfScript(script: Uint8Array, network: NetworkName): string | undefined {
  try {
    return btc.Address(NETWORKS[network]).encode(btc.OutScript.decode(script));
  } catch {
    return undefined;
  }
}

export interface ParsedTx {
  txid: string;
  isCoinbase: boolean;
  inputs: { txid: string; vout: number; sequence: number }[];
  outputs: { sats: number; script: string }[];
}

const NO_TXID = '00'.repeat(32);

/** Reads a raw transaction. Throws when the bytes are none. */
export function parseTx(rawHex: string): ParsedTx {
  const tx = btc.RawTx.decode(bytesOf(rawHex));
  const stripped = btc.RawTx.encode({ ...tx, segwitFlag: false, witnesses: undefined });
  const once = createHash('sha256').update(stripped).digest();
  const txid = createHash('sha256').update(once).digest().reverse().toString('hex');
  const inputs = tx.inputs.map((input) => ({ txid: hexOf(input.txid), vout: input.index, sequence: input.sequence }));
  return {
    txid,
    inputs,
    isCoinbase: inputs.length === 1 && inputs[0].txid === NO_TXID,
    outputs: tx.outputs.map((output) => ({ sats: Number(output.amount), script: hexOf(output.script) })),
  };
}
