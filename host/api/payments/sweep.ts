// Cold sweep: an unsigned PSBT of all confirmed coins on cold receiving addresses to one address, and taking the signed
// one back. HSM-Cold decides at its own console whether that address is the customer's. Spec: BIP174; one output, no
// change.

import * as btc from '@scure/btc-signer';
import { INPUTS_MAX } from '../../../protocol/wire';
import { rpcCodeOf } from '../../bitcoin/rpc';
import { bytesOf, hexOf, NETWORKS, parseTx, scriptOfAddress } from '../../bitcoin/scripts';
import { accountKey, keyNumber, type AccountRow } from '../accounts/addresses';
import { LOCKTIME, SEQUENCE, TX_VERSION } from './assemble';
import { unspentCoins } from '../accounts/balance';
import { DUST_SATS, feeOf, vsizeOf, type Coin } from './coins';
import { SIDE_COLD, type Context } from '../context';
import { apiFail } from '../http/errors';
import { pubkeyAt } from '../../bitcoin/keys';
import { anInteger } from './outs';
import type { Form } from './requests';

const MAX_PSBT_CHARS = 4_000_000;
const MAX_FEERATE_SAT_VB = 1000;
const HARDENED = 0x80000000;
const ALREADY_IN_CHAIN = -27;

export interface PreparedSweep {
  /** Base64. */
  psbt: string;
  address: string;
  inputs: number;
  /** Coins left for another sweep because one takes so many inputs at most. */
  inputs_left: number;
  total: number;
  fee: number;
  value: number;
}

/** Form: `address`, optionally `feerate` (sat/vB). Throws `bad-parameter`, `low-balance`. */
export async function prepareSweep(context: Context, row: AccountRow, form: Form): Promise<PreparedSweep> {
  const address = form.address ?? '';
  const script = scriptOfAddress(address, context.network);
  if (!script) throw apiFail('bad-parameter', `address expected an address of network ${context.network}`);
  const feerate =
    form.feerate === undefined
      ? context.dynamicFeerateSatVb()
      : anInteger(form.feerate, 'feerate', 1, MAX_FEERATE_SAT_VB);
  const coins = (await unspentCoins(context.db, row.account, SIDE_COLD))
    .filter((coin) => coin.confirmed)
    .sort((a, b) => b.sats - a.sats || (a.txid < b.txid ? -1 : 1));
  const taken = coins.slice(0, INPUTS_MAX);
  const total = taken.reduce((sum, coin) => sum + coin.sats, 0);
  const fee = feeOf(vsizeOf(row.script, taken.length, [script.length]), feerate);
  if (total - fee < DUST_SATS)
    throw apiFail('low-balance', `nothing to sweep: ${total} confirmed satoshi, the fee alone is ${fee}`);
  const tx = new btc.Transaction({ version: TX_VERSION, lockTime: LOCKTIME });
  for (const coin of taken) await addCoin(context, row, tx, coin);
  tx.addOutput({ script, amount: BigInt(total - fee) });
  return {
    psbt: Buffer.from(tx.toPSBT(0)).toString('base64'),
    address,
    inputs: taken.length,
    inputs_left: coins.length - taken.length,
    total,
    fee,
    value: total - fee,
  };
}

async function addCoin(context: Context, row: AccountRow, tx: btc.Transaction, coin: Coin): Promise<void> {
  const prev = (await context.db.get<{ raw: string }>('SELECT raw FROM txs WHERE txid = ?', [coin.txid])) as {
    raw: string;
  };
  const pubkey = pubkeyAt(accountKey(context, row, SIDE_COLD), coin.chain, coin.idx);
  const payment =
    row.script === 'p2wpkh'
      ? btc.p2wpkh(pubkey, NETWORKS[context.network])
      : btc.p2pkh(pubkey, NETWORKS[context.network]);
  const purpose = row.script === 'p2wpkh' ? 84 : 44;
  const coinType = context.network === 'main' ? 0 : 1;
  const path = [
    HARDENED + purpose,
    HARDENED + coinType,
    HARDENED + keyNumber(row.account, SIDE_COLD),
    coin.chain,
    coin.idx,
  ];
  tx.addInput({
    txid: coin.txid,
    index: coin.vout,
    sequence: SEQUENCE,
    nonWitnessUtxo: bytesOf(prev.raw),
    ...(row.script === 'p2wpkh' ? { witnessUtxo: { script: payment.script, amount: BigInt(coin.sats) } } : {}),
    bip32Derivation: [[pubkey, { fingerprint: parseInt(row.fingerprint, 16), path }]],
  });
}

/** The whole transaction of a signed PSBT or of raw hex. */
function transactionOf(form: Form): string {
  const text = (form.psbt ?? form.raw_tx ?? '').trim();
  if (text === '' || text.length > MAX_PSBT_CHARS)
    throw apiFail('bad-parameter', 'psbt expected base64, or raw_tx hex');
  try {
    if (form.psbt === undefined) return hexOf(bytesOf(parseTx(text) && text));
    const tx = btc.Transaction.fromPSBT(new Uint8Array(Buffer.from(text, 'base64')));
    if (!tx.isFinal) tx.finalize();
    return hexOf(tx.extract());
  } catch {
    throw apiFail('bad-parameter', 'psbt expected a PSBT with a signature for every input');
  }
}

/**
 * Takes a signed sweep, and broadcasts it. Throws `bad-parameter` unless all its inputs are the account's cold coins,
 * `chain-refused`.
 */
export async function submitSweep(
  context: Context,
  row: AccountRow,
  form: Form,
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
  try {
    await context.rpc.call('sendrawtransaction', [rawTx]);
  } catch (error) {
    const rpcCode = rpcCodeOf(error);
    if (rpcCode === undefined) throw error;
    if (rpcCode !== ALREADY_IN_CHAIN)
      throw apiFail(
        'chain-refused',
        'the node refused the transaction: ' + String((error as { rpcText?: string }).rpcText).slice(0, 200),
      );
  }
  await context.db.run(
    'INSERT INTO sweeps (account, txid, raw_tx, submitted_at) VALUES (?, ?, ?, ?) ON CONFLICT (txid) DO NOTHING',
    [row.account, txid, rawTx, context.runtime.nowMs()],
  );
  context.tell('sent a cold sweep to the network', { account: row.account, tx_hash: txid });
  return { result: true, tx_hash: txid };
}
