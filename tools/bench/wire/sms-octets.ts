/**
 * Octets of user data (with its header) that each operation puts on the SMS network, v2 against v1, from real messages.
 * SPEC.md 6.4 has the table; test/protocol/wire.test.ts compares it with these figures.
 */
import {
  batchAnswerFields,
  batchVerifyFields,
  noticeFields,
  alarmFields,
  statusAnswerFields,
  sealSms,
} from '../../../protocol/sms/v2';
import {
  v1FormatAccept,
  v1FormatAddresses,
  v1FormatChannelOk,
  v1FormatOpen,
  v1FormatVerify,
} from '../../../protocol/sms/v1';
import { protocolCrypto } from '../../../host/kit/protocol-crypto';
import { ColdModel, identities, VModel } from './channel-ends';
import { seeded, seededBytes } from './line';
import {
  ACCOUNT_CLOSED,
  ALARM_FORGERY,
  BATCH_OK,
  DEVICE_UNLOCKED,
  SIDE_HOT,
  SMS_ALARM,
  SMS_BATCH_ANSWER,
  SMS_BATCH_VERIFY,
  SMS_NOTICE,
  SMS_STATUS,
  SMS_STATUS_ANSWER,
  SMS_UDH_BYTES,
} from '../../../protocol/wire';

export interface OperationOctets {
  name: string;
  /** Octets of each SMS, user data header included. */
  v2: number[];
  /** Octets of each SMS of the text protocol (septets packed); none where it has no such operation. */
  v1: number[];
}

/** Octets of a GSM-7 text without a header. */
function packed(text: string): number {
  return Math.ceil((text.length * 7) / 8);
}

export function operationOctets(): OperationOctets[] {
  const crypto = protocolCrypto(seededBytes(seeded(1)));
  const ids = identities(crypto);
  const digest = (): Uint8Array => new Uint8Array(32);
  const v = new VModel(crypto, ids, digest);
  const cold = new ColdModel(crypto, ids, digest);
  const [first, vTurn, coldTurn] = [1_790_000_000, 0, 0].map((counter) => {
    v.counter = counter || v.counter;
    const ask = v.ask();
    const accept = cold.answer(ask)!;
    v.hear(accept);
    return [ask, accept].map((sms) => SMS_UDH_BYTES + sms.length);
  });
  cold.answer(v.verify(SIDE_HOT, 0));
  const channel = { ...cold.current!, sendSeq: 0 };
  const toV = (op: number, fields: (number | Uint8Array)[]): number =>
    SMS_UDH_BYTES + sealSms(crypto, channel, 'to-v', op, fields).length;
  const toCold = (op: number, fields: number[]): number =>
    SMS_UDH_BYTES + sealSms(crypto, channel, 'to-cold', op, fields).length;
  const unixSeconds = 1_790_000_000;
  const key = '02' + 'A'.repeat(64);
  const signature = 'H' + 'A'.repeat(86) + '=';
  const v1Channel = [
    packed(v1FormatOpen({ qh: key, hId: 1 })),
    packed(v1FormatAccept({ qc: key, cId: 1, hId: 1 })),
    packed(v1FormatChannelOk(1)),
  ];
  const batch = { side: SIDE_HOT, batchNo: 0 };
  return [
    { name: 'daily channel, V’s turn', v2: vTurn, v1: v1Channel },
    { name: 'daily channel, HSM-Cold’s turn', v2: coldTurn, v1: v1Channel },
    { name: 'first channel, or after a loss', v2: first, v1: v1Channel },
    {
      name: 'batch attestation',
      v2: [
        toCold(SMS_BATCH_VERIFY, batchVerifyFields(batch) as number[]),
        toV(
          SMS_BATCH_ANSWER,
          batchAnswerFields({ ...batch, status: BATCH_OK, seconds: 0, proof: new Uint8Array(16) }) as (
            number | Uint8Array
          )[],
        ),
      ],
      v1: [
        packed(v1FormatVerify({ ...batch, coin: 'BTC' })),
        packed(v1FormatAddresses({ ...batch, signature, cId: 1, coin: 'BTC' })),
      ],
    },
    {
      name: 'status',
      v2: [
        toCold(SMS_STATUS, []),
        toV(
          SMS_STATUS_ANSWER,
          statusAnswerFields({
            deviceState: DEVICE_UNLOCKED,
            accountState: 1,
            unixSeconds: unixSeconds,
            batchesHot: 3,
            batchesCold: 3,
          }) as number[],
        ),
      ],
      v1: [],
    },
    {
      name: 'alarm',
      v2: [
        toV(
          SMS_ALARM,
          alarmFields({ code: ALARM_FORGERY, accountState: ACCOUNT_CLOSED, unixSeconds: unixSeconds }) as number[],
        ),
      ],
      v1: [],
    },
    {
      name: 'policy notice',
      v2: [
        toV(
          SMS_NOTICE,
          noticeFields({
            noticeNo: 1,
            maxPerTxSats: 100_000_000,
            maxPerDaySats: 1_000_000_000,
            policyDigest8: new Uint8Array(8),
          }) as (number | Uint8Array)[],
        ),
      ],
      v1: [],
    },
  ];
}

export function sum(numbers: number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}
