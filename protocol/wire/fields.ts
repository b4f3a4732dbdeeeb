/**
 * The forms that a field of a message may have, for the declarations beside this file. A bound is a number, a constant
 * of wire.ts or a sum of both, as `'INPUTS_MAX - 1'`. The generator (tools/generate/wire/kinds.ts) has, for each kind,
 * the check, the encoder, the type, the CDDL and the words of SPEC.md.
 */
export type Bound = number | string;

export type FieldType =
  /** A whole number. */
  | { kind: 'whole'; least: Bound; most: Bound }
  /** A whole number, or null. */
  | { kind: 'whole-or-null'; least: Bound; most: Bound }
  /** An octet string. */
  | { kind: 'bytes'; least: Bound; most: Bound }
  /** Printable ASCII without `"` and `\`, at least one character. */
  | { kind: 'text'; most: Bound }
  /** Exactly this text. */
  | { kind: 'literal'; text: string }
  /** The offset of a piece: piece and offset together are at most `most`. */
  | { kind: 'offset'; most: Bound; piece: string }
  /** Octets whose number follows from the field proto. */
  | { kind: 'authority' }
  /** The outs text, or the length of one that is too long for SIGN_BEGIN. */
  | { kind: 'outs' }
  /** 1..most octet strings of `lenBytes`. */
  | { kind: 'list'; lenBytes: Bound; most: Bound }
  /** By the field status: a proof, seconds to wait, or 0. */
  | { kind: 'proof-or-seconds' }
  /** Shown in SPEC.md only: no code of this repository checks it. */
  | { kind: 'unchecked'; cddl: string };

export interface Field {
  /** As SPEC.md, the CDDL and errors name it. */
  name: string;
  type: FieldType;
  /** Name in the code, where it is not the name in camelCase. */
  property?: string;
  /** Docstring in the generated interface. */
  doc?: string;
}

export function field(name: string, type: FieldType, more?: { property?: string; doc?: string }): Field {
  return { name: name, type: type, property: more && more.property, doc: more && more.doc };
}

export function whole(least: Bound, most: Bound): FieldType {
  return { kind: 'whole', least: least, most: most };
}

export function bytes(least: Bound, most?: Bound): FieldType {
  return { kind: 'bytes', least: least, most: most === undefined ? least : most };
}

export function text(most: Bound): FieldType {
  return { kind: 'text', most: most };
}

/** Fields that several messages have, each with one meaning and one limit. */
export const requestId = field('request_id', whole(0, 'REQUEST_ID_COUNT - 1'));
export const account = field('account', whole(0, 'ACCOUNT_MAX'));
export const proto = field('proto', whole('PROTO_V1', 'PROTO_V2'), { doc: 'PROTO_V1 or PROTO_V2.' });
export const channelId = field('channel_id', whole(1, 'CHANNEL_ID_MAX'));
export const userTxNo = field('user_tx_no', text('USER_TX_NO_MAX'));
export const dynamic = field('dynamic', whole(0, 1), { doc: '0 or 1.' });
export const maxFeeSats = field('max_fee_sats', whole(0, 'AMOUNT_MAX_SATS'), {
  doc: 'Most that all transactions of the number may pay in fees; 0 under PROTO_V1, whose requests have no such limit.',
});
export const authority = field(
  'authority',
  { kind: 'authority' },
  { doc: 'AUTHORITY_V1_BYTES under PROTO_V1, AUTHORITY_V2_BYTES under PROTO_V2.' },
);
export const inputNo = field('i', whole(0, 'INPUTS_MAX - 1'));
export const inputCount = field('n_inputs', whole(1, 'INPUTS_MAX'));
export const side = field('side', whole('SIDE_HOT', 'SIDE_COLD'));
export const batchNo = field('batch_no', whole(0, 'BATCH_NO_MAX'));
export const accountState = field('account_state', whole('ACCOUNT_OPEN', 'ACCOUNT_CLOSED'));
export const unixSeconds = field('unix_s', whole(0, 'U32_MAX'), {
  property: 'unixSeconds',
  doc: 'Clock of HSM-Cold, 0 when not set.',
});

/** The fields with a rule of their own in wire.cddl. */
export const SHARED_FIELDS: Field[] = [
  requestId,
  account,
  proto,
  channelId,
  userTxNo,
  dynamic,
  maxFeeSats,
  authority,
  inputNo,
  inputCount,
  side,
  batchNo,
  accountState,
  unixSeconds,
];
