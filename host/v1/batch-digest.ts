// A batch of addresses as the website and V see it: the digest that HSM-Cold vouches for, and its attestation.
// Spec: protocol/SPEC.md, batches. The digest itself is protocol/authority.ts; here is only the list's JSON form around
// it.

import { randomBytes } from 'node:crypto';
import { secp256k1 } from '@noble/curves/secp256k1';
import { attestationHash, batchDigest as digestOf } from '../../protocol/request/authority';
import { protocolCrypto } from '../kit/protocol-crypto';
import type { Network } from './outs';
import type { IndexedAddress } from './signed-string';

const CRYPTO = protocolCrypto((lenBytes) => randomBytes(lenBytes));

/** 32 bytes, over the addresses in the order of `index`. `side`: 1 hot, 2 cold. */
export function batchDigest(
  network: Network,
  account: number,
  side: number,
  batchNo: number,
  list: readonly IndexedAddress[],
): Uint8Array {
  const sorted = [...list].sort((a, b) => a.index - b.index);
  return digestOf(
    CRYPTO,
    network,
    account,
    side,
    batchNo,
    sorted.map((item) => item.address),
  );
}

/** True when `sig64` is HSM-Cold's (identity key, 33 bytes; low s only) on this digest. Never throws. */
export function isAttested(digest32: Uint8Array, sig64: Uint8Array, identity33: Uint8Array): boolean {
  try {
    return (
      sig64.length === 64 && secp256k1.verify(sig64, attestationHash(CRYPTO, digest32), identity33, { lowS: true })
    );
  } catch {
    return false;
  }
}
