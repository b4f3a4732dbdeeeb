/**
 * Digests of the batches that are derived, in files of Storage. File "b<account>-<side>-<batch>": digest 32 | MAC 16
 * under the device secret, so that a changed file is derived anew and never believed. For accounts of the published
 * app's protocol "m..." beside it holds the first SHA-256 of the list as its signed message.
 */
import { constantTimeEqual, hmacSha256 } from '../../crypto/index';
import type { Cold } from '../cold';
import { copyBytes, concatBytes, textBytes } from '../../crypto/bytes';
import { BATCH_BYTES, BATCH_MAC, BATCH_MAC_BYTES } from '../../journal/records';
import { PROTO_BIT_V1, type Account } from '../state/state';
import { requireAccount } from '../state/accounts';

export function fileName(kind: string, account: number, side: number, batchNo: number): string {
  return kind + account + '-' + side + '-' + batchNo;
}

function fileMac(cold: Cold, name: string, digest: Uint8Array): Uint8Array {
  return copyBytes(
    hmacSha256(cold.device!.secret, concatBytes([textBytes('batch ' + name), digest])),
    0,
    BATCH_MAC_BYTES,
  );
}

function readDigest(cold: Cold, name: string): Uint8Array | undefined {
  const bytes = cold.hal.files.readFile(name);
  if (!bytes || bytes.length !== BATCH_BYTES) return undefined;
  const digest = copyBytes(bytes, 0, BATCH_MAC);
  return constantTimeEqual(copyBytes(bytes, BATCH_MAC, BATCH_BYTES), fileMac(cold, name, digest)) ? digest : undefined;
}

export function writeDigest(cold: Cold, name: string, digest: Uint8Array): void {
  cold.hal.files.writeFile(name, concatBytes([digest, fileMac(cold, name, digest)]));
}

/** The batch's digest when it is derived, else undefined. */
export function batchDigestOf(cold: Cold, account: number, side: number, batchNo: number): Uint8Array | undefined {
  return readDigest(cold, fileName('b', account, side, batchNo));
}

/** First SHA-256 of the published app's signed message over the list, when it is derived. */
export function v1HashOf(cold: Cold, account: number, side: number, batchNo: number): Uint8Array | undefined {
  return readDigest(cold, fileName('m', account, side, batchNo));
}

export function needsV1(account: Account): boolean {
  return (account.protos & PROTO_BIT_V1) !== 0;
}

export function isDerived(cold: Cold, account: number, side: number, batchNo: number): boolean {
  return (
    !!batchDigestOf(cold, account, side, batchNo) &&
    (!needsV1(requireAccount(cold, account)) || !!v1HashOf(cold, account, side, batchNo))
  );
}

/** Number of the first batch of a side that is not derived yet, looked for from 0. */
export function countBatches(cold: Cold, account: number, side: number): number {
  let n = 0;
  while (batchDigestOf(cold, account, side, n)) n++;
  return n;
}
