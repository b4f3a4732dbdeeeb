// The native hashes of the board's interpreter, for firmware that runs in this process: a PIN's key alone takes a
// quarter of a second in ES5, which the boards do not run. Only what a board's own handlers call gets them: a test that
// calls the firmware's functions itself has the ES5 forms. Spec: jswrap_crypto.c of the interpreter.
import { createHash, pbkdf2Sync } from 'node:crypto';
import * as standin from '../../firmware/crypto/native/standin';

/** The octets in a buffer of their own, as the interpreter gives them. */
function buffer(bytes: Uint8Array): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
}

/** As the interpreter's: of bytes, or of an array of parts one after another. */
function hashOf(name: string): (data: Uint8Array | Uint8Array[]) => ArrayBuffer {
  return (data) => {
    const hash = createHash(name);
    for (const part of Array.isArray(data) ? data : [data]) hash.update(part);
    return buffer(hash.digest());
  };
}

const NATIVE = {
  SHA256: hashOf('sha256'),
  SHA512: hashOf('sha512'),
  PBKDF2: (password: Uint8Array, salt: Uint8Array, options: { keySize: number; iterations: number; hasher: string }) =>
    buffer(pbkdf2Sync(password, salt, options.iterations, options.keySize * 4, options.hasher.toLowerCase())),
};

/** Runs `fn` with the native hashes. */
export function withNative(fn: () => void): void {
  const module = standin as { NATIVE: unknown };
  const outer = module.NATIVE;
  module.NATIVE = NATIVE;
  try {
    fn();
  } finally {
    module.NATIVE = outer;
  }
}
