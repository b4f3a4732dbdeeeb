/**
 * V's side of making a channel: OPEN between identities, RENEW from a channel that both have, and what comes of the
 * ACCEPT.
 * Spec: SPEC.md 7. Host only. Leaves to others: HSM-Cold's side (channel.ts), when to ask and which channel is current
 * (7.5).
 */
import { joinBytes, wipeBytes } from '../bytes';
import { cborDecodeSequence } from '../cbor/decode';
import { Channel, MADE_BY_BOTH, MADE_BY_COLD, MADE_BY_V, channelKey, nextChannel, sharedSecret } from './channel';
import { ProtocolCrypto } from '../crypto';
import { fail } from '../errors';
import { openSms, sealSms } from '../sms/v2';
import {
  CHANNEL_ID_MAX,
  CHANNEL_KEY_BYTES,
  SMS_ACCEPT,
  SMS_HEADER_BYTES,
  SMS_OPEN,
  SMS_RENEW,
  SMS_TAG_BYTES,
  U32_MAX,
} from '../wire';

/** V between its question and the ACCEPT: plain data. Secret: own32. */
export interface Pending {
  made: number;
  /** Of an OPEN: V's counter; else 0. */
  counter: number;
  /** Of a RENEW: the channel that it renews; else 0. */
  baseId: number;
  /** V's ratchet key of the channel to be: fresh, or the base's when it is HSM-Cold's turn. */
  own32: Uint8Array;
  /** Its public half, x, when fresh; else empty. */
  fresh32: Uint8Array;
}

function pendingWith(crypto: ProtocolCrypto, made: number, counter: number, baseId: number): Pending {
  const own32 = crypto.random(32);
  return { made, counter, baseId, own32, fresh32: crypto.pubkeyCreate(own32).slice(1) };
}

/**
 * `counter` (1..2^32−1) must be higher than any before on this account: keep it before sending. Throws `bad-counter`.
 */
export function beginOpen(crypto: ProtocolCrypto, counter: number): Pending {
  if (!(counter >= 1 && counter <= U32_MAX) || Math.floor(counter) !== counter)
    throw fail('bad-counter', '1..' + U32_MAX);
  return pendingWith(crypto, MADE_BY_BOTH, counter, 0);
}

/** One for each base channel: keep it, with its key, before sending, and until it is finished or given up. */
export function beginRenew(crypto: ProtocolCrypto, base: Channel): Pending {
  if (base.made !== MADE_BY_V) return pendingWith(crypto, MADE_BY_V, 0, base.id);
  return {
    made: MADE_BY_COLD,
    counter: 0,
    baseId: base.id,
    own32: Uint8Array.from(base.own32),
    fresh32: new Uint8Array(0),
  };
}

/**
 * The SMS of a pending exchange. `base`: the pairing channel of an OPEN, whose SMS is always the same; the renewed
 * channel of a RENEW, which counts it.
 */
export function pendingSms(crypto: ProtocolCrypto, base: Channel, pending: Pending): Uint8Array {
  if (pending.made === MADE_BY_BOTH)
    return sealSms(crypto, { ...base, sendSeq: 0 }, 'to-cold', SMS_OPEN, [pending.counter, pending.fresh32]);
  return sealSms(crypto, base, 'to-cold', SMS_RENEW, pending.fresh32.length ? [pending.fresh32] : []);
}

/** What V holds for an account: its own identity key, secret, and HSM-Cold's public one. */
export interface VIdentities {
  priv32: Uint8Array;
  coldIdentity33: Uint8Array;
}

/**
 * The channel that an ACCEPT of `pending` makes. `base` as in pendingSms. Throws `channel-forged`, also for the ACCEPT
 * of another exchange.
 */
export function finishPending(
  crypto: ProtocolCrypto,
  identities: VIdentities,
  base: Channel,
  pending: Pending,
  sms: Uint8Array,
): Channel {
  try {
    const isOpen = pending.made === MADE_BY_BOTH;
    const fields = cborDecodeSequence(sms.subarray(SMS_HEADER_BYTES, sms.length - SMS_TAG_BYTES), 2);
    const id = fields[0] as number;
    const other = fields.length > 1 ? (fields[1] as Uint8Array) : base.other32;
    if (
      sms[0] !== SMS_ACCEPT ||
      !(id >= 1 && id <= CHANNEL_ID_MAX) ||
      Math.floor(id) !== id ||
      fields.length !== (pending.made === MADE_BY_V ? 1 : 2)
    )
      throw forged();
    if (!(other instanceof Uint8Array) || other.length !== CHANNEL_KEY_BYTES) throw forged();
    const ee = sharedSecret(crypto, other, pending.own32);
    const secrets = isOpen
      ? joinBytes(
          joinBytes(
            sharedSecret(crypto, other, identities.priv32),
            sharedSecret(crypto, identities.coldIdentity33, pending.own32),
          ),
          ee,
        )
      : ee;
    const fresh = fields.length > 1 ? joinBytes(pending.fresh32, other) : pending.fresh32;
    const channel = nextChannel(crypto, base, {
      id,
      made: pending.made,
      own32: Uint8Array.from(pending.own32),
      other32: Uint8Array.from(other),
      fresh,
      secrets,
    });
    openSms(crypto, channel, 'to-v', sms);
    return channel;
  } catch {
    throw forged();
  }
}

/**
 * What is left of a channel that was replaced: enough to read what HSM-Cold sealed before it heard of the new one. The
 * rest is wiped.
 */
export function receiveOnly(crypto: ProtocolCrypto, channel: Channel): Channel {
  const toV64 = channelKey(crypto, channel, 'to v', 64);
  wipeBytes(channel.key32);
  wipeBytes(channel.own32);
  const none = new Uint8Array(0);
  return { ...channel, key32: none, own32: none, other32: none, toV64 };
}

/** Overwrites what an exchange that is over has left. */
export function wipePending(pending: Pending): void {
  wipeBytes(pending.own32);
}

function forged(): Error {
  return fail('channel-forged', 'not made by the other end for this account, or out of date');
}
