// Writes one transaction that touches an account into the database, with what is known of its inputs and outputs.
// Writing it again, or first from the mempool and then from a block, changes where it stands and nothing else.

import { addressOfScript } from '../bitcoin/address';
import { bytesOf } from '../bitcoin/hex';
import type { NetworkName } from '../bitcoin/network';
import type { Db } from '../kit/sql';
import type { ScannedTx } from '../bitcoin/scan';
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
export function isOurs(tx: Pick<ScannedTx, 'inputs' | 'outputs'>, watch: Watch): boolean {
  return (
    tx.outputs.some((output) => watch.ownerOfScript(output.script)) ||
    tx.inputs.some((input) => watch.ownerOfOutpoint(input.txid, input.vout))
  );
}

/** What an input spends, as its block shows it; undefined where that says nothing. */
export type Spent = { sats: number; script: string } | undefined;

interface Sources {
  watch: Watch;
  rpc: Rpc;
  network: NetworkName;
}

/**
 * What the inputs spend: ours from memory, others from the block (`spent`), those of the mempool from the node. What
 * nobody knows stays null until the block.
 */
export async function prevoutsOf(tx: ParsedTx, spent: readonly Spent[], sources: Sources): Promise<Prevout[]> {
  const { watch, network } = sources;
  const found: Prevout[] = [];
  for (const [sn, input] of tx.inputs.entries()) {
    const ours = watch.ownerOfOutpoint(input.txid, input.vout);
    const shown = spent[sn] ?? (ours || tx.isCoinbase ? undefined : await unconfirmedPrevout(sources.rpc, input));
    if (ours) found.push({ address: ours.address, sats: ours.sats });
    else if (shown) found.push({ address: addressOfScript(bytesOf(shown.script), network) ?? null, sats: shown.sats });
    else found.push({ address: null, sats: null });
  }
  return found;
}

/** A coin that a transaction of the mempool spends lies in the chain, or its own transaction waits in the mempool. */
async function unconfirmedPrevout(rpc: Rpc, { txid, vout }: { txid: string; vout: number }): Promise<Spent> {
  try {
    const coin = await rpc.call<{ value: number; scriptPubKey: { hex: string } } | null>('gettxout', [
      txid,
      vout,
      false,
    ]);
    if (coin) return { sats: Math.round(coin.value * 1e8), script: coin.scriptPubKey.hex };
    const { sats, script } = parseTx(await rpc.call<string>('getrawtransaction', [txid])).outputs[vout];
    return { sats, script };
  } catch {
    return undefined;
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

/** A transaction as it is to be written. */
export interface SeenTx {
  /** Hex. */
  raw: string;
  parsed: ParsedTx;
  /** Of its inputs, in their order. */
  prevouts: Prevout[];
  place: Place | null;
  seenAtMs: number;
}

/** Writes the transaction itself: state, place, fee. */
async function writeState(db: Db, { raw, parsed, prevouts, place, seenAtMs }: SeenTx): Promise<void> {
  const state = place ? 'confirmed' : 'mempool';
  const where = place ? [place.height, place.blockHash, place.blockIndex, place.blockTime] : [null, null, null, null];
  const known = await db.get('SELECT 1 AS one FROM txs WHERE txid = ?', [parsed.txid]);
  if (known) {
    // What the mempool says never takes the place of a block: only the follower of the blocks takes a block off.
    await db.run(
      'UPDATE txs SET state = ?, height = ?, block_hash = ?, block_index = ?, block_time = ?, raw = ?, ' +
        'fee_sats = COALESCE(?, fee_sats) WHERE txid = ?' +
        (place ? '' : " AND state <> 'confirmed'"),
      [state, ...where, raw, feeOf(parsed, prevouts), parsed.txid],
    );
  } else {
    await db.run(
      'INSERT INTO txs (txid, raw, state, height, block_hash, block_index, block_time, seen_at, ' +
        'is_coinbase, fee_sats) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      [parsed.txid, raw, state, ...where, seenAtMs, Number(parsed.isCoinbase), feeOf(parsed, prevouts)],
    );
  }
}

async function writeInputs(db: Db, watch: Watch, { parsed, prevouts }: SeenTx): Promise<void> {
  for (const [sn, { txid, vout }] of parsed.inputs.entries()) {
    const { account = null, side = null } = watch.ownerOfOutpoint(txid, vout) ?? {};
    const { address, sats } = prevouts[sn];
    await db.run(
      'INSERT INTO tx_inputs (txid, sn, prev_txid, prev_vout, address, value, account, side) ' +
        'VALUES (?, ?, ?, ?, ?, ?, ?, ?) ' +
        'ON CONFLICT (txid, sn) DO UPDATE SET account = excluded.account, side = excluded.side, ' +
        'address = COALESCE(excluded.address, tx_inputs.address), value = COALESCE(excluded.value, tx_inputs.value)',
      [parsed.txid, sn, txid, vout, address, sats, account, side],
    );
  }
}

async function writeOutputs(db: Db, watch: Watch, network: NetworkName, { parsed }: SeenTx): Promise<void> {
  for (const [sn, { sats, script }] of parsed.outputs.entries()) {
    const { account = null, side = null, chain = null, idx = null } = watch.ownerOfScript(script) ?? {};
    const address = addressOfScript(bytesOf(script), network) ?? null;
    await db.run(
      'INSERT INTO tx_outputs (txid, sn, value, address, script, account, side, chain, idx) ' +
        'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ' +
        'ON CONFLICT (txid, sn) DO UPDATE SET account = excluded.account, side = excluded.side, ' +
        'chain = excluded.chain, idx = excluded.idx',
      [parsed.txid, sn, sats, address, script, account, side, chain, idx],
    );
  }
}

/** Writes one transaction with its inputs and outputs; `network` is for its addresses. */
export async function writeTx(db: Db, watch: Watch, network: NetworkName, tx: SeenTx): Promise<void> {
  await writeState(db, tx);
  await writeInputs(db, watch, tx);
  await writeOutputs(db, watch, network, tx);
}
