// The PSBT of a cold sweep: many coins of one account to one output, without change. Spec: BIP174.

import type { HDKey } from '@scure/bip32';
import * as btc from '@scure/btc-signer';
import { fail } from '../../protocol/errors';
import { bytesOf, hexOf } from './hex';
import { leafPath, leafPayment, type ScriptKind } from './keys';
import type { NetworkName } from './network';
import { LOCKTIME, SEQUENCE, TX_VERSION, type PlannedInput } from './payment';
import { parseTx } from './tx';

export interface SweepPlan {
  network: NetworkName;
  kind: ScriptKind;
  key: HDKey;
  /** Of the key's account: 2a receives. */
  accountNumber: number;
  /** Of the master key, 8 hex digits. */
  fingerprint: string;
  inputs: PlannedInput[];
  script: Uint8Array;
  valueSats: number;
}

/** Unsigned PSBT, base64: every input with its whole previous transaction and its derivation path. */
export function sweepPsbt(plan: SweepPlan): string {
  const { network, kind, key, accountNumber } = plan;
  const fingerprint = parseInt(plan.fingerprint, 16);
  const tx = new btc.Transaction({ version: TX_VERSION, lockTime: LOCKTIME });
  for (const input of plan.inputs) {
    const { script, pubkey } = leafPayment(key, kind, input.chain, input.idx);
    const witnessUtxo = { script, amount: BigInt(input.sats) };
    tx.addInput({
      txid: input.txid,
      index: input.vout,
      sequence: SEQUENCE,
      nonWitnessUtxo: bytesOf(input.rawPrev),
      ...(kind === 'p2wpkh' ? { witnessUtxo } : {}),
      bip32Derivation: [[pubkey, { fingerprint, path: leafPath(kind, network, accountNumber, input) }]],
    });
  }
  tx.addOutput({ script: plan.script, amount: BigInt(plan.valueSats) });
  return Buffer.from(tx.toPSBT(0)).toString('base64');
}

/** Hex of the whole transaction of a signed PSBT (base64). Throws `bad-psbt` unless every input has its signature. */
export function txOfPsbt(base64: string): string {
  try {
    const tx = btc.Transaction.fromPSBT(new Uint8Array(Buffer.from(base64, 'base64')));
    if (!tx.isFinal) tx.finalize();
    return hexOf(tx.extract());
  } catch {
    throw fail('bad-psbt', 'expected a PSBT with a signature for every input');
  }
}

/** Checked hex of a raw transaction. Throws `bad-tx`. */
export function txOfHex(text: string): string {
  try {
    parseTx(text);
  } catch {
    throw fail('bad-tx', 'expected a raw transaction in hex');
  }
  return hexOf(bytesOf(text));
}
