import { CborValue } from './cbor/types';
export * from './cbor/types';
/** Deterministic encoding, RFC 8949 4.2.1. Throws codes `cbor-*`. */
export declare function cborEncode(value: CborValue): Uint8Array;
/** Strict decoding; throws CborError. `itemsMax` bounds the number of data items. */
export declare function cborDecode(bytes: Uint8Array, itemsMax?: number): CborValue;
