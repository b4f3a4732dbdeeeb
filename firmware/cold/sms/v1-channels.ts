/**
 * Channels of the published app's text protocol (SPEC.md 9): HSM-Cold's number (never used again, shared with v2's),
 * V's number and key, own private key. One is in use and one offered. CHANNEL_OK or the first request that verifies
 * under the offered one puts it in use.
 */
import { wipe } from '../../crypto/index';
import type { Cold } from '../cold';
import type { Account, V1Channel } from '../state/state';
import { openOf, saveChannels } from '../state/channels';

/** Channel in use (0) or offered (1). */
export function v1ChannelOf(cold: Cold, account: Account, place: number): V1Channel | undefined {
  const v1 = openOf(cold, account).v1;
  return v1 && v1[place] ? v1[place] : undefined;
}

export function putV1Channels(
  cold: Cold,
  account: Account,
  inUse: V1Channel | undefined,
  offered: V1Channel | undefined,
): void {
  openOf(cold, account).v1 = [inUse || null, offered || null];
  saveChannels(cold, account);
}

export function promoteV1Channel(cold: Cold, account: Account): void {
  const old = v1ChannelOf(cold, account, 0);
  putV1Channels(cold, account, v1ChannelOf(cold, account, 1), undefined);
  if (old) wipe(old[3]);
}
