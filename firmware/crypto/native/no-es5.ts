// What images have in place of the ES5 forms of hashes and cipher: boards have the native ones (tools/build/es5.ts puts
// this here). An engine without them fails the self-test at its start.
import { fail } from '../../../protocol/errors';

function missing(): Error {
  return fail('no-native', 'this interpreter has no native hashes and cipher');
}

export function sha512Es5(bytes: Uint8Array): Uint8Array {
  throw missing();
}

export function aes256CtrEs5(key32: Uint8Array, iv16: Uint8Array, bytes: Uint8Array): Uint8Array {
  throw missing();
}
