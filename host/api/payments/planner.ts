// Gives queued requests their coins, fee and change, and reads such a plan back from the database. A request that can
// never be paid fails alone; those behind it go on.

import { setImmediate as turn } from 'node:timers/promises';
import { INPUTS_MAX, PROTO_V1, SIDE_HOT } from '../../../protocol/wire';
import { selectCoins, type SelectOptions, type Selection } from '../../bitcoin/coins';
import type { Plan, PlannedInput } from '../../bitcoin/payment';
import type { Db } from '../../kit/sql';
import { accountKey, accountRow, type AccountRow } from '../accounts/account';
import { freeCoins } from '../accounts/balance';
import { isChangeAhead } from '../accounts/derivation';
import type { Context } from '../context';
import { isApiError } from '../http/errors';
import { MIN_SAT_VB } from './fees';
import { parseOuts } from './request-fields';
import { failRequest, inTurns, postponeRequest, type RequestRow } from './request-row';

/** An account with so many requests in a row that have no coins yet is left alone until the next round. */
const MISSES_MAX = 20;
/** Of a satoshi for a virtual byte: a fee rate that is lowered is rounded down to one of so many steps. */
const RATE_STEPS = 1000;

/** Plans the queued requests that can be paid by now, the accounts in turn, each time it is called. */
export function createPlanner(context: Context): () => Promise<void> {
  /** Where an account's next round goes on, so that none of its requests is left out for ever. */
  const lastLooked = new Map<number, number>();
  return async () => {
    const queued = await context.db.all<Queued>(
      `SELECT id, account, user_tx_no, tries FROM requests WHERE state = 'queued' AND not_before <= ? ORDER BY id`,
      [context.runtime.nowMs()],
    );
    const isLater = ({ id, account }: Queued): boolean => id > (lastLooked.get(account) ?? 0);
    const misses = new Map<number, number>();
    let planned = 0;
    for (const request of inTurns([...queued.filter(isLater), ...queued.filter((row) => !isLater(row))])) {
      const missed = misses.get(request.account) ?? 0;
      if (missed >= MISSES_MAX) continue;
      const isPlanned = await planOne(context, request);
      if (isPlanned) planned++;
      misses.set(request.account, isPlanned ? 0 : missed + 1);
      lastLooked.set(request.account, misses.get(request.account) === MISSES_MAX ? request.id : 0);
      await turn();
    }
    if (planned > 0) context.jobAdded();
  };
}

type Queued = Pick<RequestRow, 'id' | 'account' | 'user_tx_no' | 'tries'>;

/** One request. An error of its own fails it, any other one postpones it: those behind it go on. Throws `db-lost`. */
async function planOne(context: Context, { id, account, user_tx_no, tries }: Queued): Promise<boolean> {
  const row = await accountRow(context.db, account);
  try {
    return row !== undefined && (await context.db.transaction((tx) => plan(tx, context, row, id)));
  } catch (error) {
    const { code = 'internal', message } = error as { code?: string; message: string };
    if (code === 'db-lost') throw error;
    if (!isApiError(error)) {
      await postponeRequest(context, { id, tries }, code);
      if (tries === 0) context.log.warn(`a request waits: ${message}`, { account, user_tx_no });
      return false;
    }
    await context.db.transaction((tx) => failRequest(tx, id, error.apiText));
    context.log.warn(`a request cannot be paid: ${error.apiText}`, { account, user_tx_no });
    return false;
  }
}

/** Gives a queued request its coins and its job; false while the coins are not there. */
export async function plan(tx: Db, context: Context, row: AccountRow, requestId: number): Promise<boolean> {
  const request = await tx.get<RequestRow>("SELECT * FROM requests WHERE id = ? AND state = 'queued'", [requestId]);
  if (!request) return false;
  if (request.kind === 'sign' && !(await reserve(tx, context, row, request))) return false;
  await tx.run("UPDATE requests SET state = 'planned' WHERE id = ?", [requestId]);
  const nowMs = context.runtime.nowMs();
  await tx.run(
    "INSERT INTO jobs (kind, account, request_id, state, not_before, created_at) VALUES (?, ?, ?, 'open', ?, ?)",
    [request.kind, row.account, requestId, nowMs, nowMs],
  );
  return true;
}

/** The plan of a request as it stands in the database. Throws `bad-parameter`, `bad-xpub`. */
export async function planOf(db: Db, context: Context, row: AccountRow, request: RequestRow): Promise<Plan> {
  const inputs = await db.all<PlannedInput>(
    `SELECT i.prev_txid AS txid, i.prev_vout AS vout, i.value AS sats, i.chain, i.idx, t.raw AS "rawPrev"
     FROM request_inputs i JOIN txs t ON t.txid = i.prev_txid WHERE i.request_id = ? ORDER BY i.sn`,
    [request.id],
  );
  return {
    kind: row.script,
    key: accountKey(row, context.network, SIDE_HOT),
    inputs,
    outs: parseOuts(request.outs, context.network),
    feeSats: request.fee_sats ?? 0,
    changeIndex: request.change_index,
  };
}

async function reserve(tx: Db, context: Context, row: AccountRow, request: RequestRow): Promise<boolean> {
  const outs = parseOuts(request.outs, context.network);
  const coins = await freeCoins(tx, row.account);
  const selection = selectWithin(request, {
    coins: request.only_confirmed ? coins.filter((coin) => coin.confirmed) : coins,
    kind: row.script,
    maxInputs: INPUTS_MAX,
    outsSats: outs.reduce((sum, out) => sum + out.sats, 0),
    outScriptLensBytes: outs.map((out) => out.script.length / 2),
    feerateSatVb: request.is_dynamic_fee ? context.dynamicFeerateSatVb() : context.fixedFeerateSatVb,
  });
  if (!selection) return false;
  await writeInputs(tx, request.id, selection);
  const changeIndex = selection.changeSats > 0 ? await takeChange(tx, row.account) : null;
  if (changeIndex !== null && !isChangeAhead(context, row.account, changeIndex)) context.deriveSoon([row.account]);
  await tx.run('UPDATE requests SET fee_sats = ?, change_index = ? WHERE id = ?', [
    selection.feeSats,
    changeIndex,
    request.id,
  ]);
  return true;
}

/**
 * Coins whose fee V allows: where the fee rate asks for more, a lower rate. Undefined where V allows less than the
 * least that nodes relay: the request waits for smaller or fewer coins.
 */
function selectWithin(request: RequestRow, options: SelectOptions): Selection | undefined {
  const selection = selectCoins(options);
  if (!selection || request.proto === PROTO_V1 || selection.feeSats <= request.max_fee_sats) return selection;
  const share = request.max_fee_sats / selection.feeSats;
  const feerateSatVb = Math.floor(options.feerateSatVb * share * RATE_STEPS) / RATE_STEPS;
  if (feerateSatVb < MIN_SAT_VB) return undefined;
  const lower = selectCoins({ ...options, feerateSatVb });
  return lower && lower.feeSats <= request.max_fee_sats ? lower : undefined;
}

async function writeInputs(tx: Db, requestId: number, selection: Selection): Promise<void> {
  for (const [sn, coin] of selection.inputs.entries()) {
    await tx.run('INSERT INTO reservations (prev_txid, prev_vout, request_id) VALUES (?, ?, ?)', [
      coin.txid,
      coin.vout,
      requestId,
    ]);
    await tx.run(
      `INSERT INTO request_inputs (request_id, sn, prev_txid, prev_vout, value, chain, idx)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      [requestId, sn, coin.txid, coin.vout, coin.sats, coin.chain, coin.idx],
    );
  }
}

/**
 * The change index one above the account's requests that are or may still be paid: what a failed one had is used again,
 * for HSM-Cold signs no change far above what it has signed.
 */
async function takeChange(tx: Db, account: number): Promise<number> {
  const row = await tx.get<{ next: number }>(
    `SELECT COALESCE(MAX(change_index) + 1, 0) AS next FROM requests
     WHERE account = ? AND state <> 'failed'`,
    [account],
  );
  const changeIndex = row?.next ?? 0;
  await tx.run('UPDATE accounts SET change_next = ? WHERE account = ? AND change_next <= ?', [
    changeIndex + 1,
    account,
    changeIndex,
  ]);
  return changeIndex;
}
