/**
 * Numbers as they lie on flash, big endian, and all constants of what lies there (layout.ts, from the declarations
 * flash-records.ts and flash-formats.ts; docs/flash-formats.md). Two payments whose tags are equal are taken for one
 * user_tx_no, so that a collision refuses and never pays.
 */
import { getU32 as readU32, putU32 as writeU32 } from '../../protocol/bytes';

export * from './layout';
/** 32 bits, as the wire has them. */
export { readU32, writeU32 };

/** In the flags of R_PAYMENT: replaces an earlier transaction of the same user_tx_no. */
export const PAYMENT_FLAG_BUMP = 1;

/** Writes 16 bits, big endian. */
export function writeU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

/** Reads 16 bits, big endian. */
export function readU16(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 8) | bytes[at + 1];
}

/** Writes an amount in satoshis as 7 bytes, big endian: exact up to 2^53. */
export function writeSats(bytes: Uint8Array, at: number, sats: number): void {
  const high = Math.floor(sats / 4294967296);
  bytes[at] = high >>> 16;
  bytes[at + 1] = high >>> 8;
  bytes[at + 2] = high;
  writeU32(bytes, at + 3, sats % 4294967296);
}

/** Reads an amount of 7 bytes, in satoshis. */
export function readSats(bytes: Uint8Array, at: number): number {
  return (bytes[at] * 65536 + bytes[at + 1] * 256 + bytes[at + 2]) * 4294967296 + readU32(bytes, at + 3);
}

/** Do `lenBytes` bytes of a from `at` equal those of b from its start? Not for secrets. */
export function isEqualAt(a: Uint8Array, at: number, b: Uint8Array, lenBytes: number): boolean {
  for (let i = 0; i < lenBytes; i++) if (a[at + i] !== b[i]) return false;
  return true;
}
