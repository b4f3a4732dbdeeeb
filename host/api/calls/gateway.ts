// The gateway's calls: it fetches jobs for the boards and posts how they ended. Never offered to the internet.

import { Type, type Static } from '@sinclair/typebox';
import { INPUTS_MAX } from '../../../protocol/wire';
import { Nullable, type CallGroup } from './call';
import { Done, SideNumber } from './shapes';

const RESULT_TEXT_MAX = 256;
const CODE_MAX = 64;
const GATEWAY_NAME_MAX = 100;

const Proto = Type.Union([Type.Literal(1), Type.Literal(2)]);
const request = {
  id: Type.Integer(),
  account: Type.Integer(),
  proto: Proto,
  channel_id: Type.Integer(),
  user_tx_no: Type.String(),
  dynamic: Type.Integer(),
  max_fee_sats: Type.Integer({ description: 'what V allows for fees; 0 of v1, whose requests have no limit' }),
  authority: Type.String({ description: 'hex: 65 bytes (v1 signed message) or 32 bytes (v2)' }),
};

const SignInputShape = Type.Object({
  prev_txid: Type.String({ description: 'as people write it' }),
  vout: Type.Integer(),
  sequence: Type.Integer(),
  chain: Type.Union([Type.Literal(0), Type.Literal(1)]),
  index: Type.Integer(),
  prev_tx: Type.String({ description: 'the whole previous transaction, hex' }),
});
const SignJobShape = Type.Object({
  ...request,
  kind: Type.Literal('sign'),
  outs: Type.String(),
  tx_version: Type.Integer(),
  locktime: Type.Integer(),
  fee_sats: Type.Integer(),
  change_index: Nullable(Type.Integer()),
  inputs: Type.Array(SignInputShape),
});
const PingJobShape = Type.Object({ ...request, kind: Type.Literal('ping') });
const AttestJobShape = Type.Object({
  id: Type.Integer(),
  kind: Type.Literal('attest'),
  account: Type.Integer(),
  side: SideNumber,
  batch_no: Type.Integer(),
});
const StatusJobShape = Type.Object({
  id: Type.Integer(),
  kind: Type.Literal('status'),
  board: Type.Union([Type.Literal('hot'), Type.Literal('cold')]),
});
const JobShape = Type.Union([SignJobShape, PingJobShape, AttestJobShape, StatusJobShape]);

const DoneShape = Type.Object({
  ok: Type.Literal(true),
  signatures: Type.Optional(Type.Array(Type.String({ maxLength: RESULT_TEXT_MAX }), { maxItems: INPUTS_MAX })),
  digest: Type.Optional(Type.String({ maxLength: RESULT_TEXT_MAX })),
  signature: Type.Optional(Type.String({ maxLength: RESULT_TEXT_MAX })),
  status: Type.Optional(Type.Array(Type.Unknown())),
});
/** The device's own word. */
const RefusedShape = Type.Object({
  ok: Type.Literal(false),
  refusal: Type.Object({ code: Type.Integer(), tag: Type.String() }),
});
/** Everything that kept the device from answering. */
const FailedShape = Type.Object({
  ok: Type.Literal(false),
  failure: Type.Object({ code: Type.String({ maxLength: CODE_MAX }), text: Type.Optional(Type.String()) }),
});

export type SignJob = Static<typeof SignJobShape>;
export type PingJob = Static<typeof PingJobShape>;
export type AttestJob = Static<typeof AttestJobShape>;
export type Job = Static<typeof JobShape>;
export type JobResult = Static<typeof DoneShape> | Static<typeof RefusedShape> | Static<typeof FailedShape>;

const GatewayName = Type.String({
  minLength: 1,
  maxLength: GATEWAY_NAME_MAX,
  pattern: '^[\\x21-\\x7e]+$',
  description: 'the same after a restart, another for each gateway; without it, the connection stands for it',
});

const next = {
  method: 'POST',
  path: '/next',
  who: 'gateway',
  summary:
    'The next job, accounts in turn. It is leased: the same again to this gateway, and to no other, until it is ' +
    'answered, postponed, or the lease is over.',
  body: Nullable(Type.Object({ gateway: Type.Optional(GatewayName) })),
  reply: Type.Object({ job: Nullable(JobShape) }),
} as const;

const result = {
  method: 'POST',
  path: '/jobs/:id/result',
  who: 'gateway',
  summary: 'How a job ended. A result that is refused postpones its job.',
  params: Type.Object({ id: Type.String() }),
  body: Type.Union([DoneShape, RefusedShape, FailedShape]),
  reply: Done,
  errors: ['not-found'],
} as const;

const keep = {
  method: 'POST',
  path: '/jobs/:id/lease',
  who: 'gateway',
  summary: 'Keeps a job that takes long: its lease begins anew.',
  params: Type.Object({ id: Type.String() }),
  body: Type.Object({ gateway: GatewayName }),
  reply: Done,
  errors: ['not-found'],
} as const;

export const GATEWAY_CALLS = { next, result, keep };

export const GATEWAY: CallGroup = {
  title: "The gateway's calls",
  bases: ['/api/v1/gateway'],
  calls: GATEWAY_CALLS,
};
