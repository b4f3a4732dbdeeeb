/**
 * The operations of binary SMS, in the order of their numbers. To add one: declare it here, run `npm run generate`,
 * write what both ends do with it, and the tests. Spec: SPEC.md 6.2, 6.3 and 7.2.
 */
import { accountState, batchNo, bytes, field, side, unixSeconds, whole, type Field } from './fields';

export interface SmsOperation {
  /** `batch-verify` makes SMS_BATCH_VERIFY, aBatchVerify and batchVerifyFields. */
  name: string;
  /** First octet: SMS_VERSION in its high half. */
  value: number;
  to: 'cold' | 'v';
  /** A sentence for SPEC.md. */
  meaning: string;
  fields: Field[];
  /** It makes a channel: channel.ts makes and checks the fields. Under what, and the fields in the words of SPEC.md. */
  channel?: { under: string; fields: string };
}

const channelKey = function (name: string): Field {
  return field(name, { kind: 'unchecked', cddl: 'channel-key' });
};

export const SMS_OPERATIONS: SmsOperation[] = [
  {
    name: 'open',
    value: 0x31,
    to: 'cold',
    meaning: 'Asks for a channel, under the pairing.',
    channel: { under: 'pairing channel, seq 1', fields: 'counter u32, v' },
    fields: [field('counter', { kind: 'unchecked', cddl: '1..U32_MAX' }), channelKey('channel_key')],
  },
  {
    name: 'accept',
    value: 0x32,
    to: 'v',
    meaning: 'Gives the new channel.',
    channel: { under: 'channel that is made, seq 1', fields: 'channel_id, and c unless it was the turn of V' },
    fields: [
      field('channel_id', { kind: 'unchecked', cddl: 'channel-id' }),
      field('channel_key', { kind: 'unchecked', cddl: '? channel-key' }),
    ],
  },
  {
    name: 'batch-verify',
    value: 0x33,
    to: 'cold',
    meaning: 'Asks for the proof of a batch of addresses.',
    fields: [side, batchNo],
  },
  {
    name: 'batch-answer',
    value: 0x34,
    to: 'v',
    meaning: 'Gives the proof, or says why there is none.',
    fields: [
      side,
      batchNo,
      field('status', whole('BATCH_OK', 'BATCH_REFUSED'), {
        doc: 'BATCH_OK with `proof`, BATCH_DERIVING with `seconds` to wait, BATCH_REFUSED with neither.',
      }),
      field('result', { kind: 'proof-or-seconds' }),
    ],
  },
  {
    name: 'status',
    value: 0x35,
    to: 'cold',
    meaning: 'Asks for the state of HSM-Cold and of the account.',
    fields: [],
  },
  {
    name: 'status-answer',
    value: 0x36,
    to: 'v',
    meaning: 'Gives the state of HSM-Cold and of the account.',
    fields: [
      field('device_state', whole('DEVICE_FACTORY', 'DEVICE_WIPED')),
      accountState,
      unixSeconds,
      field('batches_hot', whole(0, 'BATCH_NO_MAX + 1'), {
        doc: 'Batches 0..n−1 of the hot side whose digests are ready.',
      }),
      field('batches_cold', whole(0, 'BATCH_NO_MAX + 1')),
      field('radio', whole('RADIO_UNKNOWN', 'RADIO_CODE_MAX'), { doc: 'Radio technology that its SMS leave by.' }),
    ],
  },
  {
    name: 'alarm',
    value: 0x37,
    to: 'v',
    meaning: 'Reports what HSM-Cold refused or did.',
    fields: [field('code', whole('ALARM_FORGERY', 'ALARM_CODE_MAX')), accountState, unixSeconds],
  },
  {
    name: 'notice',
    value: 0x38,
    to: 'v',
    meaning: "Reports a change of the account's policy at the console of HSM-Cold. 0 satoshi: no such limit.",
    fields: [
      field('notice_no', whole(0, 'U32_MAX')),
      field('max_per_tx_sats', whole(0, 'AMOUNT_MAX_SATS')),
      field('max_per_day_sats', whole(0, 'AMOUNT_MAX_SATS')),
      field('policy_digest8', bytes('NOTICE_DIGEST_BYTES'), {
        doc: 'First 8 bytes of the SHA-256 of the policy as HSM-Cold keeps it.',
      }),
    ],
  },
  {
    name: 'renew',
    value: 0x39,
    to: 'cold',
    meaning: 'Asks for the next channel, under the one in use.',
    channel: { under: 'channel in use', fields: 'v, or nothing when it is the turn of HSM-Cold' },
    fields: [field('channel_key', { kind: 'unchecked', cddl: '? channel-key' })],
  },
];
