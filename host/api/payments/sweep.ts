// Cold sweep: an unsigned PSBT of all confirmed coins on cold receiving addresses to one address, and taking the signed
// one back. HSM-Cold decides at its own console whether that address is the customer's. Spec: BIP174; one output, no
// change.

import { INPUTS_MAX, SIDE_COLD } from '../../../protocol/wire';
import { scriptOfAddress } from '../../bitcoin/address';
import { DUST_SATS, feeOf, vsizeOf } from '../../bitcoin/coins';
import type { PlannedInput } from '../../bitcoin/payment';
import { RPC_ALREADY_IN_CHAIN, rpcCodeOf, rpcTextOf } from '../../bitcoin/rpc';
import { sweepPsbt, txOfHex, txOfPsbt } from '../../bitcoin/sweep';
import { parseTx } from '../../bitcoin/tx';
import { accountKey, keyNumber, type AccountRow } from '../accounts/account';
import { unspentCoins } from '../accounts/balance';
import type { PreparedSweep, SignedSweepForm, SweepForm } from '../calls/open';
import type { Context } from '../context';
import { apiFail } from '../http/errors';

const NODE_WORDS_MAX = 200;

/** Form: `address`, optionally `feerate` (sat/vB). Throws `bad-parameter`, `low-balance`. */
export async function prepareSweep(context: Context, row: AccountRow, form: SweepForm): Promise<PreparedSweep> {
  const { address } = form;
  const script = scriptOfAddress(address, context.network);
  if (!script) throw apiFail('bad-parameter', `address expected an address of network ${context.network}`);
  const feerate = form.feerate === undefined ? context.dynamicFeerateSatVb() : Number(form.feerate);
  const coins = (await unspentCoins(context.db, row.account, SIDE_COLD))
    .filter((coin) => coin.confirmed)
    .sort((a, b) => b.sats - a.sats || (a.txid < b.txid ? -1 : 1));
  const taken = coins.slice(0, INPUTS_MAX);
  const total = taken.reduce((sum, coin) => sum + coin.sats, 0);
  const fee = feeOf(vsizeOf(row.script, taken.length, [script.length]), feerate);
  if (total - fee < DUST_SATS)
    throw apiFail('low-balance', `nothing to sweep: ${total} confirmed satoshi, the fee alone is ${fee}`);
  const inputs: PlannedInput[] = [];
  for (const coin of taken) inputs.push({ ...coin, rawPrev: await rawOf(context, coin.txid) });
  const psbt = sweepPsbt({
    network: context.network,
    kind: row.script,
    key: accountKey(row, context.network, SIDE_COLD),
    accountNumber: keyNumber(row.account, SIDE_COLD),
    fingerprint: row.fingerprint,
    inputs,
    script,
    valueSats: total - fee,
  });
  const left = coins.length - taken.length;
  return { psbt, address, inputs: taken.length, inputs_left: left, total, fee, value: total - fee };
}

async function rawOf(context: Context, txid: string): Promise<string> {
  const found = await context.db.get<{ raw: string }>('SELECT raw FROM txs WHERE txid = ?', [txid]);
  return (found as { raw: string }).raw;
}

/** The whole transaction of a signed PSBT or of raw hex. */
function transactionOf(form: SignedSweepForm): string {
  const text = (form.psbt ?? form.raw_tx ?? '').trim();
  if (text === '') throw apiFail('bad-parameter', 'psbt expected base64, or raw_tx hex');
  try {
    return form.psbt === undefined ? txOfHex(text) : txOfPsbt(text);
  } catch (error) {
    throw apiFail('bad-parameter', (error as Error).message);
  }
}

/**
 * Takes a signed sweep, and broadcasts it. Throws `bad-parameter` unless all its inputs are the account's cold coins,
 * `chain-refused`.
 */
export async function submitSweep(
  context: Context,
  row: AccountRow,
  form: SignedSweepForm,
): Promise<{ result: true; tx_hash: string }> {
  const rawTx = transactionOf(form);
  const { inputs, txid } = parseTx(rawTx);
  for (const input of inputs) {
    const own = await context.db.get(
      'SELECT 1 AS one FROM tx_outputs WHERE txid = ? AND sn = ? AND account = ? AND side = ?',
      [input.txid, input.vout, row.account, SIDE_COLD],
    );
    if (!own) throw apiFail('bad-parameter', 'an input of it is no cold receiving coin of this account');
  }
  await sendSweep(context, rawTx);
  await context.db.run(
    'INSERT INTO sweeps (account, txid, raw_tx, submitted_at) VALUES (?, ?, ?, ?) ON CONFLICT (txid) DO NOTHING',
    [row.account, txid, rawTx, context.runtime.nowMs()],
  );
  context.log.info('sent a cold sweep to the network', { account: row.account, tx_hash: txid });
  return { result: true, tx_hash: txid };
}

/** Throws `chain-refused`, `rpc-…`. A transaction that is in the chain already is no error. */
async function sendSweep({ rpc }: Context, rawTx: string): Promise<void> {
  try {
    await rpc.call('sendrawtransaction', [rawTx]);
  } catch (error) {
    const rpcCode = rpcCodeOf(error);
    if (rpcCode === undefined) throw error;
    if (rpcCode !== RPC_ALREADY_IN_CHAIN)
      throw apiFail('chain-refused', 'the node refused the transaction: ' + rpcTextOf(error).slice(0, NODE_WORDS_MAX));
  }
}
