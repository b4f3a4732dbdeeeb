// The digest of a batch of addresses that HSM-Cold, V and the website each make for themselves, and HSM-Cold's attestation of it.
// Spec: protocol/SPEC.md, batches: SHA256("chaincloud batch v2\n<network>\n<account>\n<side>\n<batch_no>\n" + batch text).

import { secp256k1 } from '@noble/curves/secp256k1';
import { sha256 } from '@noble/hashes/sha256';
import type { Network } from './outs';
import { batchText, type IndexedAddress } from './signed-string';

const ATTESTATION_LABEL = 'chaincloud attestation v2\n';

/** 32 bytes. `side`: 1 hot, 2 cold. */
export function batchDigest(network: Network, account: number, side: number, batchNo: number, list: readonly IndexedAddress[]): Uint8Array {
  const head = ['chaincloud batch v2', network, account, side, batchNo, ''].join('\n');
  return sha256(Buffer.from(head + batchText(list), 'latin1'));
}

/** True when `sig64` is HSM-Cold's (identity key, 33 bytes; low s only) on this digest. Never throws. */
export function isAttested(digest32: Uint8Array, sig64: Uint8Array, identity33: Uint8Array): boolean {
  const hash = sha256(sha256(Buffer.concat([Buffer.from(ATTESTATION_LABEL, 'latin1'), digest32])));
  try {
    return sig64.length === 64 && secp256k1.verify(sig64, hash, identity33, { lowS: true });
  } catch {
    return false;
  }
}
