// HMAC-DRBG with SHA-256 (NIST SP 800-90A rev. 1, 10.1.2). Security strength 256 bits.
// The state is secret. Whoever owns it persists it before output is used and never rolls it back (the caller's duty:
// a state read twice gives the same numbers twice).
import { fail } from '../../../protocol/errors';
import { concatBytes } from '../bytes';
import { hmacSha256To } from '../hash/hmac';

/** Working state: K, V of 32 bytes, and the requests since the last (re)seeding. */
export interface Drbg {
  key: Uint8Array;
  value: Uint8Array;
  requests: number;
}

/** SP 800-90A's 2^48 is far beyond a device's life; a lower bound that a test can reach. */
export const DRBG_MAX_REQUESTS = 1048576;
/** Most bytes of one request (2^16 of SP 800-90A is more than the device's memory). */
export const DRBG_MAX_BYTES = 1024;

function update(drbg: Drbg, data: Uint8Array): void {
  for (let round = 0; round < 2; round++) {
    const input = concatBytes([drbg.value, new Uint8Array([round]), data]);
    hmacSha256To(drbg.key, drbg.key, input);
    input.fill(0);
    hmacSha256To(drbg.value, drbg.key, drbg.value);
    if (!data.length) return;
  }
}

/** Instantiates from entropy ‖ nonce ‖ personalisation in one array, at least 32 bytes (`crypto-entropy`). */
export function drbgInit(seedMaterial: Uint8Array): Drbg {
  if (seedMaterial.length < 32) throw fail('crypto-entropy', 'at least 32 bytes of seed material are needed');
  const drbg = { key: new Uint8Array(32), value: new Uint8Array(32), requests: 1 };
  drbg.value.fill(1);
  update(drbg, seedMaterial);
  return drbg;
}

/** Mixes fresh entropy (and anything else) into the state; at least 32 bytes (`crypto-entropy`). */
export function drbgReseed(drbg: Drbg, seedMaterial: Uint8Array): void {
  if (seedMaterial.length < 32) throw fail('crypto-entropy', 'at least 32 bytes of seed material are needed');
  update(drbg, seedMaterial);
  drbg.requests = 1;
}

/** Next lenBytes (1..1024) bytes. additional: mixed in, may be left out. Throws `crypto-length`, `crypto-reseed`. */
export function drbgGenerate(drbg: Drbg, lenBytes: number, additional?: Uint8Array): Uint8Array {
  if (!(lenBytes > 0 && lenBytes <= DRBG_MAX_BYTES)) throw fail('crypto-length', 'a request is for 1 to 1024 bytes');
  if (drbg.requests > DRBG_MAX_REQUESTS) throw fail('crypto-reseed', 'the generator must be reseeded');
  const extra = additional || new Uint8Array(0);
  const out = new Uint8Array(lenBytes);
  if (extra.length) update(drbg, extra);
  for (let done = 0; done < lenBytes; done += 32) {
    hmacSha256To(drbg.value, drbg.key, drbg.value);
    out.set(lenBytes - done < 32 ? drbg.value.subarray(0, lenBytes - done) : drbg.value, done);
  }
  update(drbg, extra);
  drbg.requests++;
  return out;
}

/** Overwrites the state. */
export function drbgWipe(drbg: Drbg): void {
  drbg.key.fill(0);
  drbg.value.fill(0);
}
