/** The CBOR codec of both ends: deterministic encoding, strict decoding (RFC 8949, 8742). Spec: SPEC.md 3. */
export * from './cbor/types';
export { cborMap } from './cbor/map';
export { cborEncode, cborEncodeSequence } from './cbor/encode';
export { cborDecode, cborDecodeSequence } from './cbor/decode';
