/**
 * The operations: sealed bodies of binary SMS, one SMS each way. Spec: SPEC.md 6. A body is op, channel id (low 16
 * bits), seq u16, sealed CBOR sequence, tag. The tag over all of it in full is made first and is the cipher's IV (as in
 * RFC 5297): a sender whose counter was rolled back by a power cut gives away that two messages were equal, nothing
 * more. ACCEPT goes in the clear, having in it what its keys are made from. Leaves the PDU and its header to pdu.ts,
 * the channels to channel.ts.
 */
import { cutBytes, equalBytes, joinBytes, putU32 } from '../bytes';
import { cborDecodeSequence } from '../cbor/decode';
import { cborEncodeSequence } from '../cbor/encode';
import { CborValue } from '../cbor/types';
import { Channel, MADE_BY_V, channelKey } from '../channel/channel';
import { ProtocolCrypto } from '../crypto';
import { fail } from '../errors';
import {
  SMS_ACCEPT,
  SMS_BATCH_VERIFY,
  SMS_BODY_MAX,
  SMS_HEADER_BYTES,
  SMS_OPEN,
  SMS_RENEW,
  SMS_REPLAY_WINDOW,
  SMS_SEQ_MAX,
  SMS_STATUS,
  SMS_TAG_BYTES,
} from '../wire';

export * from './operations';

export type ToSide = 'to-cold' | 'to-v';

export interface Opened {
  op: number;
  seq: number;
  fields: CborValue[];
}

const FIELDS_MAX = 16;

/** First octet when it is one of SMS_*, else −1. */
export function smsOp(bytes: Uint8Array): number {
  return bytes[0] >= SMS_OPEN && bytes[0] <= SMS_RENEW ? bytes[0] : -1;
}

/**
 * Low 16 bits of the channel id (of OPEN: the account) that an operation names, believed by nobody yet; −1 when `bytes`
 * is none.
 */
export function smsChannelHint(bytes: Uint8Array): number {
  if (smsOp(bytes) < 0 || bytes.length < SMS_HEADER_BYTES + SMS_TAG_BYTES || bytes.length > SMS_BODY_MAX) return -1;
  return (bytes[1] << 8) | bytes[2];
}

function isForDirection(op: number, direction: ToSide): boolean {
  return (
    (op === SMS_OPEN || op === SMS_RENEW || op === SMS_BATCH_VERIFY || op === SMS_STATUS) ===
      (direction === 'to-cold') &&
    op >= SMS_OPEN &&
    op <= SMS_RENEW
  );
}

/** Cipher key and tag key of a direction, 64 bytes. */
function directionKeys(crypto: ProtocolCrypto, channel: Channel, direction: ToSide): Uint8Array {
  return channel.toV64 || channelKey(crypto, channel, direction === 'to-cold' ? 'to cold' : 'to v', 64);
}

/** What a body's tag covers before the plain fields: op, whole channel id, seq. */
function headOf(op: number, channelId: number, seq: number): Uint8Array {
  const head = new Uint8Array(7);
  head[0] = op;
  putU32(head, 1, channelId);
  head[5] = seq >> 8;
  head[6] = seq;
  return head;
}

function bodyTag(crypto: ProtocolCrypto, keys: Uint8Array, head: Uint8Array, plain: Uint8Array): Uint8Array {
  return cutBytes(crypto.hmacSha256(keys.subarray(32, 64), joinBytes(head, plain)), 0, SMS_TAG_BYTES);
}

function applyCipher(
  crypto: ProtocolCrypto,
  keys: Uint8Array,
  tag: Uint8Array,
  head: Uint8Array,
  bytes: Uint8Array,
): Uint8Array {
  if (!bytes.length || head[0] === SMS_ACCEPT) return bytes;
  const iv = new Uint8Array(16);
  iv.set(tag, 0);
  iv[8] = head[0];
  iv[9] = head[5];
  iv[10] = head[6];
  return crypto.aes256Ctr(keys.subarray(0, 32), iv, bytes);
}

/**
 * Seals one operation under the next channel.sendSeq: keep the channel before the SMS leaves. At most SMS_BODY_MAX
 * octets. Throws `bad-op`, `sms-too-long`, `channel-exhausted`; the channel is then unchanged.
 */
export function sealSms(
  crypto: ProtocolCrypto,
  channel: Channel,
  direction: ToSide,
  op: number,
  fields: CborValue[],
): Uint8Array {
  if (!isForDirection(op, direction)) throw fail('bad-op', 'not an operation ' + direction);
  const plain = cborEncodeSequence(fields);
  if (SMS_HEADER_BYTES + plain.length + SMS_TAG_BYTES > SMS_BODY_MAX)
    throw fail('sms-too-long', 'more than one SMS holds');
  if (channel.sendSeq >= SMS_SEQ_MAX) throw fail('channel-exhausted', 'open a new channel');
  const seq = ++channel.sendSeq;
  const keys = directionKeys(crypto, channel, direction);
  const head = headOf(op, channel.id, seq);
  const tag = bodyTag(crypto, keys, head, plain);
  const out = new Uint8Array(SMS_HEADER_BYTES + plain.length + SMS_TAG_BYTES);
  out[0] = op;
  out[1] = channel.id >>> 8;
  out[2] = channel.id;
  out[3] = seq >> 8;
  out[4] = seq;
  out.set(applyCipher(crypto, keys, tag, head, plain), SMS_HEADER_BYTES);
  out.set(tag, out.length - SMS_TAG_BYTES);
  return out;
}

/**
 * HSM-Cold: the ACCEPT of a channel that V does not use yet, always the same SMS. Throws what `pubkeyCreate` throws.
 */
export function sealAccept(crypto: ProtocolCrypto, channel: Channel): Uint8Array {
  if (channel.made !== MADE_BY_V && !channel.said32) channel.said32 = crypto.pubkeyCreate(channel.own32).subarray(1);
  channel.sendSeq = 0;
  return sealSms(crypto, channel, 'to-v', SMS_ACCEPT, channel.said32 ? [channel.id, channel.said32] : [channel.id]);
}

/** True when `seq` was taken already or lies below the window. */
function isReplayed(channel: Channel, seq: number): boolean {
  const behind = channel.recvSeq - seq;
  if (behind < 0) return false;
  return behind === 0 || behind > SMS_REPLAY_WINDOW || ((channel.recvSeen >>> (behind - 1)) & 1) === 1;
}

/** Moves the window, unless `seq` was taken already: bit n of recvSeen stands for recvSeq − 1 − n. */
export function noteSeq(channel: Channel, seq: number): void {
  if (isReplayed(channel, seq)) return;
  const ahead = seq - channel.recvSeq;
  if (ahead <= 0) {
    channel.recvSeen = (channel.recvSeen | (1 << (-ahead - 1))) >>> 0;
    return;
  }
  const kept = ahead < SMS_REPLAY_WINDOW ? channel.recvSeen << ahead : 0;
  const last = channel.recvSeq && ahead <= SMS_REPLAY_WINDOW ? 1 << (ahead - 1) : 0;
  channel.recvSeen = (kept | last) >>> 0;
  channel.recvSeq = seq;
}

/**
 * Opens one operation and moves the replay window: late and reordered SMS pass once, up to SMS_REPLAY_WINDOW behind the
 * highest. Keep the channel before acting on the answer. Throws `sms-malformed`, `sms-forged`, `sms-replayed`; the
 * channel is then unchanged.
 */
export function openSms(crypto: ProtocolCrypto, channel: Channel, direction: ToSide, bytes: Uint8Array): Opened {
  const op = bytes[0];
  if (smsChannelHint(bytes) < 0 || !isForDirection(op, direction))
    throw fail('sms-malformed', 'no operation ' + direction);
  const seq = (bytes[3] << 8) | bytes[4];
  const tag = cutBytes(bytes, bytes.length - SMS_TAG_BYTES, bytes.length);
  const keys = directionKeys(crypto, channel, direction);
  const head = headOf(op, channel.id, seq);
  const plain = applyCipher(crypto, keys, tag, head, cutBytes(bytes, SMS_HEADER_BYTES, bytes.length - SMS_TAG_BYTES));
  const isOurs = bytes[1] === ((channel.id >>> 8) & 0xff) && bytes[2] === (channel.id & 0xff);
  if (!isOurs || !seq || !equalBytes(bodyTag(crypto, keys, head, plain), tag))
    throw fail('sms-forged', 'not under this channel');
  if (isReplayed(channel, seq)) throw fail('sms-replayed', 'taken before, or too late');
  let fields: CborValue[];
  try {
    fields = cborDecodeSequence(plain, FIELDS_MAX);
  } catch (error) {
    throw fail('sms-malformed', 'fields do not decode');
  }
  noteSeq(channel, seq);
  return { op: op, seq: seq, fields: fields };
}
