/**
 * The daily channel between V and HSM-Cold: Noise KK (pattern `-> e, es, ss; <- e, ee, se`) over secp256k1 with identities
 * pinned at pairing, in two SMS. Spec: SPEC.md 7, the Noise Protocol Framework rev. 34 (5.2, 7.5). The transcript binds
 * network, account, counter and both identities; the channel id comes back under the new keys. In front of the pattern
 * stands a gate: eight octets of HMAC under the static-static secret, so that a forged OPEN costs no point arithmetic.
 * Leaves to others: when to open and which channel is current (SPEC.md 7.4); the operations under it (sms/v2.ts).
 */
import { bytesOfText, cutBytes, equalBytes, getU32, joinBytes, putU32, wipeBytes } from './bytes';
import { cborEncode } from './cbor/encode';
import { ProtocolCrypto } from './crypto';
import { fail } from './errors';
import { ACCOUNT_MAX, CHANNEL_GATE_BYTES, CHANNEL_ID_MAX, CHANNEL_TAG_BYTES, SMS_ACCEPT, SMS_ACCEPT_BYTES, SMS_OPEN, SMS_OPEN_BYTES, U32_MAX } from './wire';

const NOISE_NAME = 'Noise_KK_secp256k1_AES256CTRHMAC_SHA256';
const POINT_BYTES = 33;
/** OPEN: op, account u16, counter u32, e33, gate8, tag16. ACCEPT: op, account u16, e33, channel id u32 (sealed), tag16. */
const OPEN_POINT = 7;
const OPEN_GATE = 40;
const ACCEPT_POINT = 3;
const ACCEPT_SEALED = 36;
const ID_BYTES = 4;

/** Who talks to whom. Secret: ssGate32. */
export interface ChannelPeers {
  network: string;
  account: number;
  /** Compressed public keys pinned at pairing, 33 bytes each. */
  coldIdentity33: Uint8Array;
  vIdentity33: Uint8Array;
  /** DH of the two identities, `gateKey(…)`: computed once at pairing and kept. */
  ssGate32: Uint8Array;
}

/** One channel: plain data. Secret: the three keys. Seqs are the last one sent and the highest received; recvSeen: the 32 below. */
export interface Channel {
  id: number;
  counter: number;
  keyRequest32: Uint8Array;
  keyToCold32: Uint8Array;
  keyToV32: Uint8Array;
  sendSeq: number;
  recvSeq: number;
  recvSeen: number;
}

/** V between OPEN and ACCEPT: plain data. Secret: ephemeral32, ck32. `sms` may be sent again as it is. */
export interface OpenPending {
  counter: number;
  ephemeral32: Uint8Array;
  ck32: Uint8Array;
  h32: Uint8Array;
  sms: Uint8Array;
}

/** HSM-Cold between OPEN and ACCEPT. Secret: all keys in it. `done` after the last step. */
export interface AcceptWork {
  step: number;
  counter: number;
  channelId: number;
  sms: Uint8Array;
  noise: Noise;
  ephemeral32: Uint8Array;
  ephemeral33: Uint8Array;
  done?: { channel: Channel; sms: Uint8Array };
}

/** Noise's symmetric state: chaining key, transcript hash, and the cipher's two keys since the last mixKey. */
export interface Noise {
  ck: Uint8Array;
  h: Uint8Array;
  enc: Uint8Array;
  mac: Uint8Array;
}

function forged(): Error {
  return fail('channel-forged', 'not made by the other end for this account, or out of date');
}

/** DH of the pattern: SHA-256 of the compressed shared point, 32 bytes. */
function dh(crypto: ProtocolCrypto, pub33: Uint8Array, priv32: Uint8Array): Uint8Array {
  const point = crypto.ecdh(pub33, priv32);
  const shared = crypto.sha256(point);
  wipeBytes(point);
  return shared;
}

function mixHash(crypto: ProtocolCrypto, noise: Noise, data: Uint8Array): void {
  noise.h = crypto.sha256(joinBytes(noise.h, data));
}

/** Noise MixKey with HKDF of three outputs: next chaining key, cipher key, tag key. */
function mixKey(crypto: ProtocolCrypto, noise: Noise, shared32: Uint8Array): void {
  const out = crypto.hkdfSha256(shared32, noise.ck, new Uint8Array(0), 96);
  noise.ck = cutBytes(out, 0, 32);
  noise.enc = cutBytes(out, 32, 64);
  noise.mac = cutBytes(out, 64, 96);
  wipeBytes(out);
}

function transcriptTag(crypto: ProtocolCrypto, noise: Noise, sealed: Uint8Array): Uint8Array {
  return crypto.hmacSha256(noise.mac, joinBytes(noise.h, sealed)).subarray(0, CHANNEL_TAG_BYTES);
}

/** Noise EncryptAndHash: sealed octets followed by the tag over transcript and sealed octets. Each key seals once: the IV is zero. */
function sealAndHash(crypto: ProtocolCrypto, noise: Noise, plain: Uint8Array): Uint8Array {
  const sealed = plain.length ? crypto.aes256Ctr(noise.enc, new Uint8Array(16), plain) : plain;
  const out = joinBytes(sealed, transcriptTag(crypto, noise, sealed));
  mixHash(crypto, noise, out);
  return out;
}

/** Noise DecryptAndHash; throws `channel-forged`. */
function openAndHash(crypto: ProtocolCrypto, noise: Noise, bytes: Uint8Array): Uint8Array {
  const sealed = cutBytes(bytes, 0, bytes.length - CHANNEL_TAG_BYTES);
  if (!equalBytes(transcriptTag(crypto, noise, sealed), bytes.subarray(sealed.length))) throw forged();
  mixHash(crypto, noise, bytes);
  return sealed.length ? crypto.aes256Ctr(noise.enc, new Uint8Array(16), sealed) : sealed;
}

function prologue(peers: ChannelPeers, counter: number): Uint8Array {
  return cborEncode(['ccv2-channel', peers.network, peers.account, counter]);
}

/** Start of both ends: protocol name, prologue, the two known identities (initiator first). */
function beginNoise(crypto: ProtocolCrypto, peers: ChannelPeers, counter: number): Noise {
  const start = crypto.sha256(bytesOfText(NOISE_NAME));
  const noise = { ck: start, h: start, enc: start, mac: start };
  mixHash(crypto, noise, prologue(peers, counter));
  mixHash(crypto, noise, peers.vIdentity33);
  mixHash(crypto, noise, peers.coldIdentity33);
  return noise;
}

/** Noise Split, three ways, and the end of the chaining key. */
function splitChannel(crypto: ProtocolCrypto, noise: Noise, id: number, counter: number): Channel {
  const out = crypto.hkdfSha256(new Uint8Array(0), noise.ck, new Uint8Array(0), 96);
  const channel = {
    id: id,
    counter: counter,
    keyRequest32: cutBytes(out, 0, 32),
    keyToCold32: cutBytes(out, 32, 64),
    keyToV32: cutBytes(out, 64, 96),
    sendSeq: 0,
    recvSeq: 0,
    recvSeen: 0,
  };
  wipeBytes(out);
  wipeNoise(noise);
  return channel;
}

function wipeNoise(noise: Noise): void {
  wipeBytes(noise.ck);
  wipeBytes(noise.enc);
  wipeBytes(noise.mac);
}

function putAccount(sms: Uint8Array, op: number, account: number): void {
  sms[0] = op;
  sms[1] = account >> 8;
  sms[2] = account;
}

function gate(crypto: ProtocolCrypto, peers: ChannelPeers, sms: Uint8Array, counter: number): Uint8Array {
  const key = crypto.hmacSha256(peers.ssGate32, bytesOfText('chaincloud gate'));
  return crypto.hmacSha256(key, joinBytes(prologue(peers, counter), sms.subarray(0, OPEN_GATE))).subarray(0, CHANNEL_GATE_BYTES);
}

/** ssGate32 of a pair of identities, the same at both ends: 32 bytes, secret. One ECDH; throws what `ecdh` throws. */
export function gateKey(crypto: ProtocolCrypto, ownPriv32: Uint8Array, otherPub33: Uint8Array): Uint8Array {
  return dh(crypto, otherPub33, ownPriv32);
}

/** Account that an OPEN or ACCEPT names, believed by nobody yet; −1 for anything else, also of the wrong length. */
export function smsAccount(sms: Uint8Array): number {
  const length = sms[0] === SMS_OPEN ? SMS_OPEN_BYTES : sms[0] === SMS_ACCEPT ? SMS_ACCEPT_BYTES : -1;
  return sms.length === length ? (sms[1] << 8) | sms[2] : -1;
}

/**
 * V: makes OPEN. `counter` (1..2^32−1) must be higher than any before on this account: keep it before sending.
 * Throws `bad-counter`.
 */
export function channelOpen(crypto: ProtocolCrypto, peers: ChannelPeers, vPriv32: Uint8Array, counter: number): OpenPending {
  if (!(counter >= 1 && counter <= U32_MAX) || Math.floor(counter) !== counter) throw fail('bad-counter', '1..' + U32_MAX);
  if (!(peers.account >= 0 && peers.account <= ACCOUNT_MAX)) throw fail('bad-account', '0..' + ACCOUNT_MAX);
  const ephemeral32 = crypto.random(32);
  const ephemeral33 = crypto.pubkeyCreate(ephemeral32);
  const sms = new Uint8Array(SMS_OPEN_BYTES);
  putAccount(sms, SMS_OPEN, peers.account);
  putU32(sms, 3, counter);
  sms.set(ephemeral33, OPEN_POINT);
  sms.set(gate(crypto, peers, sms, counter), OPEN_GATE);
  const noise = beginNoise(crypto, peers, counter);
  mixHash(crypto, noise, ephemeral33);
  mixKey(crypto, noise, dh(crypto, peers.coldIdentity33, ephemeral32));
  mixKey(crypto, noise, gateKey(crypto, vPriv32, peers.coldIdentity33));
  sms.set(sealAndHash(crypto, noise, new Uint8Array(0)), OPEN_GATE + CHANNEL_GATE_BYTES);
  return { counter: counter, ephemeral32: ephemeral32, ck32: noise.ck, h32: noise.h, sms: sms };
}

/** Counter of an OPEN whose gate is right: two HMACs, no point arithmetic. Throws `channel-forged`. */
export function openCounter(crypto: ProtocolCrypto, peers: ChannelPeers, sms: Uint8Array): number {
  if (smsAccount(sms) !== peers.account || sms[0] !== SMS_OPEN) throw forged();
  const counter = getU32(sms, 3);
  if (!counter || !equalBytes(gate(crypto, peers, sms, counter), sms.subarray(OPEN_GATE, OPEN_GATE + CHANNEL_GATE_BYTES))) throw forged();
  return counter;
}

/**
 * HSM-Cold: begins the work on an OPEN, which the caller has found newer than the last one (openCounter). `channelId`:
 * 1..2^32−1, never used before. Throws `channel-forged`, `bad-channel-id`.
 */
export function acceptBegin(crypto: ProtocolCrypto, peers: ChannelPeers, sms: Uint8Array, channelId: number): AcceptWork {
  const counter = openCounter(crypto, peers, sms);
  if (!(channelId >= 1 && channelId <= CHANNEL_ID_MAX)) throw fail('bad-channel-id', '1..' + CHANNEL_ID_MAX);
  const noise = beginNoise(crypto, peers, counter);
  mixHash(crypto, noise, sms.subarray(OPEN_POINT, OPEN_POINT + POINT_BYTES));
  return { step: 0, counter: counter, channelId: channelId, sms: cutBytes(sms, 0, sms.length), noise: noise, ephemeral32: new Uint8Array(0), ephemeral33: new Uint8Array(0) };
}

/** Last step: the ACCEPT and the channel. */
function acceptEnd(crypto: ProtocolCrypto, peers: ChannelPeers, work: AcceptWork): void {
  const id = new Uint8Array(ID_BYTES);
  putU32(id, 0, work.channelId);
  const sms = new Uint8Array(SMS_ACCEPT_BYTES);
  putAccount(sms, SMS_ACCEPT, peers.account);
  sms.set(work.ephemeral33, ACCEPT_POINT);
  sms.set(sealAndHash(crypto, work.noise, id), ACCEPT_SEALED);
  wipeBytes(work.ephemeral32);
  work.done = { channel: splitChannel(crypto, work.noise, work.channelId, work.counter), sms: sms };
}

/**
 * Does the next step, at most one point multiplication, so that the board serves its lines in between; true when
 * `work.done` is there. Throws `channel-forged` (step 1) or what `ecdh` throws: then forget the work.
 */
export function acceptStep(crypto: ProtocolCrypto, peers: ChannelPeers, coldPriv32: Uint8Array, work: AcceptWork): boolean {
  const other = work.sms.subarray(OPEN_POINT, OPEN_POINT + POINT_BYTES);
  const step = ++work.step;
  if (step === 1) {
    mixKey(crypto, work.noise, dh(crypto, other, coldPriv32));
    mixKey(crypto, work.noise, peers.ssGate32);
    openAndHash(crypto, work.noise, cutBytes(work.sms, OPEN_GATE + CHANNEL_GATE_BYTES, SMS_OPEN_BYTES));
  } else if (step === 2) {
    work.ephemeral32 = crypto.random(32);
    work.ephemeral33 = crypto.pubkeyCreate(work.ephemeral32);
    mixHash(crypto, work.noise, work.ephemeral33);
  } else if (step === 3) {
    mixKey(crypto, work.noise, dh(crypto, other, work.ephemeral32));
  } else if (step === 4) {
    mixKey(crypto, work.noise, dh(crypto, peers.vIdentity33, work.ephemeral32));
    acceptEnd(crypto, peers, work);
  }
  return work.done !== undefined;
}

/** V: takes the ACCEPT of `pending`, whose secrets are then wiped. Throws `channel-forged` (also for the ACCEPT of another OPEN). */
export function channelFinish(crypto: ProtocolCrypto, peers: ChannelPeers, vPriv32: Uint8Array, pending: OpenPending, sms: Uint8Array): Channel {
  if (smsAccount(sms) !== peers.account || sms[0] !== SMS_ACCEPT) throw forged();
  const other = cutBytes(sms, ACCEPT_POINT, ACCEPT_POINT + POINT_BYTES);
  const noise = { ck: pending.ck32, h: pending.h32, enc: pending.ck32, mac: pending.ck32 };
  let id: Uint8Array;
  try {
    mixHash(crypto, noise, other);
    mixKey(crypto, noise, dh(crypto, other, pending.ephemeral32));
    mixKey(crypto, noise, dh(crypto, other, vPriv32));
    id = openAndHash(crypto, noise, cutBytes(sms, ACCEPT_SEALED, SMS_ACCEPT_BYTES));
  } catch (error) {
    throw forged();
  }
  const channel = splitChannel(crypto, noise, getU32(id, 0), pending.counter);
  wipePending(pending);
  return channel;
}

/** Overwrites the keys of a channel that is dead. */
export function wipeChannel(channel: Channel): void {
  wipeBytes(channel.keyRequest32);
  wipeBytes(channel.keyToCold32);
  wipeBytes(channel.keyToV32);
}

/** Overwrites what an OPEN that came to nothing has left. */
export function wipePending(pending: OpenPending): void {
  wipeBytes(pending.ephemeral32);
  wipeBytes(pending.ck32);
}
