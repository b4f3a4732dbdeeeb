/** Signatures of the daily channel (Noise KK). Everything in these records is plain data: keep it in a journal as it is. */
import { ProtocolCrypto } from './crypto';

/** Who talks to whom. `ssGate32` = gateKey(...), computed once at pairing and kept: it turns a forged OPEN away for one HMAC. Secret. */
export interface ChannelPeers {
  network: string;
  account: number;
  /** Compressed public keys pinned at pairing, 33 bytes each. */
  coldIdentity33: Uint8Array;
  vIdentity33: Uint8Array;
  ssGate32: Uint8Array;
}
/** Keys of one channel: secret. seqs are the last used (sent) and the highest accepted (received); seen is a bit map below it. */
export interface Channel {
  id: number; counter: number;
  keyRequest32: Uint8Array; keyToCold32: Uint8Array; keyToV32: Uint8Array;
  sendSeq: number; recvSeq: number; recvSeen: number;
}
/** V's side between OPEN and ACCEPT. `sms` may be sent again as it is. Secret: ephemeral32, ck32. */
export interface OpenPending { counter: number; ephemeral32: Uint8Array; ck32: Uint8Array; h32: Uint8Array; sms: Uint8Array }

/** ssGate32 of a pair: 32 bytes, secret. One ECDH. */
export declare function gateKey(crypto: ProtocolCrypto, ownPriv32: Uint8Array, otherPub33: Uint8Array): Uint8Array;
/** V: makes OPEN. `counter` must be higher than any before on this account. */
export declare function channelOpen(crypto: ProtocolCrypto, peers: ChannelPeers, vPriv32: Uint8Array, counter: number): OpenPending;
/** Cold: cheap look at an OPEN (one HMAC, no point arithmetic): its counter, or throws `channel-forged`. */
export declare function openCounter(crypto: ProtocolCrypto, peers: ChannelPeers, sms: Uint8Array): number;
/** Account number that an OPEN or ACCEPT names (unauthenticated). */
export declare function smsAccount(sms: Uint8Array): number;
/** Cold: work on one OPEN, one ECDH a step so that the board can serve its lines in between. */
export interface AcceptWork { step: number; counter: number; done?: { channel: Channel; sms: Uint8Array } }
export declare function acceptBegin(crypto: ProtocolCrypto, peers: ChannelPeers, sms: Uint8Array, channelId: number): AcceptWork;
/** Does the next step; true when `work.done` is there. */
export declare function acceptStep(crypto: ProtocolCrypto, peers: ChannelPeers, coldPriv32: Uint8Array, work: AcceptWork): boolean;
/** V: takes ACCEPT; throws `channel-forged` (also for an ACCEPT of an older OPEN). */
export declare function channelFinish(crypto: ProtocolCrypto, peers: ChannelPeers, vPriv32: Uint8Array, pending: OpenPending, sms: Uint8Array): Channel;
/** Overwrites the keys. */
export declare function wipeChannel(channel: Channel): void;
