/**
 * An account's channels with its V (R_CHANNEL): sealed on flash under the storage key, in memory only while a task
 * needs them.
 */
import { wipe } from '../../crypto/index';
import type { OpenAccount, Account, V1Channel } from './state';
import { NO_BYTES } from '../../crypto/bytes';
import { wipeChannel, type Channel } from '../../../protocol/channel/channel';
import type { CborValue } from '../../../protocol/cbor/types';
import type { Cold } from '../cold';
import { openRecord, sealForNext } from '../secrets/seal';
import { R_CHANNEL } from '../../journal/records';
import { cborDecode } from '../../../protocol/cbor';
import { cborEncode } from '../../../protocol/cbor';
import { saveCbor } from './store';

export function wipeOpen(it: OpenAccount): void {
  wipe(it.gate);
  if (it.channel) wipeChannel(it.channel);
  if (it.next) wipeChannel(it.next);
  for (let i = 0; it.v1 && i < it.v1.length; i++) if (it.v1[i]) wipe(it.v1[i]![3]);
}

function channelFields(channel: Channel | undefined): CborValue {
  return channel
    ? [
        channel.id,
        channel.made,
        channel.key32,
        channel.own32,
        channel.other32,
        channel.sendSeq,
        channel.recvSeq,
        channel.recvSeen,
      ]
    : null;
}

function channelFrom(fields: CborValue[] | null): Channel | undefined {
  if (!fields) return undefined;
  return {
    id: fields[0] as number,
    made: fields[1] as number,
    key32: fields[2] as Uint8Array,
    own32: fields[3] as Uint8Array,
    other32: fields[4] as Uint8Array,
    sendSeq: fields[5] as number,
    recvSeq: fields[6] as number,
    recvSeen: fields[7] as number,
  };
}

/** The account's channels, read when they are first asked for. Throws `locked`. */
export function openOf(cold: Cold, account: Account): OpenAccount {
  if (account.open) return account.open;
  const plain = openRecord(cold, R_CHANNEL, account.n);
  const fields = plain ? (cborDecode(plain) as CborValue[]) : [NO_BYTES, 0, 0, null, null, null];
  if (plain) wipe(plain);
  account.open = {
    gate: fields[0] as Uint8Array,
    lastId: fields[1] as number,
    vCounter: fields[2] as number,
    channel: channelFrom(fields[3] as CborValue[] | null),
    next: channelFrom(fields[4] as CborValue[] | null),
    v1: fields[5] as (V1Channel | null)[] | null,
  };
  return account.open;
}

/** Writes an account's channels, sealed. Called before anything is sent under a number that they count. */
export function saveChannels(cold: Cold, account: Account): void {
  const it = account.open!;
  let plain = cborEncode([
    it.gate,
    it.lastId,
    it.vCounter,
    channelFields(it.channel),
    channelFields(it.next),
    it.v1 || null,
  ]);
  const sealed = sealForNext(cold, plain);
  wipe(plain);
  plain = NO_BYTES; // the write needs its room
  saveCbor(cold, R_CHANNEL, [account.n, sealed]);
}

/** V uses the channel that was given out last: the one before it ends. */
export function promoteChannel(cold: Cold, account: Account): void {
  const it = openOf(cold, account);
  if (it.channel) wipeChannel(it.channel);
  it.channel = it.next!;
  it.channel.said32 = undefined;
  it.next = undefined;
  saveChannels(cold, account);
}
