/** The device's crypto as protocol/ asks for it. */
import { aes256Ctr, ecdh, ecdhStart, ecdhStep, hkdfSha256, hmacSha256, pubkeyCreate, sha256 } from '../../crypto/index';
import type { ProtocolCrypto } from '../../../protocol/crypto';

/** random: the generator of the unlocked board. */
export function makeCrypto(random: (lenBytes: number) => Uint8Array): ProtocolCrypto {
  return {
    sha256: sha256,
    hmacSha256: hmacSha256,
    hkdfSha256: hkdfSha256,
    aes256Ctr: aes256Ctr,
    pubkeyCreate: pubkeyCreate,
    ecdh: ecdh,
    ecdhStart: ecdhStart,
    ecdhStep: ecdhStep,
    random: random,
  };
}
