// The transaction that a payment's plan stands for, and that transaction with HSM-Cold's signatures, each checked
// before it is used. Spec: BIP143, BIP144, BIP146 (low s); SPEC.md 5: outputs in order, change last.

import { secp256k1 } from '@noble/curves/secp256k1';
import type { HDKey } from '@scure/bip32';
import * as btc from '@scure/btc-signer';
import { fail } from '../../protocol/errors';
import { bytesOf } from './hex';
import { leafPayment, type ScriptKind } from './keys';
import { derWithSighash } from './signature';

export const TX_VERSION = 2;
export const LOCKTIME = 0;
/** Final for lock times, replaceable for fees (BIP125). */
export const SEQUENCE = 0xfffffffd;

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
  kind: ScriptKind;
  key: HDKey;
  inputs: PlannedInput[];
  /** `script`: hex of the script pubkey. */
  outs: { sats: number; script: string }[];
  feeSats: number;
  changeIndex: number | null;
}

/** The unsigned transaction. Throws `plan-sum` when the plan does not add up. */
export function unsignedTx(plan: Plan): btc.Transaction {
  const tx = new btc.Transaction({ version: TX_VERSION, lockTime: LOCKTIME });
  let sum = 0;
  for (const input of plan.inputs) {
    const { script } = leafPayment(plan.key, plan.kind, input.chain, input.idx);
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
    tx.addOutput({
      script: leafPayment(plan.key, plan.kind, 1, plan.changeIndex).script,
      amount: BigInt(changeSats),
    });
  return tx;
}

/** What signature `i` has to sign. */
function sighash(tx: btc.Transaction, plan: Plan, i: number, pubkey: Uint8Array): Uint8Array {
  const scriptCode = btc.p2pkh(pubkey).script;
  if (plan.kind === 'p2wpkh') return tx.preimageWitnessV0(i, scriptCode, btc.SigHash.ALL, BigInt(plan.inputs[i].sats));
  // The package's own method for p2pkh is private in its types.
  return (
    tx as unknown as { preimageLegacy(i: number, script: Uint8Array, hashType: number): Uint8Array }
  ).preimageLegacy(i, scriptCode, btc.SigHash.ALL);
}

/**
 * Puts one 64-byte signature (r, s) to each input. Throws `bad-signatures` when their number is wrong, or one is not a
 * low-s signature of its input under the account's own key; `plan-sum`.
 */
export function signedTx(plan: Plan, signatures: string[]): { rawTx: string; txid: string } {
  if (signatures.length !== plan.inputs.length)
    throw fail('bad-signatures', `expected ${plan.inputs.length} signatures, got ${signatures.length}`);
  const tx = unsignedTx(plan);
  signatures.forEach((hex, i) => {
    const { pubkey } = leafPayment(plan.key, plan.kind, plan.inputs[i].chain, plan.inputs[i].idx);
    const compact = /^[0-9a-f]{128}$/.test(hex) ? bytesOf(hex) : new Uint8Array(0);
    if (compact.length !== 64 || !secp256k1.verify(compact, sighash(tx, plan, i, pubkey), pubkey, { lowS: true }))
      throw fail('bad-signatures', `signature ${i} does not sign its input`);
    tx.updateInput(i, { partialSig: [[pubkey, derWithSighash(compact)]] }, true);
  });
  tx.finalize();
  return { rawTx: tx.hex, txid: tx.id };
}
