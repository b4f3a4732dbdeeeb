// ECDSA signatures as transactions carry them. Spec: BIP66, BIP146.

import { secp256k1 } from '@noble/curves/secp256k1';
import { SigHash } from '@scure/btc-signer';

/** DER of a 64-byte signature (r, s), with SIGHASH_ALL behind it. Throws when r or s is out of range. */
export function derWithSighash(compact64: Uint8Array): Uint8Array {
  const der = secp256k1.Signature.fromCompact(compact64).toBytes('der');
  const withType = new Uint8Array(der.length + 1);
  withType.set(der);
  withType[der.length] = SigHash.ALL;
  return withType;
}
