// Writes one transaction that touches an account into the database, with what is known of its inputs and outputs.
// Writing it again, or first from the mempool and then from a block, changes where it stands and nothing else.

import { setImmediate as turn } from 'node:timers/promises';
import { PREV_TX_MAX } from '../../protocol/wire';
import { addressOfScript } from '../bitcoin/address';
import { bytesOf } from '../bitcoin/hex';
import type { NetworkName } from '../bitcoin/network';
import type { Db, SqlValue } from '../kit/sql';
import { insertAll } from '../kit/sql/lists';
import { parseTx, type ParsedTx } from '../bitcoin/tx';
import type { Rpc } from '../bitcoin/rpc';
import type { Owners } from './owners';
import { satsOf, type Spent } from './readings';

/**
 * So many inputs and so many outputs of others are kept, the first ones: a payment has 101 outputs at most. Those of
 * accounts are kept all.
 */
export const FOREIGN_PARTS_MAX = 200;
/** Inputs and outputs that are written before other work has its turn. */
const PARTS_A_SLICE = 1000;

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

interface Sources {
  owners: Owners;
  rpc: Rpc;
  network: NetworkName;
}

/**
 * What the inputs spend: ours from the database, others from the block (`spent`), those of the mempool from the node,
 * as many as are kept. What nobody knows stays null until the block.
 */
export async function prevoutsOf(tx: ParsedTx, spent: readonly Spent[], sources: Sources): Promise<Prevout[]> {
  const { owners, network } = sources;
  const found: Prevout[] = [];
  let foreign = 0;
  for (const [sn, input] of tx.inputs.entries()) {
    if (sn % PARTS_A_SLICE === PARTS_A_SLICE - 1) await turn();
    const ours = owners.ofCoin(input);
    const isKept = ours === undefined && !tx.isCoinbase && ++foreign <= FOREIGN_PARTS_MAX;
    const shown = spent[sn] ?? (isKept ? await unconfirmedPrevout(sources.rpc, input) : undefined);
    if (ours) found.push({ address: ours.address, sats: ours.sats });
    else if (shown) found.push({ address: isKept ? addressOf(shown.script, network) : null, sats: shown.sats });
    else found.push({ address: null, sats: null });
  }
  return found;
}

function addressOf(script: string, network: NetworkName): string | null {
  return addressOfScript(bytesOf(script), network) ?? null;
}

/** A coin that a transaction of the mempool spends lies in the chain, or its own transaction waits in the mempool. */
async function unconfirmedPrevout(rpc: Rpc, { txid, vout }: { txid: string; vout: number }): Promise<Spent> {
  try {
    const coin = await rpc.call<{ value: number; scriptPubKey: { hex: string } } | null>('gettxout', [
      txid,
      vout,
      false,
    ]);
    if (coin) return { sats: satsOf(coin.value), script: coin.scriptPubKey.hex };
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

/** Writes the transaction itself: state, place, fee. One too long for HSM-Cold to spend from is kept without octets. */
async function writeState(db: Db, { raw, parsed, prevouts, place, seenAtMs }: SeenTx): Promise<void> {
  const state = place ? 'confirmed' : 'mempool';
  const where = place ? [place.height, place.blockHash, place.blockIndex, place.blockTime] : [null, null, null, null];
  const sizeBytes = raw.length / 2;
  const octets = sizeBytes > PREV_TX_MAX ? '' : raw;
  const known = await db.get('SELECT 1 AS one FROM txs WHERE txid = ?', [parsed.txid]);
  if (known) {
    // What the mempool says never takes the place of a block: only the follower of the blocks takes a block off.
    await db.run(
      'UPDATE txs SET state = ?, height = ?, block_hash = ?, block_index = ?, block_time = ?, raw = ?, ' +
        'size_bytes = ?, fee_sats = COALESCE(?, fee_sats) WHERE txid = ?' +
        (place ? '' : " AND state <> 'confirmed'"),
      [state, ...where, octets, sizeBytes, feeOf(parsed, prevouts), parsed.txid],
    );
  } else {
    await db.run(
      'INSERT INTO txs (txid, raw, size_bytes, state, height, block_hash, block_index, block_time, seen_at, ' +
        'is_coinbase, fee_sats) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      [parsed.txid, octets, sizeBytes, state, ...where, seenAtMs, Number(parsed.isCoinbase), feeOf(parsed, prevouts)],
    );
  }
}

/** Those that are ours, and the first ones of others, with their places. */
function kept<T>(parts: readonly T[], isOurs: (part: T) => boolean): [sn: number, part: T][] {
  let foreign = 0;
  return [...parts.entries()].filter(([, part]) => isOurs(part) || ++foreign <= FOREIGN_PARTS_MAX);
}

function writeInputs(db: Db, owners: Owners, { parsed, prevouts }: SeenTx): Promise<void> {
  const rows = kept(parsed.inputs, (input) => owners.ofCoin(input) !== undefined).map(([sn, input]): SqlValue[] => {
    const { account = null, side = null } = owners.ofCoin(input) ?? {};
    const { address, sats } = prevouts[sn];
    return [parsed.txid, sn, input.txid, input.vout, address, sats, account, side];
  });
  return insertAll(
    db,
    'INSERT INTO tx_inputs (txid, sn, prev_txid, prev_vout, address, value, account, side) VALUES (?) ' +
      'ON CONFLICT (txid, sn) DO UPDATE SET account = excluded.account, side = excluded.side, ' +
      'address = COALESCE(excluded.address, tx_inputs.address), value = COALESCE(excluded.value, tx_inputs.value)',
    rows,
  );
}

function writeOutputs(db: Db, owners: Owners, network: NetworkName, { parsed }: SeenTx): Promise<void> {
  const rows = kept(parsed.outputs, ({ script }) => owners.ofScript(script) !== undefined).map(
    ([sn, { sats, script }]): SqlValue[] => {
      const owner = owners.ofScript(script);
      const { account = null, side = null, chain = null, idx = null } = owner ?? {};
      const address = owner?.address ?? addressOf(script, network);
      return [parsed.txid, sn, sats, address, script, account, side, chain, idx];
    },
  );
  return insertAll(
    db,
    'INSERT INTO tx_outputs (txid, sn, value, address, script, account, side, chain, idx) VALUES (?) ' +
      'ON CONFLICT (txid, sn) DO UPDATE SET account = excluded.account, side = excluded.side, ' +
      'chain = excluded.chain, idx = excluded.idx',
    rows,
  );
}

/** Writes one transaction with its inputs and outputs; `network` is for its addresses. */
export async function writeTx(db: Db, owners: Owners, network: NetworkName, tx: SeenTx): Promise<void> {
  await writeState(db, tx);
  await writeInputs(db, owners, tx);
  await writeOutputs(db, owners, network, tx);
}
