/**
 * What the journal of HSM-Cold holds: record types (never reused; 14 and 32 were an archive and a payment of the magic
 * "CCJ1") and the fixed layout of the record of a signed payment.
 * All other records are CBOR arrays, read and written by state/state.ts. Records that carry a key (account) supersede
 * the earlier record of the same type and key; signed payments and audit entries are a list.
 */

export const R_ROOT = 1;
export const R_LINK = 2;
export const R_SETTINGS = 3;
export const R_PIN = 4;
export const R_DRBG = 5;
export const R_BOOT = 6;
export const R_TIME = 7;
export const R_ACCOUNT = 8;
export const R_KEYS = 9;
export const R_ALLOW = 10;
export const R_STANDING = 11;
export const R_CHANNEL = 12;
export const R_ALARM = 13;
export const R_HEARTBEAT = 15;
export const R_RESTORE = 16;
export const R_SEND = 17;
/** Keys of an account, sealed: [account, nonce 4 | sealed(hot key 32 | hot chain code 32 | identity key 32)]. */
export const R_SECRETS = 18;
export const R_ARCHIVE = 19;
/** From here on records are members of lists: none supersedes another. */
export const R_AUDIT = 33;
export const R_PAYMENT = 34;

/**
 * Offsets in the payload of R_PAYMENT: serial u32 | account u8 | flags u8 | seconds u32 | tag 16 | SHA-256 of the outs
 * text | id of the transaction 32 | coin that every transaction of the number spends 36 | debit 7 | highest fee 7 |
 * change index + 1, or 0, u32. Debit: the amount that was paid; of a replacement the fee that it adds. Sats as 7
 * octets.
 */
export const PAYMENT_SERIAL = 0;
export const PAYMENT_ACCOUNT = 4;
export const PAYMENT_FLAGS = 5;
export const PAYMENT_TIME = 6;
export const PAYMENT_TAG = 10;
export const PAYMENT_CONTENT = 26;
export const PAYMENT_TX = 58;
export const PAYMENT_ANCHOR = 90;
export const PAYMENT_DEBIT = 126;
export const PAYMENT_FEE = 133;
export const PAYMENT_CHANGE = 140;
export const PAYMENT_BYTES = 144;
/**
 * Octets of what stands for a user_tx_no: two that share it are taken for one, so that a collision refuses and never
 * pays.
 */
export const PAYMENT_TAG_BYTES = 16;
/** Octets of the content's digest and of the id: nobody can make two that are equal. */
export const PAYMENT_DIGEST_BYTES = 32;
export const PAYMENT_ANCHOR_BYTES = 36;
/** PAYMENT_FLAGS: replaces an earlier transaction of the same user_tx_no. */
export const PAYMENT_FLAG_BUMP = 1;

export function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

export function readU32(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}

/** Amounts as 7 octets, big endian: exact up to 2^53. */
export function writeSats(bytes: Uint8Array, at: number, sats: number): void {
  const high = Math.floor(sats / 4294967296);
  bytes[at] = high >>> 16;
  bytes[at + 1] = high >>> 8;
  bytes[at + 2] = high;
  writeU32(bytes, at + 3, sats % 4294967296);
}

export function readSats(bytes: Uint8Array, at: number): number {
  return (bytes[at] * 65536 + bytes[at + 1] * 256 + bytes[at + 2]) * 4294967296 + readU32(bytes, at + 3);
}

/** Do `lenBytes` octets of a from `at` equal those of b from its start? Not for secrets. */
export function isEqualAt(a: Uint8Array, at: number, b: Uint8Array, lenBytes: number): boolean {
  for (let i = 0; i < lenBytes; i++) if (a[at + i] !== b[i]) return false;
  return true;
}
