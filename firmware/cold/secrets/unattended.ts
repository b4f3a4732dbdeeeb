/**
 * The settings record, and in it the way in for a board that unlocks itself: the seed sealed under the device secret
 * alone. A reader of the flash then has the keys; it is there only when the operator asked for it with the PIN.
 * R_SETTINGS: [phones, sealed seed or null], and a third field while a seed that was there is being taken off the
 * flash. Switching off writes down that it is off, has the journal purged of the record before, and only then is done;
 * a start that finds it half done ends it. Flash promises no more than that erased pages read as erased: a copy made
 * before opens as before.
 */
import { textBytes, NO_BYTES } from '../../crypto/bytes';
import { hmacSha256, open, seal, wipe } from '../../crypto/index';
import { cborDecode } from '../../../protocol/cbor';
import { purge, readRecord } from '../../journal/journal';
import { R_SETTINGS } from '../../journal/records';
import type { Cold } from '../cold';
import { saveCbor } from '../state/store';
import type { CborValue } from '../../../protocol/cbor/types';
import { SEAL_TAG_BYTES } from './seal';

function unattendedKey(cold: Cold): Uint8Array {
  return hmacSha256(cold.device!.secret, textBytes('chaincloud unattended'));
}

/** [phones, sealed seed or null], and a third field while the seed is being removed. */
function readSettings(cold: Cold): CborValue[] {
  return cborDecode(readRecord(cold.journal!, cold.state.at[R_SETTINGS])) as CborValue[];
}

/** Writes the platform's phones; whether the board unlocks itself stays. On a new board: it does not. */
export function savePhones(cold: Cold, phones: string[]): void {
  const fields = cold.state.at[R_SETTINGS] === undefined ? [phones, null] : readSettings(cold);
  fields[0] = phones;
  saveCbor(cold, R_SETTINGS, fields);
}

/** Has the board unlock itself at its start. seed64: secret, the caller's to wipe. */
export function switchUnattendedOn(cold: Cold, seed64: Uint8Array): void {
  const key = unattendedKey(cold);
  saveCbor(cold, R_SETTINGS, [cold.state.phones, seal(key, NO_BYTES, NO_BYTES, seed64, SEAL_TAG_BYTES)]);
  wipe(key);
}

/**
 * Has it no longer do so: when this returns, nothing on the flash opens to the seed without the PIN. Throws
 * `flash-failed`, `journal-full`.
 */
export function switchUnattendedOff(cold: Cold): void {
  saveCbor(cold, R_SETTINGS, [cold.state.phones, null, 1]);
  purge(cold.journal!);
  saveCbor(cold, R_SETTINGS, [cold.state.phones, null]);
}

/** Ends a switching off that a power cut ended. At boot. */
export function endSwitchingOff(cold: Cold): void {
  if (cold.state.at[R_SETTINGS] !== undefined && readSettings(cold).length > 2) switchUnattendedOff(cold);
}

/** The seed of an unattended board. Secret; the caller wipes it. */
export function unattendedSeed(cold: Cold): Uint8Array {
  const key = unattendedKey(cold);
  const seed = open(key, NO_BYTES, NO_BYTES, readSettings(cold)[1] as Uint8Array, SEAL_TAG_BYTES);
  wipe(key);
  return seed;
}
