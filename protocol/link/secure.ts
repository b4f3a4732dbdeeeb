/**
 * What makes a frame believable: CRC-32 on a plain link, on the Hot-Cold link keys of a session that both ends made
 * from the link key and fresh nonces of both. Spec: SPEC.md 4.2 and 4.3. Leaves windows, timers and messages to the
 * others.
 */
import { bytesOfText, crc32, equalBytes, getU32, joinBytes, putU32, wipeBytes } from '../bytes';
import { ProtocolCrypto } from '../crypto';
import {
  CRC_BYTES,
  FRAME_ACK,
  FRAME_FLAG_SEALED,
  FRAME_HELLO,
  FRAME_HELLO_REPLY,
  HELLO_BYTES,
  HELLO_REPLY_BYTES,
  LINK_NONCE_BYTES,
  LINK_TAG_BYTES,
} from '../wire';

/** Octets before the payload of a DATA frame, and before the check of an ACK frame. */
export const DATA_HEAD = 3;
export const ACK_HEAD = 2;

/** What an end says of itself in HELLO and HELLO_REPLY. */
export interface HelloLimits {
  versionMin: number;
  versionMax: number;
  bootId: number;
  payloadMax: number;
  window: number;
  messageMax: number;
  requestsMax: number;
}

/** Keys of one session and direction pair, 32 bytes each: secret, wiped when the session ends. */
export interface SessionKeys {
  encOut: Uint8Array;
  macOut: Uint8Array;
  encIn: Uint8Array;
  macIn: Uint8Array;
}

/**
 * HELLO: kind, versions, boot id u32, payload u16, window, message u16, requests, nonce16. HELLO_REPLY: the same with
 * its own nonce, then the nonce it answers, then (secure) a tag. Without the check sum.
 */
export function helloBytes(kind: number, limits: HelloLimits, nonce16: Uint8Array, echo16?: Uint8Array): Uint8Array {
  const out = new Uint8Array(kind === FRAME_HELLO ? HELLO_BYTES : HELLO_REPLY_BYTES - LINK_TAG_BYTES);
  out[0] = kind;
  out[1] = limits.versionMin;
  out[2] = limits.versionMax;
  putU32(out, 3, limits.bootId);
  out[7] = limits.payloadMax >> 8;
  out[8] = limits.payloadMax;
  out[9] = limits.window;
  out[10] = limits.messageMax >> 8;
  out[11] = limits.messageMax;
  out[12] = limits.requestsMax;
  out.set(nonce16, 13);
  if (echo16) out.set(echo16, 13 + LINK_NONCE_BYTES);
  return out;
}

export function helloLimits(body: Uint8Array): HelloLimits {
  return {
    versionMin: body[1],
    versionMax: body[2],
    bootId: getU32(body, 3),
    payloadMax: (body[7] << 8) | body[8],
    window: body[9],
    messageMax: (body[10] << 8) | body[11],
    requestsMax: body[12],
  };
}

/** Tag of HELLO_REPLY: proves the responder's link key over both hellos, and so over both version ranges. */
export function helloTag(
  crypto: ProtocolCrypto,
  linkKey32: Uint8Array,
  hello: Uint8Array,
  reply: Uint8Array,
): Uint8Array {
  const key = crypto.hkdfSha256(linkKey32, new Uint8Array(0), bytesOfText('chaincloud link hello'), 32);
  return crypto.hmacSha256(key, joinBytes(hello, reply)).subarray(0, LINK_TAG_BYTES);
}

/** Keys of the session that `hello` and `reply` (without tag) begin. */
export function sessionKeys(
  crypto: ProtocolCrypto,
  linkKey32: Uint8Array,
  hello: Uint8Array,
  reply: Uint8Array,
  isInitiator: boolean,
): SessionKeys {
  const salt = crypto.sha256(joinBytes(hello, reply));
  const all = crypto.hkdfSha256(linkKey32, salt, bytesOfText('chaincloud link session'), 128);
  const out = isInitiator ? 0 : 64;
  const into = 64 - out;
  return {
    encOut: all.subarray(out, out + 32),
    macOut: all.subarray(out + 32, out + 64),
    encIn: all.subarray(into, into + 32),
    macIn: all.subarray(into + 32, into + 64),
  };
}

export function wipeKeys(keys: SessionKeys): void {
  wipeBytes(keys.encOut);
  wipeBytes(keys.macOut);
  wipeBytes(keys.encIn);
  wipeBytes(keys.macIn);
}

/** Encrypts or decrypts a payload; `seq` (u32) is used once a session and direction. */
export function cipher(crypto: ProtocolCrypto, key32: Uint8Array, seq: number, payload: Uint8Array): Uint8Array {
  if (!payload.length) return payload;
  const iv = new Uint8Array(16);
  putU32(iv, 0, seq);
  return crypto.aes256Ctr(key32, iv, payload);
}

export function isAckKind(kind: number): boolean {
  return (kind & ~FRAME_FLAG_SEALED) === FRAME_ACK;
}

/** Octets before the payload of a DATA frame, before the check of an ACK frame. */
export function headBytes(kind: number): number {
  return isAckKind(kind) ? ACK_HEAD : DATA_HEAD;
}

/**
 * Tag over kind, whole seq, whole ack and what stands between head and tag: the octets that the frame shows only the
 * low part of are covered in full.
 */
function sessionTag(crypto: ProtocolCrypto, mac32: Uint8Array, body: Uint8Array, seq: number, ack: number): Uint8Array {
  const payload = body.subarray(headBytes(body[0]), body.length - LINK_TAG_BYTES);
  const input = new Uint8Array(9 + payload.length);
  input[0] = body[0];
  putU32(input, 1, seq);
  putU32(input, 5, ack);
  input.set(payload, 9);
  return crypto.hmacSha256(mac32, input).subarray(0, LINK_TAG_BYTES);
}

/** Octets of check that a frame of this kind ends with. */
export function checkBytes(kind: number): number {
  return kind & FRAME_FLAG_SEALED ? LINK_TAG_BYTES : CRC_BYTES;
}

/** Fills in the check at the end of `body`, whose room for it is there. `keys` is needed for a sealed kind. */
export function closeFrame(
  body: Uint8Array,
  seq: number,
  ack: number,
  crypto?: ProtocolCrypto,
  keys?: SessionKeys,
): void {
  const end = body.length - checkBytes(body[0]);
  if (crypto && keys) body.set(sessionTag(crypto, keys.macOut, body, seq, ack), end);
  else putU32(body, end, crc32(body, end));
}

/** True when the check sum of a plain frame is right. */
export function isSound(body: Uint8Array): boolean {
  const end = body.length - CRC_BYTES;
  return end > 0 && getU32(body, end) === crc32(body, end);
}

/** True when the tag of a sealed frame is right for these whole seq and ack. */
export function isSealedBy(
  crypto: ProtocolCrypto,
  keys: SessionKeys,
  body: Uint8Array,
  seq: number,
  ack: number,
): boolean {
  const end = body.length - LINK_TAG_BYTES;
  return end >= headBytes(body[0]) && equalBytes(sessionTag(crypto, keys.macIn, body, seq, ack), body.subarray(end));
}

/** True when a plain HELLO or HELLO_REPLY body (without check) has its one length. */
export function isHello(body: Uint8Array, isSecure: boolean): boolean {
  const length = body.length - CRC_BYTES;
  if (body[0] === FRAME_HELLO) return length === HELLO_BYTES;
  return body[0] === FRAME_HELLO_REPLY && length === HELLO_REPLY_BYTES - (isSecure ? 0 : LINK_TAG_BYTES);
}
