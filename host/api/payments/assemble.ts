// The transaction that a request's plan stands for, and that transaction with HSM-Cold's signatures, each checked
// before it is used. Spec: BIP143, BIP144, BIP146 (low s); DESIGN of the link: outputs in order, change last.

import { secp256k1 } from '@noble/curves/secp256k1';
import type { HDKey } from '@scure/bip32';
import * as btc from '@scure/btc-signer';
import { fail } from '../../../protocol/errors';
import { bytesOf, NETWORKS } from '../../bitcoin/scripts';
import { pubkeyAt, type ScriptKind } from '../../bitcoin/keys';
import type { Out } from './outs';
import type { NetworkName } from '../types';

export const TX_VERSION = 2;
export const LOCKTIME = 0;
/** Final for lock times, replaceable for fees (BIP125). */
export const SEQUENCE = 0xfffffffd;
const SIGHASH_ALL = 1;

export interface PlannedInput {
  txid: string;
  vout: number;
  sats: number;
  chain: number;
  idx: number;
  /** The whole previous transaction, hex. */
  rawPrev: string;
}

export interface Plan {
  network: NetworkName;
  kind: ScriptKind;
  key: HDKey;
  inputs: PlannedInput[];
  outs: Out[];
  feeSats: number;
  changeIndex: number | null;
}

function paymentAt(plan: Plan, chain: number, idx: number): { script: Uint8Array; pubkey: Uint8Array } {
  const pubkey = pubkeyAt(plan.key, chain, idx);
  const payment =
    plan.kind === 'p2wpkh' ? btc.p2wpkh(pubkey, NETWORKS[plan.network]) : btc.p2pkh(pubkey, NETWORKS[plan.network]);
  return { script: payment.script, pubkey };
}

/** The unsigned transaction. Throws `plan-sum` when the plan does not add up. */
export function unsignedTx(plan: Plan): btc.Transaction {
  const tx = new btc.Transaction({ version: TX_VERSION, lockTime: LOCKTIME });
  let sum = 0;
  for (const input of plan.inputs) {
    const { script } = paymentAt(plan, input.chain, input.idx);
    const coin =
      plan.kind === 'p2wpkh'
        ? { witnessUtxo: { script, amount: BigInt(input.sats) } }
        : { nonWitnessUtxo: bytesOf(input.rawPrev) };
    tx.addInput({ txid: input.txid, index: input.vout, sequence: SEQUENCE, ...coin });
    sum += input.sats;
  }
  for (const out of plan.outs) {
    tx.addOutput({ script: bytesOf(out.script), amount: BigInt(out.sats) });
    sum -= out.sats;
  }
  const changeSats = sum - plan.feeSats;
  if (changeSats < 0 || (plan.changeIndex === null && changeSats !== 0))
    throw fail('plan-sum', 'inputs, outputs and fee of the plan do not add up');
  if (plan.changeIndex !== null)
    tx.addOutput({ script: paymentAt(plan, 1, plan.changeIndex).script, amount: BigInt(changeSats) });
  return tx;
}

/** What signature `i` has to sign. */
function sighash(tx: btc.Transaction, plan: Plan, i: number, pubkey: Uint8Array): Uint8Array {
  const scriptCode = btc.p2pkh(pubkey).script;
  if (plan.kind === 'p2wpkh') return tx.preimageWitnessV0(i, scriptCode, SIGHASH_ALL, BigInt(plan.inputs[i].sats));
  return (
    tx as unknown as { preimageLegacy(i: number, script: Uint8Array, hashType: number): Uint8Array }
  ).preimageLegacy(i, scriptCode, SIGHASH_ALL);
}

/**
 * Puts one 64-byte signature (r, s) to each input. Throws `bad-signatures` when their number is wrong, or one is not a
 * low-s signature of its input under the account's own key.
 */
export function signedTx(plan: Plan, signatures: string[]): { rawTx: string; txid: string } {
  if (signatures.length !== plan.inputs.length)
    throw fail('bad-signatures', `expected ${plan.inputs.length} signatures, got ${signatures.length}`);
  const tx = unsignedTx(plan);
  signatures.forEach((hex, i) => {
    const { pubkey } = paymentAt(plan, plan.inputs[i].chain, plan.inputs[i].idx);
    const compact = /^[0-9a-f]{128}$/.test(hex) ? bytesOf(hex) : new Uint8Array(0);
    if (compact.length !== 64 || !secp256k1.verify(compact, sighash(tx, plan, i, pubkey), pubkey, { lowS: true }))
      throw fail('bad-signatures', `signature ${i} does not sign its input`);
    const der = secp256k1.Signature.fromCompact(compact).toBytes('der');
    const withType = new Uint8Array(der.length + 1);
    withType.set(der);
    withType[der.length] = SIGHASH_ALL;
    tx.updateInput(i, { partialSig: [[pubkey, withType]] }, true);
  });
  tx.finalize();
  return { rawTx: tx.hex, txid: tx.id };
}
