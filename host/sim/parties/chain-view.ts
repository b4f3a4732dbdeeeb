// What the chain itself says, asked of the node over JSON-RPC: the outside judge of every payment in the simulator.
import type { Rpc } from '../../bitcoin/rpc';

export interface ChainOutput {
  address: string;
  sats: number;
}

export interface ChainTx {
  txid: string;
  confirmations: number;
  inputs: { txid: string; vout: number }[];
  outputs: ChainOutput[];
  feeSats: number;
}

interface RawTx {
  txid: string;
  confirmations?: number;
  vin: { txid?: string; vout?: number }[];
  vout: { value: number; n: number; scriptPubKey: { address?: string; addresses?: string[] } }[];
}

const toSats = (btc: number): number => Math.round(btc * 1e8);

function outputsOf(raw: RawTx): ChainOutput[] {
  return raw.vout.map((out) => ({
    address: out.scriptPubKey.address ?? out.scriptPubKey.addresses?.[0] ?? '',
    sats: toSats(out.value),
  }));
}

/** A transaction as the node knows it, with its fee computed from the transactions that it spends. */
export async function readTx(rpc: Rpc, txid: string): Promise<ChainTx> {
  const raw = await rpc.call<RawTx>('getrawtransaction', [txid, true]);
  const inputs = raw.vin.flatMap((input) =>
    input.txid === undefined ? [] : [{ txid: input.txid, vout: input.vout ?? 0 }],
  );
  let inSats = 0;
  for (const input of inputs)
    inSats += toSats((await rpc.call<RawTx>('getrawtransaction', [input.txid, true])).vout[input.vout].value);
  const outputs = outputsOf(raw);
  const outSats = outputs.reduce((sum, output) => sum + output.sats, 0);
  return { txid: raw.txid, confirmations: raw.confirmations ?? 0, inputs, outputs, feeSats: inSats - outSats };
}

/** Ids of the transactions that wait in the node's memory pool. */
export function readMempool(rpc: Rpc): Promise<string[]> {
  return rpc.call<string[]>('getrawmempool', []);
}
