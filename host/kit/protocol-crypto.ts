/**
 * The protocol's primitives on the host: hashes and secp256k1 from the noble packages, AES from node:crypto.
 * Leaves randomness to the caller's Runtime, so that a simulation repeats itself.
 */
import { createCipheriv } from 'node:crypto';
import { secp256k1 } from '@noble/curves/secp256k1';
import { hkdf } from '@noble/hashes/hkdf';
import { hmac } from '@noble/hashes/hmac';
import { sha256 } from '@noble/hashes/sha2';
import type { ProtocolCrypto } from '../../protocol/crypto';
import { fail } from '../../protocol/errors';

/** Compressed shared point. Throws code `bad-point`, or `bad-scalar`. */
function sharedPoint(pub33: Uint8Array, priv32: Uint8Array): Uint8Array {
  if (pub33.length !== 33) throw fail('bad-point', 'a compressed public key has 33 bytes');
  try {
    secp256k1.ProjectivePoint.fromHex(pub33).assertValidity();
  } catch {
    throw fail('bad-point', 'not a point of the curve');
  }
  if (!secp256k1.utils.isValidPrivateKey(priv32)) throw fail('bad-scalar', 'not a private key');
  return secp256k1.getSharedSecret(priv32, pub33, true);
}

/** `random` is the Runtime's, or node:crypto's randomBytes. */
export function protocolCrypto(random: (lenBytes: number) => Uint8Array): ProtocolCrypto {
  return {
    sha256: (bytes) => sha256(bytes),
    hmacSha256: (key, bytes) => hmac(sha256, key, bytes),
    hkdfSha256: (ikm, salt, info, lenBytes) => hkdf(sha256, ikm, salt, info, lenBytes),
    aes256Ctr(key32, iv16, bytes) {
      const cipher = createCipheriv('aes-256-ctr', key32, iv16);
      return new Uint8Array(Buffer.concat([cipher.update(bytes), cipher.final()]));
    },
    pubkeyCreate: (priv32) => {
      if (!secp256k1.utils.isValidPrivateKey(priv32)) throw fail('bad-scalar', 'not a private key');
      return secp256k1.getPublicKey(priv32, true);
    },
    ecdh: sharedPoint,
    random,
  };
}
