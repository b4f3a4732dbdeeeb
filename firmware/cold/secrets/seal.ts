/**
 * Sealing for flash under the storage key, which is there while the board is unlocked. The nonce is the sequence number
 * of the journal's record, which is never used again.
 */
import { seal, open } from '../../crypto/index';
import type { Cold } from '../cold';
import { u32Bytes } from '../../../protocol/bytes';
import { concatBytes, NO_BYTES } from '../../crypto/bytes';
import { fail } from '../../../protocol/errors';
import { accountRecordAt } from '../state/state';
import { cborDecode } from '../../../protocol/cbor';
import { readRecord } from '../../journal/journal';

export const SEAL_TAG_BYTES = 16;

/** Seals under the storage key for the record that is appended next: nonce 4 | sealed. */
export function sealForNext(cold: Cold, plain: Uint8Array): Uint8Array {
  const nonce = u32Bytes(cold.journal!.seq);
  return concatBytes([nonce, seal(cold.keys!.storage, nonce, NO_BYTES, plain, SEAL_TAG_BYTES)]);
}

/** Opens what sealForNext sealed. Throws `locked`, `crypto-tag`. Secret; the caller wipes it. */
export function openStored(cold: Cold, sealed: Uint8Array): Uint8Array {
  if (!cold.keys) throw fail('locked', 'unlock first');
  return open(cold.keys.storage, sealed.subarray(0, 4), NO_BYTES, sealed.subarray(4), SEAL_TAG_BYTES);
}

export function openRecord(cold: Cold, type: number, n: number): Uint8Array | undefined {
  const at = accountRecordAt(cold.state, type, n);
  return at ? openStored(cold, (cborDecode(readRecord(cold.journal!, at)) as Uint8Array[])[1]) : undefined;
}
