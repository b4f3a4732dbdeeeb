/**
 * The PIN and what it opens: the BIP39 seed, sealed under PBKDF2-SHA512(HMAC(device secret, PIN)). It needs this board
 * and the PIN. A wrong PIN costs one of PIN_TRIES_MAX tries, counted before it is tried, and growing delays; at the
 * limit the board wipes itself (wipe.ts).
 */
import { wipe, hmacSha256, pbkdf2Sha512, seal, open } from '../../crypto/index';
import type { Cold } from '../cold';
import { textBytes, NO_BYTES } from '../../crypto/bytes';
import { AUDIT_PIN_WRONG, NO_ACCOUNT } from '../../journal/audit-codes';
import { saveCbor, save, audit } from '../state/store';
import { R_ROOT, R_PIN } from '../../journal/records';
import { SEAL_TAG_BYTES } from './seal';
import { wipeBoard } from './wipe';
import { fail } from '../../../protocol/errors';
import { cborDecode } from '../../../protocol/cbor';
import { readRecord } from '../../journal/journal';
import type { CborValue } from '../../../protocol/cbor/types';

export const PIN_MIN_DIGITS = 6;
export const PIN_MAX_DIGITS = 16;
export const PIN_TRIES_MAX = 10;
export const PIN_ITERATIONS = 5000;
const PIN_FREE_TRIES = 3;

/** Milliseconds to wait after so many wrong PINs. */
export function pinDelayMs(failures: number): number {
  return failures < PIN_FREE_TRIES ? 0 : 5000 * Math.pow(2, failures - PIN_FREE_TRIES);
}

function pinKey(cold: Cold, pin: string, salt: Uint8Array, iterations: number): Uint8Array {
  const secret = cold.device!.secret;
  const bytes = textBytes(pin);
  const password = hmacSha256(secret, bytes);
  const key = pbkdf2Sha512(password, salt, iterations, 32);
  wipe(bytes);
  wipe(password);
  return key;
}

/** Writes the seed sealed under the PIN. seed64, pin: secret, the caller's to wipe. salt: 16 bytes. */
export function saveRoot(cold: Cold, seed64: Uint8Array, pin: string, salt: Uint8Array, fingerprint: Uint8Array): void {
  const key = pinKey(cold, pin, salt, PIN_ITERATIONS);
  saveCbor(cold, R_ROOT, [
    1,
    PIN_ITERATIONS,
    salt,
    fingerprint,
    seal(key, NO_BYTES, fingerprint, seed64, SEAL_TAG_BYTES),
  ]);
  wipe(key);
}

/** Empty when the text can be a PIN, else a code. */
export function pinFault(pin: string): string {
  if (pin.length < PIN_MIN_DIGITS || pin.length > PIN_MAX_DIGITS) return 'pin-length';
  let same = true;
  for (let i = 0; i < pin.length; i++) {
    if (pin.charCodeAt(i) < 48 || pin.charCodeAt(i) > 57) return 'pin-digits';
    if (pin[i] !== pin[0]) same = false;
  }
  return same ? 'pin-simple' : '';
}

/**
 * Wipes a board whose PIN has no try left: the last one was made, and the power went before the board could erase
 * itself. Before every try, and at boot. Throws `wiped`.
 */
function limitTries(cold: Cold): void {
  if (cold.state.pinFailures < PIN_TRIES_MAX) return;
  wipeBoard(cold);
  throw fail('wiped', 'the last PIN was wrong: the board has erased itself');
}

/** At boot: delay and limit hold over restarts. Throws `wiped`. */
export function startTries(cold: Cold): void {
  cold.pinAfterMs = pinDelayMs(cold.state.pinFailures);
  limitTries(cold);
}

function saveFailures(cold: Cold, failures: number): void {
  save(cold, R_PIN, new Uint8Array([failures]));
}

/**
 * The seed, when the PIN is right. 64 bytes, secret, the caller wipes it. Throws `pin-wait` (too early), `pin-wrong`;
 * at the limit the board wipes itself and throws `wiped`. Count and delay stand before the PIN is tried, so nothing
 * that goes wrong afterwards takes them back. A cut in the last try costs the board even where the PIN was right:
 * nobody can tell it from a cut that was made to have the try for nothing.
 */
export function seedByPin(cold: Cold, pin: string): Uint8Array {
  const fault = pinFault(pin);
  if (fault && fault !== 'pin-simple')
    throw fail('pin-form', 'a PIN is ' + PIN_MIN_DIGITS + ' to ' + PIN_MAX_DIGITS + ' digits; no try was spent');
  limitTries(cold);
  const wait = cold.pinAfterMs - cold.hal.clock.uptimeMs();
  if (wait > 0) throw fail('pin-wait', 'wait ' + Math.floor((wait + 999) / 1000) + ' seconds before the next PIN');
  const failures = cold.state.pinFailures + 1;
  saveFailures(cold, failures);
  cold.pinAfterMs = cold.hal.clock.uptimeMs() + pinDelayMs(failures);
  const root = cborDecode(readRecord(cold.journal!, cold.state.at[R_ROOT])) as CborValue[];
  let key: Uint8Array;
  try {
    key = pinKey(cold, pin, root[2] as Uint8Array, root[1] as number);
  } catch (error) {
    // No room for the native call: the PIN was not tried.
    saveFailures(cold, failures - 1);
    cold.pinAfterMs = 0;
    throw fail('pin-untried', 'the PIN could not be tried: restart the board');
  }
  let seed: Uint8Array | undefined;
  try {
    seed = open(key, NO_BYTES, root[3] as Uint8Array, root[4] as Uint8Array, SEAL_TAG_BYTES);
  } catch (error) {
    seed = undefined;
  }
  wipe(key);
  if (seed) {
    try {
      saveFailures(cold, 0);
    } catch (error) {
      wipe(seed);
      throw error;
    }
    cold.pinAfterMs = 0;
    return seed;
  }
  limitTries(cold);
  audit(cold, AUDIT_PIN_WRONG, NO_ACCOUNT, new Uint8Array([failures]));
  throw fail('pin-wrong', PIN_TRIES_MAX - failures + ' tries left before the board erases itself');
}
