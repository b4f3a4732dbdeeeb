/**
 * The key that HSM-Cold and HSM-Hot share, as it lies on flash: masked with the device secret, so that a copy of the
 * journal without the device page does not hold it. The link is up while the board is locked, so the PIN cannot protect
 * it.
 */
import { hmacSha256 } from '../../crypto/index';
import { textBytes } from '../../crypto/bytes';

/** Masks, and unmasks again. key32: secret. */
export function maskLinkKey(deviceSecret: Uint8Array, key32: Uint8Array): Uint8Array {
  const mask = hmacSha256(deviceSecret, textBytes('chaincloud link key'));
  const out = new Uint8Array(32);
  for (let i = 0; i < 32; i++) out[i] = mask[i] ^ key32[i];
  return out;
}
