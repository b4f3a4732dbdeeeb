/** Signatures of what is signed and proved about requests and batches. */
import { ProtocolCrypto } from './crypto';

/** Takes bytes of a running hash (SHA-256 on the device, any on the host). */
export interface HashSink { update(bytes: Uint8Array): void }

/** HMAC(keyRequest, CBOR ["ccv2-send", network, account, channel_id, user_tx_no, outs, dynamic]): 32 bytes. */
export declare function sendAuthority(
  crypto: ProtocolCrypto, keyRequest32: Uint8Array, network: string, account: number, channelId: number, userTxNo: string, outs: string, dynamic: number,
): Uint8Array;
/** Same length and content, in time that depends on the length only. */
export declare function equalBytes(a: Uint8Array, b: Uint8Array): boolean;
/** Feeds the head of a batch digest; then batchDigestAddress for position 0..999 in order; the sink's digest is the batch digest. */
export declare function batchDigestHead(sink: HashSink, network: string, account: number, side: number, batchNo: number): void;
export declare function batchDigestAddress(sink: HashSink, position: number, address: string): void;
/** The whole digest at once (host: 40 kB of text). */
export declare function batchDigest(crypto: ProtocolCrypto, network: string, account: number, side: number, batchNo: number, addresses: string[]): Uint8Array;
/** proof16 = HMAC(keyToV, "batch" || side || batch_no || digest32)[0..16] */
export declare function batchProof(crypto: ProtocolCrypto, keyToV32: Uint8Array, side: number, batchNo: number, digest32: Uint8Array): Uint8Array;
/** SHA256(SHA256("chaincloud attestation v2\n" || digest32)): what HSM-Cold's identity key signs. */
export declare function attestationHash(crypto: ProtocolCrypto, digest32: Uint8Array): Uint8Array;
/** First 10 hex digits of SHA256("chaincloud pairing" || cold33 || v33), as xxxxx-xxxxx. */
export declare function pairingCode(crypto: ProtocolCrypto, coldIdentity33: Uint8Array, vIdentity33: Uint8Array): string;
