/**
 * The messages of the serial links, in the order of their numbers. To add one: declare it here, run `npm run generate`,
 * write HSM-Cold's handler and its test. Spec: SPEC.md 5.2.
 */
import { PING_OUTS } from '../request/outs';
import {
  account,
  authority,
  batchNo,
  bytes,
  channelId,
  dynamic,
  field,
  inputCount,
  inputNo,
  maxFeeSats,
  proto,
  side,
  text,
  userTxNo,
  whole,
  type Field,
} from './fields';

export interface LinkMessage {
  /** `sign-begin` makes MSG_SIGN_BEGIN, aSignBegin and signBeginFields. */
  name: string;
  value: number;
  /** A sentence for SPEC.md and for the docstring of the validator. */
  meaning: string;
  /** Who may send it: the gateway to HSM-Hot, which relays what is for HSM-Cold; HSM-Hot of its own accord. */
  from: ('gateway' | 'HSM-Hot')[];
  to: 'HSM-Hot' | 'HSM-Cold';
  /** What HSM-Cold needs to act on it. HSM-Hot holds back what is part of a signing and not the next of it. */
  needs: ('unlocked' | 'account' | 'authority' | 'signing')[];
  /** How many HSM-Hot relays in a minute. Absent: the signing that it is part of is the limit. */
  rate?: { aMinute: number; of: 'account' | 'all' };
  /** Changes nothing: a repetition does the work again. Otherwise it gets the remembered reply. */
  isRead: boolean;
  fields: Field[];
  /** Empty: the reply is a bare acknowledgement. */
  reply: Field[];
  /** The host checks the reply's fields: a validator `a…Reply` is made. */
  isReplyChecked?: boolean;
}

function shown(name: string, cddl: string): Field {
  return field(name, { kind: 'unchecked', cddl: cddl });
}

export const LINK_MESSAGES: LinkMessage[] = [
  {
    name: 'info',
    value: 2,
    meaning: 'Asks which image HSM-Hot runs.',
    from: ['gateway'],
    to: 'HSM-Hot',
    needs: [],
    isRead: true,
    fields: [],
    reply: [
      shown('role', '"hsm-hot"'),
      shown('board', 'text'),
      shown('commit', 'text'),
      shown('interpreter', 'text'),
      shown('link_version', 'uint'),
    ],
  },
  {
    name: 'status',
    value: 3,
    meaning: 'Asks for the state and the counters of HSM-Hot.',
    from: ['gateway'],
    to: 'HSM-Hot',
    needs: [],
    isRead: true,
    fields: [],
    reply: [
      shown('is_paired', '0 / 1'),
      shown('is_up', '0 / 1'),
      shown('relaying', 'uint'),
      shown('uptime_s', 'uint'),
      shown('starts', 'uint'),
      shown('relayed', 'uint'),
      shown('malformed', 'uint'),
      shown('limited', 'uint'),
      shown('unreachable', 'uint'),
    ],
  },
  {
    name: 'cold-status',
    value: 4,
    meaning: 'Asks for state, accounts and counts of HSM-Cold; signed, refused and ignored_sms are since its start.',
    from: ['gateway', 'HSM-Hot'],
    to: 'HSM-Cold',
    needs: [],
    rate: { aMinute: 60, of: 'all' },
    isRead: true,
    fields: [],
    reply: [
      shown('device_state', 'DEVICE_FACTORY..DEVICE_WIPED'),
      shown('unix_s', 'u32'),
      shown('board', 'text'),
      shown('commit', 'text'),
      shown('link_version', 'uint'),
      shown('accounts', '[* [account, account-state, channel-id / 0]]'),
      shown('payments', 'u32'),
      shown('room', 'uint'),
      shown('signed', 'uint'),
      shown('refused', 'uint'),
      shown('ignored_sms', 'uint'),
      shown('queued_sms', 'uint'),
    ],
  },
  {
    name: 'ping',
    value: 5,
    meaning: 'Checks that an authority of V verifies, and does nothing else.',
    from: ['gateway'],
    to: 'HSM-Cold',
    needs: ['unlocked', 'account', 'authority'],
    rate: { aMinute: 10, of: 'account' },
    isRead: false,
    fields: [
      account,
      proto,
      channelId,
      userTxNo,
      field('outs', { kind: 'literal', text: PING_OUTS }),
      dynamic,
      maxFeeSats,
      authority,
    ],
    reply: [],
  },
  {
    name: 'sign-begin',
    value: 6,
    meaning: 'Begins a signing. Its fields, the inputs and the outs alone determine the transaction.',
    from: ['gateway'],
    to: 'HSM-Cold',
    needs: ['unlocked', 'account', 'authority'],
    rate: { aMinute: 20, of: 'account' },
    isRead: false,
    fields: [
      account,
      proto,
      channelId,
      userTxNo,
      field('outs', { kind: 'outs' }),
      dynamic,
      maxFeeSats,
      authority,
      field('tx_version', whole('TX_VERSION_MIN', 'TX_VERSION_MAX')),
      field('locktime', whole(0, 'U32_MAX')),
      inputCount,
      field('fee_sats', whole(0, 'AMOUNT_MAX_SATS')),
      field(
        'change_index',
        { kind: 'whole-or-null', least: 0, most: 'INDEX_MAX' },
        { doc: 'Index on hot chain 1, or null: no change output.' },
      ),
    ],
    reply: [],
  },
  {
    name: 'sign-input',
    value: 7,
    meaning: 'Gives an input, before the pieces of its previous transaction.',
    from: ['gateway'],
    to: 'HSM-Cold',
    needs: ['signing'],
    isRead: false,
    fields: [
      inputNo,
      field('prev_txid', bytes('TXID_BYTES'), { doc: '32 bytes, internal order.' }),
      field('vout', whole(0, 'U32_MAX')),
      field('sequence', whole(0, 'U32_MAX')),
      field('chain', whole('CHAIN_RECEIVING', 'CHAIN_CHANGE')),
      field('index', whole(0, 'INDEX_MAX')),
      field('prev_tx_len', whole('PREV_TX_MIN', 'PREV_TX_MAX'), {
        doc: 'Octets of the previous transaction without its witnesses.',
      }),
    ],
    reply: [],
  },
  {
    name: 'prev-tx',
    value: 8,
    meaning: "Gives a piece of input i's previous transaction without its witnesses.",
    from: ['gateway'],
    to: 'HSM-Cold',
    needs: ['signing'],
    isRead: false,
    fields: [
      inputNo,
      field('offset', { kind: 'offset', most: 'PREV_TX_MAX', piece: 'bytes' }),
      field('bytes', bytes(1, 'PREV_TX_CHUNK_MAX')),
    ],
    reply: [],
  },
  {
    name: 'sign-finish',
    value: 9,
    meaning: 'Ends the inputs; HSM-Cold applies the policy, records the payment and signs.',
    from: ['gateway'],
    to: 'HSM-Cold',
    needs: ['signing'],
    rate: { aMinute: 60, of: 'all' },
    isRead: false,
    fields: [],
    reply: [
      inputCount,
      field('digest', bytes('DIGEST_BYTES'), {
        doc: 'SHA-256d of the unsigned transaction: the txid of a segwit one, 32 bytes, internal order.',
      }),
    ],
    isReplyChecked: true,
  },
  {
    name: 'sign-result',
    value: 10,
    meaning: 'Asks for the signatures of inputs first, first + 1, and so on.',
    from: ['gateway'],
    to: 'HSM-Cold',
    needs: ['signing'],
    rate: { aMinute: 120, of: 'all' },
    isRead: true,
    fields: [field('first', whole(0, 'INPUTS_MAX - 1'))],
    reply: [field('sigs', { kind: 'list', lenBytes: 'SIG_BYTES', most: 'RESULT_SIGS_MAX' })],
    isReplyChecked: true,
  },
  {
    name: 'attest',
    value: 11,
    meaning: 'Asks for the digest of a batch of addresses, signed by the identity key of the account.',
    from: ['gateway'],
    to: 'HSM-Cold',
    needs: ['unlocked', 'account'],
    rate: { aMinute: 30, of: 'account' },
    isRead: true,
    fields: [account, side, batchNo],
    reply: [field('digest', bytes('DIGEST_BYTES')), field('sig', bytes('SIG_BYTES'))],
    isReplyChecked: true,
  },
  {
    name: 'sign-outs',
    value: 12,
    meaning: 'Gives a piece of the outs text that SIGN_BEGIN announced.',
    from: ['gateway'],
    to: 'HSM-Cold',
    needs: ['signing'],
    isRead: false,
    fields: [field('offset', whole(0, 'OUTS_MAX - 1')), field('text', text('OUTS_CHUNK_MAX'))],
    reply: [],
  },
  {
    name: 'service',
    value: 13,
    meaning:
      "Erases HSM-Hot, its link key too, and restarts it to the interpreter's prompt, whose line and speed it names. " +
      'Refused as `REFUSE_BAD_STATE` later than 5 minutes after a start.',
    from: ['gateway'],
    to: 'HSM-Hot',
    needs: [],
    isRead: false,
    fields: [],
    reply: [shown('serial', 'text'), shown('baud', 'uint')],
  },
];

/** Messages that answer a request: SPEC.md 5.1. fields: in the words of SPEC.md. */
export const ANSWERS: { name: string; value: number; fields: string }[] = [
  { name: 'reply', value: 0, fields: 'those of the reply' },
  { name: 'refusal', value: 1, fields: 'code, tag' },
];
