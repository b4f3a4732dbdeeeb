/**
 * HSM-Hot's end of the link to HSM-Cold, once paired. When it comes up HSM-Cold is asked which accounts it has
 * (limits.ts).
 */
import { copyBytes } from '../crypto/bytes';
import { aes256Ctr, hkdfSha256, hmacSha256, sha256 } from '../crypto/index';
import type { CborValue } from '../../protocol/cbor/types';
import { fail } from '../../protocol/errors';
import { createPeer } from '../../protocol/link/peer';
import { MSG_COLD_STATUS } from '../../protocol/wire';
import { writeU32 } from '../journal/records';
import type { Hot } from './context';
import { learnAccount } from './limits';
import { note } from './log';

export const RELAY_TIMEOUT_MS = 600000;
/** Where HSM-Cold's status lists its accounts, each a number first. */
const STATUS_ACCOUNTS = 5;

/** Handshake numbers that never repeat: from the link key, the count of starts and a counter. */
function makeRandom(hot: Hot): (lenBytes: number) => Uint8Array {
  let count = 0;
  return function (lenBytes) {
    const input = new Uint8Array(24);
    writeU32(input, 0, hot.boots);
    writeU32(input, 4, ++count);
    input.set(hot.hal.noise.take(16), 8);
    return copyBytes(hmacSha256(hot.secret as Uint8Array, input), 0, lenBytes);
  };
}

/** Stands for what HSM-Hot's image has no code for. */
function none(): never {
  throw fail('no-crypto', 'HSM-Hot has no elliptic curve');
}

/** Learns the accounts that HSM-Cold's status lists. */
export function learnStatus(hot: Hot, status: CborValue[]): void {
  const accounts = (status[STATUS_ACCOUNTS] || []) as number[][];
  for (let i = 0; i < accounts.length; i++) learnAccount(hot.limits, accounts[i][0]);
}

function coldUp(hot: Hot): void {
  note(hot, 'cold up');
  hot.cold!.request(
    MSG_COLD_STATUS,
    [],
    function (error, status) {
      if (!error) learnStatus(hot, status);
    },
    RELAY_TIMEOUT_MS,
  );
}

function coldDown(hot: Hot): void {
  hot.signing = undefined;
  note(hot, 'cold down');
}

export function startCold(hot: Hot): void {
  if (!hot.secret || hot.cold) return;
  const crypto = {
    sha256: sha256,
    hmacSha256: hmacSha256,
    hkdfSha256: hkdfSha256,
    aes256Ctr: aes256Ctr,
    pubkeyCreate: none,
    ecdh: none,
    random: makeRandom(hot),
  };
  hot.cold = createPeer({
    uart: hot.hal.link,
    clock: hot.hal.clock,
    role: 'initiator',
    bootId: hot.boots,
    secure: { linkKey32: hot.secret, crypto: crypto },
    requestTimeoutMs: RELAY_TIMEOUT_MS,
  });
  hot.cold.onUp(function () {
    coldUp(hot);
  });
  hot.cold.onDown(function () {
    coldDown(hot);
  });
}
