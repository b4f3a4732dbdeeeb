/**
 * The state backup's format: accounts, standing, limits already used, everything ever paid, phones, and the counters, as lines
 * of base64 that only the seed opens. Keys are not in it: the words restore those. Channels are not in it: V opens a
 * new one. Line n is seal(key, id 8 | n u32, plain) after id and n in the clear; key = HMAC(seed, "chaincloud backup");
 * the last line holds the count of lines before it, so a backup that was cut, shuffled or mixed with another does not
 * go in. Restoring works only on a board without accounts. The operator types the highest channel number that each
 * account's V shows, and how many payments the chain shows from hot addresses: a backup that is behind either is stale
 * (`backup-old`) and goes in only with the word `force`; the counters then start above V's numbers.
 * Plain: kind u8 | payload. Kinds: record types of the journal; 0x40 counters CBOR [account, last id, V's counter];
 * 0x41 part of an archive file: number u16 | offset u16 | octets; 0xff end: lines u32.
 */
import { textBytes } from '../../crypto/bytes';
import { hmacSha256 } from '../../crypto/index';
import { R_ACCOUNT, R_ALLOW, R_ARCHIVE, R_KEYS, R_PAYMENT, R_STANDING, R_TIME } from '../../journal/records';

export const KIND_COUNTERS = 0x40;
export const KIND_FILE = 0x41;
export const KIND_END = 0xff;
export const TAG_BYTES = 16;

/** Is it a type of record that a backup holds? */
export function isBackedUp(type: number): boolean {
  return (
    type === R_ACCOUNT ||
    type === R_KEYS ||
    type === R_ALLOW ||
    type === R_STANDING ||
    type === R_ARCHIVE ||
    type === R_PAYMENT ||
    type === R_TIME
  );
}

/** The key that seals a backup. Secret, the caller's to wipe. */
export function backupKey(seed64: Uint8Array): Uint8Array {
  return hmacSha256(seed64, textBytes('chaincloud backup'));
}
