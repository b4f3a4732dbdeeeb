/**
 * The channel between V and HSM-Cold: its keys, and HSM-Cold's side of making one. Spec: SPEC.md 7. The first channel
 * is an interactive X3DH between the identities pinned at pairing; each day's next one is a step of the Double
 * Ratchet's DH ratchet, for which one end gives a fresh key, in turn. All keys of a channel come from one, `key32`, and
 * so does the root of the next. Leaves to others: V's side (channel-v.ts), the SMS that carry it (sms/v2.ts), when
 * which channel is current (SPEC.md 7.5).
 */
import { bytesOfText, cutBytes, equalBytes, joinBytes, u32Bytes, wipeBytes } from '../bytes';
import { cborEncode } from '../cbor/encode';
import type { CborValue } from '../cbor/types';
import type { EcdhWork, ProtocolCrypto } from '../crypto';
import { CHANNEL_KEY_BYTES, SMS_OPEN } from '../wire';

/**
 * Whose fresh key made a channel; the other end gives the next one's. After an OPEN, with keys of both, it is V's turn.
 */
export const MADE_BY_BOTH = 0;
export const MADE_BY_V = 1;
export const MADE_BY_COLD = 2;

/** What HSM-Cold does with an OPEN or RENEW that opens (acceptVerdict). */
export const ACCEPT_NOT = 0;
export const ACCEPT_AGAIN = 1;
export const ACCEPT_NEW = 2;

/** Who talks to whom: compressed public keys pinned at pairing. */
export interface ChannelPeers {
  network: string;
  account: number;
  coldIdentity33: Uint8Array;
  vIdentity33: Uint8Array;
}

/**
 * One channel as one end has it: plain data. Secret: key32, own32 (its ratchet key). other32: the other end's ratchet
 * key, x. Seqs are the last one sent and the highest received; recvSeen: the 32 below.
 */
export interface Channel {
  id: number;
  made: number;
  key32: Uint8Array;
  own32: Uint8Array;
  other32: Uint8Array;
  sendSeq: number;
  recvSeq: number;
  recvSeen: number;
  /**
   * HSM-Cold, before V uses the channel: its own fresh public key, x, to say it again (sms/v2.ts sealAccept). Not kept
   * durably.
   */
  said32?: Uint8Array;
  /**
   * All that V keeps of a channel that was replaced: the key it receives with (sms/v2.ts directionKeys), in place of
   * the above.
   */
  toV64?: Uint8Array;
}

/**
 * HSM-Cold at an OPEN or RENEW. Secret: base32, own32, secrets, open. Holds copies of its own: endAccept() overwrites
 * them.
 */
export interface AcceptWork {
  /** key32 of the channel that the new one comes after. */
  base32: Uint8Array;
  id: number;
  made: number;
  own32: Uint8Array;
  other32: Uint8Array;
  /** Fresh public keys of this exchange, V's first. */
  fresh: Uint8Array;
  secrets: Uint8Array;
  /** Of an OPEN only: HSM-Cold's identity key, V's identity. */
  open?: { priv32: Uint8Array; v33: Uint8Array };
  /** The point multiplication under way. */
  shared?: EcdhWork;
  channel?: Channel;
}

/** Keys of a channel for one use: `to cold`, `to v` (64 octets), `request`, `proof`, `root` (32). Secret. */
export function channelKey(
  crypto: ProtocolCrypto,
  channel: { key32: Uint8Array },
  use: string,
  lenBytes: number,
): Uint8Array {
  return crypto.hkdfSha256(channel.key32, new Uint8Array(0), bytesOfText('chaincloud ' + use), lenBytes);
}

/** The compressed point with even y of an x coordinate. */
function pointOf(x32: Uint8Array): Uint8Array {
  return joinBytes(new Uint8Array([2]), x32);
}

/**
 * SHA-256 of the shared point's x. `pub`: x coordinate or compressed point: the sign does not matter. Throws what
 * `ecdh` throws.
 */
export function sharedSecret(crypto: ProtocolCrypto, pub: Uint8Array, priv32: Uint8Array): Uint8Array {
  return secretOf(crypto, crypto.ecdh(pub.length === 32 ? pointOf(pub) : pub, priv32));
}

/** SHA-256 of a point's x; overwrites the point. Secret. */
export function secretOf(crypto: ProtocolCrypto, point: Uint8Array): Uint8Array {
  const shared = crypto.sha256(point.subarray(1));
  wipeBytes(point);
  return shared;
}

/**
 * key32 of the pairing channel, the same at both ends, secret: computed once and kept. One ECDH; throws what `ecdh`
 * throws.
 */
export function pairKey(
  crypto: ProtocolCrypto,
  peers: ChannelPeers,
  ownPriv32: Uint8Array,
  otherPub33: Uint8Array,
): Uint8Array {
  return pairKeyOf(crypto, peers, sharedSecret(crypto, otherPub33, ownPriv32));
}

/** The same of a sharedSecret that was computed in steps. */
export function pairKeyOf(crypto: ProtocolCrypto, peers: ChannelPeers, secret32: Uint8Array): Uint8Array {
  const who = joinBytes(
    cborEncode(['ccv3-pairing', peers.network, peers.account]),
    joinBytes(peers.vIdentity33, peers.coldIdentity33),
  );
  return crypto.hkdfSha256(secret32, new Uint8Array(0), who, 32);
}

/**
 * The channel that two identities have by being paired. It carries OPEN and is the base of what OPEN makes; nothing
 * else.
 */
export function pairChannel(account: number, pairKey32: Uint8Array): Channel {
  return {
    id: account,
    made: MADE_BY_BOTH,
    key32: pairKey32,
    own32: pairKey32,
    other32: pairKey32,
    sendSeq: 0,
    recvSeq: 0,
    recvSeen: 0,
  };
}

/**
 * The Double Ratchet's KDF_RK: the channel that comes after `base` (its key32 is asked for) by an exchange. Wipes the
 * exchange's secrets.
 */
export function nextChannel(
  crypto: ProtocolCrypto,
  base: { key32: Uint8Array },
  exchange: Pick<AcceptWork, 'id' | 'made' | 'own32' | 'other32' | 'fresh' | 'secrets'>,
): Channel {
  const root = channelKey(crypto, base, 'root', 32);
  const key = crypto.hkdfSha256(
    exchange.secrets,
    root,
    joinBytes(joinBytes(bytesOfText('chaincloud channel'), u32Bytes(exchange.id)), exchange.fresh),
    32,
  );
  wipeBytes(root);
  wipeBytes(exchange.secrets);
  return {
    id: exchange.id,
    made: exchange.made,
    key32: key,
    own32: exchange.own32,
    other32: exchange.other32,
    sendSeq: 0,
    recvSeq: 0,
    recvSeen: 0,
  };
}

/**
 * HSM-Cold's rules 2 to 4 of SPEC.md 7.5 on an OPEN or RENEW that opened under `base`. next: made and not used yet;
 * vCounter: highest of an OPEN that was accepted.
 */
export function acceptVerdict(
  op: number,
  fields: CborValue[],
  base: Channel,
  next: Channel | undefined,
  vCounter: number,
): number {
  const isOpen = op === SMS_OPEN;
  const fresh = fields[fields.length - 1];
  const isVs = isOpen || base.made !== MADE_BY_V;
  if (
    fields.length !== (isOpen ? 2 : isVs ? 1 : 0) ||
    (isVs && !(fresh instanceof Uint8Array && fresh.length === CHANNEL_KEY_BYTES))
  )
    return ACCEPT_NOT;
  if (next && (isVs ? equalBytes(fresh as Uint8Array, next.other32) : next.made === MADE_BY_COLD)) return ACCEPT_AGAIN;
  return (isOpen ? (fields[0] as number) > vCounter : !next || next.made !== MADE_BY_BOTH) ? ACCEPT_NEW : ACCEPT_NOT;
}

/**
 * HSM-Cold: the work on a sound OPEN (`open` given, `base` the pairing channel) or RENEW (`base` the current one).
 * vFresh32: V's new key, empty when it is HSM-Cold's turn. `id`: never used before.
 */
export function acceptBegin(base: Channel, id: number, vFresh32: Uint8Array, open: AcceptWork['open']): AcceptWork {
  const isVs = vFresh32.length > 0;
  return {
    base32: cutBytes(base.key32, 0, 32),
    id: id,
    made: open ? MADE_BY_BOTH : isVs ? MADE_BY_V : MADE_BY_COLD,
    own32: isVs && !open ? cutBytes(base.own32, 0, 32) : new Uint8Array(0),
    other32: cutBytes(isVs ? vFresh32 : base.other32, 0, 32),
    fresh: vFresh32,
    secrets: new Uint8Array(0),
    open: open,
  };
}

/** The next secret of an exchange, or undefined while its multiplication needs another step. */
function stepShared(crypto: ProtocolCrypto, work: AcceptWork): Uint8Array | undefined {
  const open = work.open;
  const step = work.secrets.length;
  if (!work.shared) {
    const pub = open && !step ? open.v33 : work.other32;
    const priv32 = open && step === 32 ? open.priv32 : work.own32;
    if (!crypto.ecdhStart) return sharedSecret(crypto, pub, priv32);
    work.shared = crypto.ecdhStart(pub.length === 32 ? pointOf(pub) : pub, priv32);
    return undefined;
  }
  const point = crypto.ecdhStep!(work.shared);
  if (!point) return undefined;
  work.shared = undefined;
  return secretOf(crypto, point);
}

/**
 * Does the next step, so that the board serves its lines in between: at most one point multiplication, a part of one
 * where `crypto` has steps. True when `work.channel` is there. Throws what `ecdh` throws: then forget the work. Secrets
 * in order: se, es, ee of an OPEN; ee of a RENEW.
 */
export function acceptStep(crypto: ProtocolCrypto, work: AcceptWork): boolean {
  if (!work.own32.length) {
    work.own32 = crypto.random(32);
    work.fresh = joinBytes(work.fresh, crypto.pubkeyCreate(work.own32).subarray(1));
    return false;
  }
  const secret = stepShared(crypto, work);
  if (!secret) return false;
  const isWhole = !work.open || work.secrets.length === 64;
  const secrets = joinBytes(work.secrets, secret);
  wipeBytes(secret);
  wipeBytes(work.secrets);
  work.secrets = secrets;
  if (!isWhole) return false;
  work.channel = nextChannel(crypto, { key32: work.base32 }, work);
  if (work.made !== MADE_BY_V)
    work.channel.said32 = cutBytes(work.fresh, work.fresh.length - CHANNEL_KEY_BYTES, work.fresh.length);
  return true;
}

/** Overwrites the keys of a channel that is dead. */
export function wipeChannel(channel: Channel): void {
  wipeBytes(channel.key32);
  wipeBytes(channel.own32);
  if (channel.toV64) wipeBytes(channel.toV64);
}

/** Overwrites what an exchange had in hand, and the channel that it made unless that is kept. */
export function endAccept(work: AcceptWork, isKept: boolean): void {
  wipeBytes(work.base32);
  wipeBytes(work.secrets);
  if (work.shared) work.shared.secret.fill(0);
  if (work.open) wipeBytes(work.open.priv32);
  if (!isKept) wipeBytes(work.own32);
  if (!isKept && work.channel) wipeChannel(work.channel);
}
