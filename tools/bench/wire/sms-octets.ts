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
  RADIO_LTE,
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

const UNIX_SECONDS = 1_790_000_000;
const BATCH = { side: SIDE_HOT, batchNo: 0 } as const;

type Fields = (number | Uint8Array)[];

/** Octets of a sealed message's SMS. */
type OctetsOf = (direction: 'to-v' | 'to-cold', op: number, fields: unknown[]) => number;

/** The SMS of opening a channel: the first one, then by V's turn, then by HSM-Cold's. */
function channelOctets(v: VModel, cold: ColdModel): number[][] {
  return [UNIX_SECONDS, 0, 0].map((counter) => {
    v.counter = counter || v.counter;
    const ask = v.ask();
    const accept = cold.answer(ask)!;
    v.hear(accept);
    return [ask, accept].map((sms) => SMS_UDH_BYTES + sms.length);
  });
}

/** The same in the text protocol. */
function v1ChannelOctets(): number[] {
  const key = '02' + 'A'.repeat(64);
  return [
    packed(v1FormatOpen({ qh: key, hId: 1 })),
    packed(v1FormatAccept({ qc: key, cId: 1, hId: 1 })),
    packed(v1FormatChannelOk(1)),
  ];
}

function attestationOctets(octets: OctetsOf): OperationOctets {
  const signature = 'H' + 'A'.repeat(86) + '=';
  const answer = { ...BATCH, status: BATCH_OK, seconds: 0, proof: new Uint8Array(16) };
  return {
    name: 'batch attestation',
    v2: [
      octets('to-cold', SMS_BATCH_VERIFY, batchVerifyFields(BATCH)),
      octets('to-v', SMS_BATCH_ANSWER, batchAnswerFields(answer)),
    ],
    v1: [
      packed(v1FormatVerify({ ...BATCH, coin: 'BTC' })),
      packed(v1FormatAddresses({ ...BATCH, signature, cId: 1, coin: 'BTC' })),
    ],
  };
}

/** What v2 alone has. */
function newOperations(octets: OctetsOf): OperationOctets[] {
  const status = statusAnswerFields({
    deviceState: DEVICE_UNLOCKED,
    accountState: 1,
    unixSeconds: UNIX_SECONDS,
    batchesHot: 3,
    batchesCold: 3,
    radio: RADIO_LTE,
  });
  const alarm = alarmFields({ code: ALARM_FORGERY, accountState: ACCOUNT_CLOSED, unixSeconds: UNIX_SECONDS });
  const notice = noticeFields({
    noticeNo: 1,
    maxPerTxSats: 100_000_000,
    maxPerDaySats: 1_000_000_000,
    policyDigest8: new Uint8Array(8),
  });
  return [
    { name: 'status', v2: [octets('to-cold', SMS_STATUS, []), octets('to-v', SMS_STATUS_ANSWER, status)], v1: [] },
    { name: 'alarm', v2: [octets('to-v', SMS_ALARM, alarm)], v1: [] },
    { name: 'policy notice', v2: [octets('to-v', SMS_NOTICE, notice)], v1: [] },
  ];
}

export function operationOctets(): OperationOctets[] {
  const crypto = protocolCrypto(seededBytes(seeded(1)));
  const ids = identities(crypto);
  const digest = (): Uint8Array => new Uint8Array(32);
  const v = new VModel(crypto, ids, digest);
  const cold = new ColdModel(crypto, ids, digest);
  const [first, vTurn, coldTurn] = channelOctets(v, cold);
  cold.answer(v.verify(SIDE_HOT, 0));
  const channel = { ...cold.current!, sendSeq: 0 };
  const octets: OctetsOf = (direction, op, fields) =>
    SMS_UDH_BYTES + sealSms(crypto, channel, direction, op, fields as Fields).length;
  const v1 = v1ChannelOctets();
  return [
    { name: 'daily channel, V’s turn', v2: vTurn, v1 },
    { name: 'daily channel, HSM-Cold’s turn', v2: coldTurn, v1 },
    { name: 'first channel, or after a loss', v2: first, v1 },
    attestationOctets(octets),
    ...newOperations(octets),
  ];
}

export function sum(numbers: number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}
