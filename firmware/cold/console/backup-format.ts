/**
 * The state backup's format: accounts, standing, limits already used, everything ever paid, phones, and the counters,
 * as lines of base64 that only the seed opens. Keys are not in it: the words restore those. Channels are not in it: V
 * opens a new one. Line n is seal(key, id 8 | n u32, plain) after id and n in the clear; key = HMAC(seed, "chaincloud
 * backup"); the last line holds the count of lines before it, so a backup that was cut, shuffled or mixed with another
 * does not go in. Restoring works only on a board without accounts. The operator types the highest channel number that
 * each account's V shows, and how many payments the chain shows from hot addresses: a backup that is behind either is
 * stale (`backup-old`) and goes in only with the word `force`; the counters then start above V's numbers. Layouts and
 * kinds of lines: docs/flash-formats.md.
 */
import { textBytes } from '../../crypto/bytes';
import { hmacSha256 } from '../../crypto/index';
import { BACKUP_TYPES } from '../../journal/records';

export const BACKUP_TAG_BYTES = 16;

/** Is it a type of record that a backup holds as it is? */
export function isBackedUp(type: number): boolean {
  return BACKUP_TYPES.indexOf(String.fromCharCode(type)) >= 0;
}

/** The key that seals a backup. Secret, the caller's to wipe. */
export function backupKey(seed64: Uint8Array): Uint8Array {
  return hmacSha256(seed64, textBytes('chaincloud backup'));
}
