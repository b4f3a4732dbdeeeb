/** Values that the codec takes and gives, and how it fails. Spec: SPEC.md 3. */
import { fail, type ErrorCode } from '../errors';

/** The largest integer that a float holds exactly with all below it: 2^53 − 1. */
export const MAX_SAFE = 9007199254740991;
export const TWO_32 = 4294967296;

/**
 * A map with a key that a plain object cannot hold safely: an integer key, or the text `__proto__`.
 * Where the interpreter has a built-in Map the decoder gives one of those; elsewhere a small stand-in with the same
 * calls.
 */
export interface CborMap {
  size: number;
  get(key: string | number): CborValue;
  set(key: string | number, value: CborValue): unknown;
  forEach(visit: (value: CborValue, key: string | number) => void): void;
}

/** Numbers are integers to ±(2^53−1), exact, or floats. Text on the device is a byte string holding UTF-8. */
export type CborValue = number | string | boolean | null | undefined | Uint8Array | CborArray | CborObject | CborMap;
export type CborArray = CborValue[];
export interface CborObject {
  [key: string]: CborValue;
}

/** What `cborDecode` throws: `code` from the closed list of SPEC.md 3.3, `offset` of the octet that is at fault. */
export interface CborError extends Error {
  code: string;
  offset: number;
}

/** Makes (does not throw) a CborError. */
export function cborError(code: ErrorCode, offset: number): CborError {
  const error = fail(code, 'at octet ' + offset) as CborError;
  error.offset = offset;
  return error;
}
