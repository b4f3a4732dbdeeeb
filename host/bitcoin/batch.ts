// A batch of addresses and HSM-Cold's attestation of it, as the API, the website and V check them.
// Spec: protocol/SPEC.md, batches. The digest itself is protocol/request/authority.ts; here is only the list's
// JSON form around it.

import { randomBytes } from 'node:crypto';
import { secp256k1 } from '@noble/curves/secp256k1';
import { attestationHash, batchDigest as digestOf } from '../../protocol/request/authority';
import { protocolCrypto } from '../kit/protocol-crypto';
import type { NetworkName } from './network';

const CRYPTO = protocolCrypto((lenBytes) => randomBytes(lenBytes));

export interface IndexedAddress {
  index: number;
  address: string;
}

/** Which batch: `side` 1 hot, 2 cold. */
export interface BatchName {
  network: NetworkName;
  account: number;
  side: number;
  batchNo: number;
}

/** 32 bytes, over the 1,000 addresses in the order of `index`. Throws `bad-batch` for another number of them. */
export function batchDigest(name: BatchName, list: readonly IndexedAddress[]): Uint8Array {
  const addresses = [...list].sort((a, b) => a.index - b.index).map((item) => item.address);
  return digestOf(CRYPTO, name, addresses);
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
