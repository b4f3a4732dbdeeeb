/**
 * What is sealed on flash and who may open it. The BIP39 seed is sealed under PBKDF2-SHA512(HMAC(device secret, PIN)):
 * it needs this board and the PIN. A wrong PIN costs one of PIN_TRIES_MAX tries, counted before it is tested, and
 * growing delays; at the limit the board wipes itself. Unlocking brings into memory the key that opens what is sealed
 * on flash (account-store.ts) and the random generator.
 * The generator's state on flash is replaced before a single octet of it is used: a power cut cannot make it repeat
 * itself.
 */
import { concatBytes, textBytes } from '../../crypto/bytes';
import { drbgGenerate, drbgInit, drbgWipe, hmacSha256, open, pbkdf2Sha512, seal, wipe } from '../../crypto/index';
import { cborDecode } from '../../../protocol/cbor';
import { fail } from '../../../protocol/errors';
import { readRecord } from '../../journal/journal';
import { endWipe, startWipe } from '../../journal/device';
import { R_DRBG, R_PIN, R_ROOT, writeU32 } from '../../journal/records';
import { letGoAccount, openStored, saveSecrets, sealForNext, requireAccount } from '../state/account-store';
import type { Cold } from '../cold';
import { makeState } from '../state/state';
import { AUDIT_LOCKED, AUDIT_PIN_WRONG, AUDIT_UNLOCKED, NO_ACCOUNT, audit, save, saveCbor } from '../state/store';

export const PIN_MIN_DIGITS = 6;
export const PIN_MAX_DIGITS = 16;
export const PIN_TRIES_MAX = 10;
export const PIN_ITERATIONS = 5000;
const PIN_FREE_TRIES = 3;
/**
 * Least entropy that the generator starts from: its stored state, or a ceremony's. Noise is mixed in and not counted.
 */
const ENTROPY_BYTES = 32;
/** Long enough for an answer to leave. */
export const RESTART_DELAY_MS = 200;
/**
 * First letters of the files that belong to a seed: archives of payments (archive.ts), digests of batches (batches.ts).
 */
const ERASED_FILES = 'ubm';
const SEAL_TAG_BYTES = 16;
const NO_BYTES = new Uint8Array(0);

/** Milliseconds to wait after so many wrong PINs. */
export function pinDelayMs(failures: number): number {
  return failures < PIN_FREE_TRIES ? 0 : 5000 * Math.pow(2, failures - PIN_FREE_TRIES);
}

function pinKey(cold: Cold, pin: string, salt: Uint8Array, iterations: number): Uint8Array {
  const secret = (cold.device as any).secret;
  const bytes = textBytes(pin);
  const password = hmacSha256(secret, bytes);
  const key = pbkdf2Sha512(password, salt, iterations, 32);
  wipe(bytes);
  wipe(password);
  return key;
}

/** Writes the seed sealed under the PIN. seed64, pin: secret, the caller's to wipe. salt: 16 octets. */
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

/** Erases flash and files, the device secret first. Ends what a power cut left half erased. Throws `flash-failed`. */
export function eraseBoard(cold: Cold): void {
  startWipe(cold.hal.flash);
  cold.hal.files.eraseFiles(ERASED_FILES);
  endWipe(cold.hal.flash);
}

/**
 * Everything on the board is erased, whatever its journal would say to that; when the answer has left, it starts again
 * as new. From here on it writes nothing and does nothing (fault `wiped`). Throws `flash-failed`.
 */
export function wipeBoard(cold: Cold): void {
  cold.fault = 'wiped';
  if (cold.journal) cold.journal.isWriting = true;
  cold.tasks = [];
  cold.hal.clock.after(RESTART_DELAY_MS, cold.hal.power.restart);
  try {
    eraseBoard(cold);
  } finally {
    lock(cold);
    cold.state = makeState();
    if (cold.device) wipe(cold.device.secret);
  }
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
 * The seed, when the PIN is right. 64 octets, secret, the caller wipes it. Throws `pin-form` (no PIN at all, such as
 * what a modem manager types at every new line: it costs nothing), `pin-wait` (too early), `pin-wrong`;
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
  const root = cborDecode(readRecord(cold.journal as any, cold.state.at[R_ROOT])) as any;
  let key: Uint8Array;
  try {
    key = pinKey(cold, pin, root[2], root[1]);
  } catch (error) {
    // No room for the native call: the PIN was not tried.
    saveFailures(cold, failures - 1);
    cold.pinAfterMs = 0;
    throw fail('pin-untried', 'the PIN could not be tried: restart the board');
  }
  let seed: Uint8Array | undefined;
  try {
    seed = open(key, NO_BYTES, root[3], root[4], SEAL_TAG_BYTES);
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

/**
 * Replaces the generator's stored state; answers the old one's successor ready for use. fresh: anything new to mix in.
 */
function startGenerator(cold: Cold, fresh: Uint8Array): void {
  const at = cold.state.at[R_DRBG];
  const stored = at === undefined ? NO_BYTES : openStored(cold, readRecord(cold.journal as any, at));
  if (stored.length < ENTROPY_BYTES && fresh.length < ENTROPY_BYTES)
    throw fail('no-entropy', 'the generator has no state to go on from');
  const boot = new Uint8Array(4);
  writeU32(boot, 0, cold.state.bootCount);
  const noise = cold.hal.noise.take(32);
  const input = concatBytes([stored, fresh, boot, noise]);
  const drbg = drbgInit(input);
  const next = drbgGenerate(drbg, ENTROPY_BYTES);
  save(cold, R_DRBG, sealForNext(cold, next));
  wipe(stored);
  wipe(noise);
  wipe(input);
  wipe(next);
  cold.drbg = drbg;
}

/** Unlocks with the seed. fresh: entropy of the ceremony when there is any (at least 32 octets the first time). */
export function unlockWith(cold: Cold, seed64: Uint8Array, fresh: Uint8Array): void {
  cold.keys = {
    storage: hmacSha256(seed64, concatBytes([textBytes('chaincloud storage'), (cold.device as any).secret])),
  };
  startGenerator(cold, fresh);
  for (let n = 0; n < cold.state.accountCount; n++) saveSecrets(cold, requireAccount(cold, n), seed64);
  audit(cold, AUDIT_UNLOCKED, NO_ACCOUNT, NO_BYTES);
}

/** Takes every secret out of memory. A board that has erased itself has no log to say so in. */
export function lock(cold: Cold): void {
  const wasOpen = cold.keys;
  cold.session = undefined;
  letGoAccount(cold);
  if (cold.restoring) cold.restoring.close();
  cold.restoring = undefined;
  if (cold.drbg) drbgWipe(cold.drbg);
  cold.drbg = undefined;
  if (wasOpen) {
    wipe(wasOpen.storage);
    cold.keys = undefined;
    if (!cold.fault) audit(cold, AUDIT_LOCKED, NO_ACCOUNT, NO_BYTES);
  }
}
