/** The CBOR codec of both ends: deterministic encoding, strict decoding (RFC 8949, 8742). Spec: SPEC.md 3. */
export * from './types';
export { cborMap } from './map';
export { cborEncode, cborEncodeSequence } from './encode';
export { cborDecode, cborDecodeSequence } from './decode';
