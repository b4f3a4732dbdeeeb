/**
 * Unlocking brings two secrets into memory: the key that opens what is sealed on flash (seal.ts) and the random
 * generator. Locking takes them out. The generator's state on flash is replaced before a byte of it is used: a power
 * cut cannot make it repeat itself.
 */
import { wipe, drbgInit, drbgGenerate, drbgWipe, hmacSha256 } from '../../crypto/index';
import type { Cold } from '../cold';
import { u32Bytes } from '../../../protocol/bytes';
import { R_DRBG } from '../../journal/records';
import { NO_BYTES, concatBytes, textBytes } from '../../crypto/bytes';
import { openStored, sealForNext } from './seal';
import { readRecord } from '../../journal/journal';
import { fail } from '../../../protocol/errors';
import { AUDIT_UNLOCKED, NO_ACCOUNT, AUDIT_LOCKED } from '../../journal/audit-codes';
import { save, audit } from '../state/store';
import { saveSecrets } from './account-keys';
import { requireAccount, letGoAccount } from '../state/accounts';

/**
 * Least entropy that the generator starts from: its stored state, or a ceremony's. Noise is mixed in and not counted.
 */
const ENTROPY_BYTES = 32;

/**
 * Replaces the generator's stored state and starts the generator from the old one. fresh: anything new to mix in.
 */
function startGenerator(cold: Cold, fresh: Uint8Array): void {
  const at = cold.state.at[R_DRBG];
  const stored = at === undefined ? NO_BYTES : openStored(cold, readRecord(cold.journal!, at));
  if (stored.length < ENTROPY_BYTES && fresh.length < ENTROPY_BYTES)
    throw fail('no-entropy', 'the generator has no state to go on from');
  const noise = cold.hal.noise.take(32);
  const input = concatBytes([stored, fresh, u32Bytes(cold.state.bootCount), noise]);
  const drbg = drbgInit(input);
  const next = drbgGenerate(drbg, ENTROPY_BYTES);
  save(cold, R_DRBG, sealForNext(cold, next));
  wipe(stored);
  wipe(noise);
  wipe(input);
  wipe(next);
  cold.drbg = drbg;
}

/** Unlocks with the seed. fresh: entropy of the ceremony when there is any (at least 32 bytes the first time). */
export function unlockWith(cold: Cold, seed64: Uint8Array, fresh: Uint8Array): void {
  cold.keys = {
    storage: hmacSha256(seed64, concatBytes([textBytes('chaincloud storage'), cold.device!.secret])),
  };
  startGenerator(cold, fresh);
  for (let n = 0; n < cold.state.accountCount; n++) saveSecrets(cold, requireAccount(cold, n), seed64);
  audit(cold, AUDIT_UNLOCKED, NO_ACCOUNT, NO_BYTES);
}

/** Takes every secret out of memory. A board that has erased itself has no log to say so in. */
export function lock(cold: Cold): void {
  const wasOpen = cold.keys;
  cold.signing = undefined;
  letGoAccount(cold);
  if (cold.restoring) wipe(cold.restoring.key);
  cold.restoring = undefined;
  if (cold.drbg) drbgWipe(cold.drbg);
  cold.drbg = undefined;
  if (wasOpen) {
    wipe(wasOpen.storage);
    cold.keys = undefined;
    if (!cold.fault) audit(cold, AUDIT_LOCKED, NO_ACCOUNT, NO_BYTES);
  }
}
