// SHA-256 (FIPS 180-4) of what is whole: Espruino's native call where there is one, else ES5.
// Leaves to others: messages that arrive in pieces, and the ES5 form (sha256-running.ts).
import { concatBytes } from '../bytes';
import { sha256Es5 } from './sha256-running';
import { NATIVE } from '../native/standin';

/** SHA-256 of bytes: 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return NATIVE ? new Uint8Array(NATIVE.SHA256(bytes)) : sha256Es5(bytes);
}

/** SHA-256 of parts one after another: the native call takes them as they are, so that nothing is copied. */
export function sha256Parts(parts: Uint8Array[]): Uint8Array {
  return NATIVE ? new Uint8Array(NATIVE.SHA256(parts)) : sha256Es5(concatBytes(parts));
}

/** SHA-256 twice, as Bitcoin hashes. */
export function sha256d(bytes: Uint8Array): Uint8Array {
  return sha256(sha256(bytes));
}

/** The tag's part of BIP340 tagged hashes: sha256(sha256(tag) || sha256(tag) || bytes). */
export function taggedHash(tag: Uint8Array, bytes: Uint8Array): Uint8Array {
  const t = sha256(tag);
  const all = new Uint8Array(64 + bytes.length);
  all.set(t);
  all.set(t, 32);
  all.set(bytes, 64);
  return sha256(all);
}
