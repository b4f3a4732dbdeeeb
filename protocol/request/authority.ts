/**
 * What V authenticates (send authority), what HSM-Cold authenticates (batch digest, proof, attestation) and the code by
 * which people compare the two identities. Spec: SPEC.md 8. Leaves the signature itself to the holder of the key.
 */
import { bytesOfText, cutBytes, joinBytes, putU32 } from '../bytes';
import { aBytes } from '../cbor/checks';
import { cborEncode } from '../cbor/encode';
import type { CborValue } from '../cbor/types';
import { ProtocolCrypto } from '../crypto';
import { fail } from '../errors';
import { AUTHORITY_V1_BYTES, AUTHORITY_V2_BYTES, BATCH_SIZE, PROOF_BYTES, PROTO_V1 } from '../wire';

const HEX = '0123456789abcdef';

/** Checks the octets of a request's authority: their number follows from proto. Throws `bad-request`. */
export function anAuthority(proto: number, value: CborValue): Uint8Array {
  const count = proto === PROTO_V1 ? AUTHORITY_V1_BYTES : AUTHORITY_V2_BYTES;
  return aBytes('authority', value, count, count);
}

/** Takes the bytes of a running hash: a streaming SHA-256 on the device, any on the host. */
export interface HashSink {
  update(bytes: Uint8Array): void;
}

/** What V's authority covers, beside the content (sendContent). */
export interface AuthorisedRequest {
  network: string;
  account: number;
  channelId: number;
  userTxNo: string;
  maxFeeSats: number;
}

/** Which batch of addresses. */
export interface BatchName {
  network: string;
  account: number;
  side: number;
  batchNo: number;
}

/** SHA256(outs || dynamic u8): 32 bytes that stand for what a request pays. A device hashes the text as it comes. */
export function sendContent(crypto: ProtocolCrypto, outs: string, dynamic: number): Uint8Array {
  return crypto.sha256(joinBytes(bytesOfText(outs), new Uint8Array([dynamic])));
}

/**
 * HMAC-SHA256(the channel's "request" key, CBOR ["ccv3-send", network, account, channel_id, user_tx_no, content,
 * max_fee_sats]): 32 bytes. content32: sendContent().
 */
export function sendAuthority(
  crypto: ProtocolCrypto,
  keyRequest32: Uint8Array,
  request: AuthorisedRequest,
  content32: Uint8Array,
): Uint8Array {
  const { network, account, channelId, userTxNo, maxFeeSats } = request;
  return crypto.hmacSha256(
    keyRequest32,
    cborEncode(['ccv3-send', network, account, channelId, userTxNo, content32, maxFeeSats]),
  );
}

/** Head of a batch digest; the 1,000 addresses follow, then the sink's SHA-256 is the digest. */
export function batchDigestHead(sink: HashSink, network: string, account: number, side: number, batchNo: number): void {
  sink.update(bytesOfText('chaincloud batch v2\n' + network + '\n' + account + '\n' + side + '\n' + batchNo + '\n'));
}

/** The address at `position` (0..999, in order). */
export function batchDigestAddress(sink: HashSink, position: number, address: string): void {
  sink.update(bytesOfText(position + ',' + address + ':'));
}

/**
 * The whole digest at once, 32 bytes: for the host, it holds 40 kB. Throws `bad-batch` unless there are 1,000
 * addresses.
 */
export function batchDigest(crypto: ProtocolCrypto, batch: BatchName, addresses: string[]): Uint8Array {
  if (addresses.length !== BATCH_SIZE) throw fail('bad-batch', BATCH_SIZE + ' addresses');
  let all = new Uint8Array(0);
  const sink = {
    update: function (bytes: Uint8Array): void {
      all = joinBytes(all, bytes) as Uint8Array<ArrayBuffer>;
    },
  };
  batchDigestHead(sink, batch.network, batch.account, batch.side, batch.batchNo);
  let text = '';
  for (let i = 0; i < addresses.length; i++) text += i + ',' + addresses[i] + ':';
  sink.update(bytesOfText(text));
  return crypto.sha256(all);
}

/** HMAC-SHA256(the channel's "proof" key, "batch" || side u8 || batch_no u32 || digest32), its first 16 bytes. */
export function batchProof(
  crypto: ProtocolCrypto,
  keyProof32: Uint8Array,
  side: number,
  batchNo: number,
  digest32: Uint8Array,
): Uint8Array {
  const input = new Uint8Array(42);
  input.set(bytesOfText('batch'), 0);
  input[5] = side;
  putU32(input, 6, batchNo);
  input.set(digest32, 10);
  return cutBytes(crypto.hmacSha256(keyProof32, input), 0, PROOF_BYTES);
}

/** SHA256(SHA256("chaincloud attestation v2\n" || digest32)): what HSM-Cold's identity key signs. */
export function attestationHash(crypto: ProtocolCrypto, digest32: Uint8Array): Uint8Array {
  return crypto.sha256(crypto.sha256(joinBytes(bytesOfText('chaincloud attestation v2\n'), digest32)));
}

/**
 * First 10 hex digits of SHA256("chaincloud pairing" || cold33 || v33), as xxxxx-xxxxx: both ends show it, people
 * compare.
 */
export function pairingCode(crypto: ProtocolCrypto, coldIdentity33: Uint8Array, vIdentity33: Uint8Array): string {
  const digest = crypto.sha256(joinBytes(bytesOfText('chaincloud pairing'), joinBytes(coldIdentity33, vIdentity33)));
  let code = '';
  for (let i = 0; i < 10; i++) code += (i === 5 ? '-' : '') + HEX.charAt((digest[i >> 1] >> (i & 1 ? 0 : 4)) & 15);
  return code;
}
