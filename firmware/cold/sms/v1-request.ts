/**
 * Does the published app's signature cover a send request that came over the link? Verified in steps, since it takes an
 * ESP32 long. Spec: SPEC.md 9.
 */
import { verifyStart, verifyStep } from '../../crypto/index';
import { v1RequestText } from '../../../protocol/sms/v1';
import { COIN, HEADER_FIRST } from './v1';
import type { Cold } from '../cold';
import type { V1Check } from '../signing/signing';
import { requireAccount } from '../state/accounts';
import { v1ChannelOf, promoteV1Channel } from './v1-channels';
import { copyBytes } from '../../crypto/bytes';
import type { Account } from '../state/state';
import type { SignBegin, Ping } from '../../../protocol/link/messages';

const OUTS_FIELD = '"outs":"';
const HEADER_LAST = 34;

/** The signed text before and after the outs text. */
export function v1RequestFrame(m: SignBegin | Ping): string[] {
  const text = v1RequestText({ coinCode: COIN, dynamic: m.dynamic, outs: '', userTxNo: m.userTxNo });
  const parts = text.split(OUTS_FIELD);
  return [parts[0] + OUTS_FIELD, parts[1]];
}

/** Begins to verify that V's signature covers a request; undefined when there is no such channel. */
export function startV1Check(cold: Cold, m: SignBegin | Ping, n: number, hash32: Uint8Array): V1Check | undefined {
  const account = requireAccount(cold, n);
  let channel = v1ChannelOf(cold, account, 0);
  if (!channel || channel[0] !== m.channelId) channel = v1ChannelOf(cold, account, 1);
  if (!channel || channel[0] !== m.channelId) return undefined;
  const header = m.authority[0];
  const isFormed =
    m.authority.length === 65 && header >= HEADER_FIRST && header <= HEADER_LAST && !(m.authority[33] & 128);
  return {
    cId: m.channelId,
    verification: isFormed ? verifyStart(copyBytes(m.authority, 1, 65), hash32, channel[2]) : undefined,
    isValid: false,
  };
}

/**
 * The next step of it; true while there is more. The verdict comes in a step of its own, with the curve's room given
 * back.
 */
export function stepV1Check(check: V1Check): boolean {
  const verification = check.verification;
  if (!verification) return false;
  if (verifyStep(verification)) return true;
  check.isValid = verification.isValid === true;
  check.verification = undefined;
  return true;
}

/**
 * **Decides a forged request of the published app.** The verdict when no step is left: empty, `no-channel` (it is over
 * by now), or `forged`.
 */
export function endV1Check(cold: Cold, account: Account, check: V1Check): string {
  const inUse = v1ChannelOf(cold, account, 0);
  const offered = v1ChannelOf(cold, account, 1);
  const isOffered = offered !== undefined && offered[0] === check.cId;
  if (!isOffered && !(inUse && inUse[0] === check.cId)) return 'no-channel';
  if (!check.isValid) return 'forged';
  if (isOffered) promoteV1Channel(cold, account);
  return '';
}
