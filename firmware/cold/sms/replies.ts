/**
 * Replies to V's BATCH_VERIFY and STATUS, sealed under its channel. The number that a reply takes is durable before it
 * is sent. Spec: SPEC.md 6.
 */
import { wipe } from '../../crypto/index';
import type { Cold } from '../cold';
import { isClosed, type Account } from '../state/state';
import { post } from '../alarms/notices';
import type { CborValue } from '../../../protocol/cbor/types';
import { openOf, saveChannels } from '../state/channels';
import { batchDigestOf, countBatches } from '../batches/cache';
import { wantBatch, secondsToBatch } from '../batches/queue';
import { batchKey } from '../batches/batch';
import { channelKey } from '../../../protocol/channel/channel';
import {
  BATCH_OK,
  BATCH_DERIVING,
  SMS_BATCH_ANSWER,
  SMS_STATUS_ANSWER,
  SIDE_HOT,
  SIDE_COLD,
} from '../../../protocol/wire';
import { sealSms } from '../../../protocol/sms/v2';
import { nowSeconds } from '../state/store';
import { modemInUse } from '../../modem/failover';
import { modemRadio } from '../../modem/modem';
import {
  aBatchVerify,
  batchAnswerFields,
  statusAnswerFields,
  type BatchVerify,
} from '../../../protocol/sms/operations';
import { batchProof } from '../../../protocol/request/authority';

/** Counts an SMS that does not hold; its sender hears nothing. */
export function ignore(cold: Cold, ack: () => void): void {
  cold.counters.ignoredSms++;
  ack();
}

/** Sends to V's phone. A reply is not kept over a restart: V asks again. */
export function sendUnkept(cold: Cold, account: Account, bytes: Uint8Array): void {
  if (account.vPhones.length) post(cold, account.vPhones[0], bytes, false);
}

/** The proof of a batch; digest: the batch's. */
function proofOf(cold: Cold, account: Account, m: BatchVerify, digest: Uint8Array): Uint8Array {
  const key = channelKey(cold.crypto, openOf(cold, account).channel!, 'proof', 32);
  const proof = batchProof(cold.crypto, key, m.side, m.batchNo, digest);
  wipe(key);
  return proof;
}

/** What V gets to know of a batch; digest: the batch's, undefined while it is not derived. */
function batchAnswer(cold: Cold, account: Account, m: BatchVerify, digest: Uint8Array | undefined): CborValue[] {
  const seconds = digest ? 0 : secondsToBatch(cold, account.n, m.side, m.batchNo);
  const status = digest ? BATCH_OK : BATCH_DERIVING;
  const proof = digest && proofOf(cold, account, m, digest);
  return batchAnswerFields({ side: m.side, batchNo: m.batchNo, status: status, seconds: seconds, proof: proof });
}

/** BATCH_VERIFY: the proof of a batch, or how long it will take to derive. */
export function replyBatch(cold: Cold, account: Account, fields: CborValue[]): void {
  const m = aBatchVerify(fields);
  const digest = batchDigestOf(cold, account.n, m.side, m.batchNo);
  if (!digest) wantBatch(cold, batchKey(account.n, m.side, m.batchNo), true);
  sendReply(cold, account, SMS_BATCH_ANSWER, batchAnswer(cold, account, m, digest));
  if (digest) wantBatch(cold, batchKey(account.n, m.side, m.batchNo + 1), false);
}

/** Seals, counts the number as used on flash, then sends. fields: of the operation `op`. */
function sendReply(cold: Cold, account: Account, op: number, fields: CborValue[]): void {
  const sms = sealSms(cold.crypto, openOf(cold, account).channel!, 'to-v', op, fields);
  saveChannels(cold, account);
  sendUnkept(cold, account, sms);
}

/** STATUS: board, account and batches. */
export function replyStatus(cold: Cold, account: Account): void {
  sendReply(
    cold,
    account,
    SMS_STATUS_ANSWER,
    statusAnswerFields({
      deviceState: 3,
      accountState: isClosed(cold.state, account.n) ? 2 : 1,
      unixSeconds: nowSeconds(cold),
      batchesHot: countBatches(cold, account.n, SIDE_HOT),
      batchesCold: countBatches(cold, account.n, SIDE_COLD),
      radio: modemRadio(cold.modem!.list[modemInUse(cold.modem!)]),
    }),
  );
}
