// SHA-512 (FIPS 180-4): Espruino's native call where there is one, else ES5 (sha512-es5.ts).
import { concatBytes } from '../bytes';
import { sha512Es5 } from './sha512-es5';
import { NATIVE } from '../native/standin';

/** SHA-512 of bytes: 64 bytes. */
export function sha512(bytes: Uint8Array): Uint8Array {
  return NATIVE ? new Uint8Array(NATIVE.SHA512(bytes)) : sha512Es5(bytes);
}

/** SHA-512 of parts one after another: the native call takes them as they are. */
export function sha512Parts(parts: Uint8Array[]): Uint8Array {
  return NATIVE ? new Uint8Array(NATIVE.SHA512(parts)) : sha512Es5(concatBytes(parts));
}
