// Writes one transaction that touches an account into the database, with what is known of its inputs and outputs.
// Writing it again, or first from the mempool and then from a block, changes where it stands and nothing else.

import { addressOfScript } from '../bitcoin/address';
import { bytesOf } from '../bitcoin/hex';
import type { NetworkName } from '../bitcoin/network';
import type { Db } from '../kit/sql';
import { parseTx, type ParsedTx } from '../bitcoin/tx';
import type { Rpc } from '../bitcoin/rpc';
import type { Watch } from './watch';

/** Where a transaction was mined; null in the mempool. */
export interface Place {
  height: number;
  blockHash: string;
  blockIndex: number;
  blockTime: number;
}

interface Prevout {
  address: string | null;
  sats: number | null;
}

/** Whether a transaction pays to or spends from a watched script. */
export function isOurs(tx: Pick<ParsedTx, 'inputs'> & { outputs: { script: string }[] }, watch: Watch): boolean {
  return (
    tx.outputs.some((output) => watch.ownerOfScript(output.script)) ||
    tx.inputs.some((input) => watch.ownerOfOutpoint(input.txid, input.vout))
  );
}

/** Looks up what the inputs spend: ours from memory, others from the node where it still has the transaction. */
export async function prevoutsOf(tx: ParsedTx, watch: Watch, rpc: Rpc, network: NetworkName): Promise<Prevout[]> {
  const found: Prevout[] = [];
  for (const input of tx.inputs) {
    const ours = watch.ownerOfOutpoint(input.txid, input.vout);
    if (ours) {
      found.push({ address: ours.address, sats: ours.sats });
      continue;
    }
    found.push(
      tx.isCoinbase ? { address: null, sats: null } : await foreignPrevout(rpc, network, input.txid, input.vout),
    );
  }
  return found;
}

async function foreignPrevout(rpc: Rpc, network: NetworkName, txid: string, vout: number): Promise<Prevout> {
  try {
    const output = parseTx(await rpc.call<string>('getrawtransaction', [txid])).outputs[vout];
    return { address: addressOfScript(bytesOf(output.script), network) ?? null, sats: output.sats };
  } catch {
    return { address: null, sats: null }; // a node without a transaction index
  }
}

/** The sum that stays with the miner, when every input's value is known. */
function feeOf(tx: ParsedTx, prevouts: Prevout[]): number | null {
  if (tx.isCoinbase) return null;
  let sum = 0;
  for (const { sats } of prevouts) {
    if (sats === null) return null;
    sum += sats;
  }
  return sum - tx.outputs.reduce((total, output) => total + output.sats, 0);
}

export async function writeTx(
  db: Db,
  watch: Watch,
  network: NetworkName,
  raw: string,
  tx: ParsedTx,
  prevouts: Prevout[],
  place: Place | null,
  seenAtMs: number,
): Promise<void> {
  const state = place ? 'confirmed' : 'mempool';
  const where = place ? [place.height, place.blockHash, place.blockIndex, place.blockTime] : [null, null, null, null];
  const known = await db.get('SELECT 1 AS one FROM txs WHERE txid = ?', [tx.txid]);
  if (known) {
    await db.run(
      'UPDATE txs SET state = ?, height = ?, block_hash = ?, block_index = ?, block_time = ?, raw = ? WHERE txid = ?',
      [state, ...where, raw, tx.txid],
    );
  } else {
    await db.run(
      'INSERT INTO txs (txid, raw, state, height, block_hash, block_index, block_time, seen_at, ' +
        'is_coinbase, fee_sats) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      [tx.txid, raw, state, ...where, seenAtMs, Number(tx.isCoinbase), feeOf(tx, prevouts)],
    );
  }
  for (const [sn, input] of tx.inputs.entries()) {
    const ours = watch.ownerOfOutpoint(input.txid, input.vout);
    await db.run(
      `INSERT INTO tx_inputs (txid, sn, prev_txid, prev_vout, address, value, account, side) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (txid, sn) DO UPDATE SET account = excluded.account, side = excluded.side`,
      [
        tx.txid,
        sn,
        input.txid,
        input.vout,
        prevouts[sn].address,
        prevouts[sn].sats,
        ours?.account ?? null,
        ours?.side ?? null,
      ],
    );
  }
  for (const [sn, output] of tx.outputs.entries()) {
    const ours = watch.ownerOfScript(output.script);
    await db.run(
      `INSERT INTO tx_outputs (txid, sn, value, address, script, account, side, chain, idx) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (txid, sn) DO UPDATE SET account = excluded.account, side = excluded.side, chain = excluded.chain, idx = excluded.idx`,
      [
        tx.txid,
        sn,
        output.sats,
        addressOfScript(bytesOf(output.script), network) ?? null,
        output.script,
        ours?.account ?? null,
        ours?.side ?? null,
        ours?.chain ?? null,
        ours?.idx ?? null,
      ],
    );
  }
}
