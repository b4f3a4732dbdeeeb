/**
 * The fields of the operations under a channel, in their order. Each `a*` checks every field and throws code
 * `bad-request`; each `*Fields` makes them. Spec: SPEC.md 6.3.
 */
import { CborValue } from '../cbor/types';
import { fail } from '../errors';
import { aBytes, aCount, aWhole } from '../link/messages';
import {
  ACCOUNT_CLOSED,
  ACCOUNT_OPEN,
  ALARM_CODE_MAX,
  ALARM_FORGERY,
  AMOUNT_MAX_SATS,
  BATCH_DERIVING,
  BATCH_NO_MAX,
  BATCH_OK,
  BATCH_REFUSED,
  BATCH_WAIT_MAX_S,
  DEVICE_FACTORY,
  DEVICE_WIPED,
  NOTICE_DIGEST_BYTES,
  PROOF_BYTES,
  SIDE_COLD,
  SIDE_HOT,
  U32_MAX,
} from '../wire';

export interface BatchVerify {
  side: number;
  batchNo: number;
}

export interface BatchAnswer {
  side: number;
  batchNo: number;
  /** BATCH_OK with `proof`, BATCH_DERIVING with `seconds` to wait, BATCH_REFUSED with neither. */
  status: number;
  seconds: number;
  /** 16 bytes. */
  proof?: Uint8Array;
}

export interface StatusAnswer {
  deviceState: number;
  accountState: number;
  /** Clock of HSM-Cold, 0 when not set. */
  unixSeconds: number;
  /** Batches 0..n−1 that are ready to be vouched for. */
  batchesHot: number;
  batchesCold: number;
}

export interface Alarm {
  code: number;
  accountState: number;
  unixSeconds: number;
}

/** The account's policy at HSM-Cold was changed at its console. 0 satoshi: no such limit. */
export interface Notice {
  noticeNo: number;
  maxPerTxSats: number;
  maxPerDaySats: number;
  /** First 8 bytes of the SHA-256 of the policy as HSM-Cold keeps it. */
  policyDigest8: Uint8Array;
}

function aSide(value: CborValue): number {
  return aWhole('side', value, SIDE_HOT, SIDE_COLD);
}

function aBatchNo(value: CborValue): number {
  return aWhole('batch_no', value, 0, BATCH_NO_MAX);
}

/** BATCH_VERIFY side, batch_no */
export function aBatchVerify(fields: CborValue[]): BatchVerify {
  aCount(fields, 2);
  return { side: aSide(fields[0]), batchNo: aBatchNo(fields[1]) };
}

export function batchVerifyFields(m: BatchVerify): CborValue[] {
  return [m.side, m.batchNo];
}

/** BATCH_ANSWER side, batch_no, status, proof16 | seconds | 0 */
export function aBatchAnswer(fields: CborValue[]): BatchAnswer {
  aCount(fields, 4);
  const status = aWhole('status', fields[2], BATCH_OK, BATCH_REFUSED);
  const answer: BatchAnswer = { side: aSide(fields[0]), batchNo: aBatchNo(fields[1]), status: status, seconds: 0 };
  if (status === BATCH_OK) answer.proof = aBytes('proof', fields[3], PROOF_BYTES, PROOF_BYTES);
  else answer.seconds = aWhole('seconds', fields[3], 0, status === BATCH_DERIVING ? BATCH_WAIT_MAX_S : 0);
  return answer;
}

/** Throws `bad-request` when status and proof do not go together. */
export function batchAnswerFields(m: BatchAnswer): CborValue[] {
  if ((m.status === BATCH_OK) !== (m.proof !== undefined))
    throw fail('bad-request', '"proof" expected exactly when all is well');
  return [m.side, m.batchNo, m.status, m.proof || (m.status === BATCH_DERIVING ? m.seconds : 0)];
}

/** STATUS_ANSWER device_state, account_state, unix_s, batches_hot, batches_cold */
export function aStatusAnswer(fields: CborValue[]): StatusAnswer {
  aCount(fields, 5);
  return {
    deviceState: aWhole('device_state', fields[0], DEVICE_FACTORY, DEVICE_WIPED),
    accountState: aWhole('account_state', fields[1], ACCOUNT_OPEN, ACCOUNT_CLOSED),
    unixSeconds: aWhole('unix_s', fields[2], 0, U32_MAX),
    batchesHot: aWhole('batches_hot', fields[3], 0, BATCH_NO_MAX + 1),
    batchesCold: aWhole('batches_cold', fields[4], 0, BATCH_NO_MAX + 1),
  };
}

export function statusAnswerFields(m: StatusAnswer): CborValue[] {
  return [m.deviceState, m.accountState, m.unixSeconds, m.batchesHot, m.batchesCold];
}

/** ALARM code, account_state, unix_s */
export function aAlarm(fields: CborValue[]): Alarm {
  aCount(fields, 3);
  return {
    code: aWhole('code', fields[0], ALARM_FORGERY, ALARM_CODE_MAX),
    accountState: aWhole('account_state', fields[1], ACCOUNT_OPEN, ACCOUNT_CLOSED),
    unixSeconds: aWhole('unix_s', fields[2], 0, U32_MAX),
  };
}

export function alarmFields(m: Alarm): CborValue[] {
  return [m.code, m.accountState, m.unixSeconds];
}

/** NOTICE notice_no, max_per_tx_sats, max_per_day_sats, policy_digest8 */
export function aNotice(fields: CborValue[]): Notice {
  aCount(fields, 4);
  return {
    noticeNo: aWhole('notice_no', fields[0], 0, U32_MAX),
    maxPerTxSats: aWhole('max_per_tx_sats', fields[1], 0, AMOUNT_MAX_SATS),
    maxPerDaySats: aWhole('max_per_day_sats', fields[2], 0, AMOUNT_MAX_SATS),
    policyDigest8: aBytes('policy_digest8', fields[3], NOTICE_DIGEST_BYTES, NOTICE_DIGEST_BYTES),
  };
}

export function noticeFields(m: Notice): CborValue[] {
  return [m.noticeNo, m.maxPerTxSats, m.maxPerDaySats, m.policyDigest8];
}
