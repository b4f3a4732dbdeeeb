// Raw transactions. Spec: BIP144.

import { createHash } from 'node:crypto';
import * as btc from '@scure/btc-signer';
import { bytesOf, hexOf } from './hex';

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
