/** Values that the codec takes and gives. Spec: SPEC.md 3. */

/**
 * A map with a key that a plain object cannot hold safely: any key that is not text, or the text `__proto__`.
 * Where the interpreter has a built-in Map the decoder gives one of those; elsewhere a small stand-in with the same calls.
 */
export interface CborMap {
  size: number;
  get(key: CborValue): CborValue;
  set(key: CborValue, value: CborValue): unknown;
  forEach(visit: (value: CborValue, key: CborValue) => void): void;
}

/** Numbers are integers to ±(2^53−1), exact, or floats. Text on the device is a byte string holding UTF-8. */
export type CborValue = number | string | boolean | null | undefined | Uint8Array | CborArray | CborObject | CborMap;
export interface CborArray extends Array<CborValue> {}
export interface CborObject {
  [key: string]: any;
}

/** What `cborDecode` throws: `code` from the closed list of SPEC.md 3.3, `offset` of the octet that is at fault. */
export interface CborError extends Error {
  code: string;
  offset: number;
}
