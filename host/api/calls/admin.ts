// The platform operators' calls. Never offered to the internet.

import { Type, type Static } from '@sinclair/typebox';
import { Nullable, type CallGroup } from './call';
import { Done, StatementFormat, StatementReply } from './shapes';

const MAX_ACCOUNT = 65_535;
const NAME_MAX = 100;

const Xpub = Type.Object({ xpub: Type.String() });
const Script = Type.Union([Type.Literal('p2wpkh'), Type.Literal('p2pkh')]);
const Network = Type.Union([Type.Literal('main'), Type.Literal('test'), Type.Literal('regtest')]);
/** A day or a moment, UTC. */
const AnyMoment = Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\d(T\\d\\d:\\d\\d(:\\d\\d)?)?$' });
const Failure = Nullable(Type.String());

const AccountFileShape = Type.Object({
  account: Type.Integer({ minimum: 0, maximum: MAX_ACCOUNT }),
  network: Network,
  script: Script,
  identity: Type.String({ pattern: '^0[23][0-9a-f]{64}$' }),
  fingerprint: Type.String({ pattern: '^[0-9a-f]{8}$' }),
  cold: Xpub,
  hot: Xpub,
});

const registerAccount = {
  method: 'POST',
  path: '/accounts',
  who: 'admin',
  summary: 'Enters an account from its public file and answers its two tokens, this once.',
  body: Type.Object({
    file: AccountFileShape,
    name: Type.Optional(Type.String({ maxLength: NAME_MAX })),
    birth_height: Type.Optional(Type.Integer({ minimum: 0, description: 'where its coins may begin' })),
    rotate_tokens: Type.Optional(Type.Boolean({ description: 'new tokens for an account that is there' })),
  }),
  reply: Type.Object({
    account: Type.Integer(),
    user_id: Type.Integer(),
    tokens: Type.Object({ cold_receiving: Type.String(), hot_sending: Type.String() }),
  }),
  errors: ['chain-unreachable'],
} as const;

const listAccounts = {
  method: 'GET',
  path: '/accounts',
  who: 'admin',
  summary: 'All accounts.',
  reply: Type.Array(
    Type.Object({
      account: Type.Integer(),
      user_id: Type.Integer(),
      user_name: Type.String(),
      script: Script,
      identity: Type.String(),
      registered_at: Type.Integer({ description: 'milliseconds since 1970' }),
    }),
  ),
} as const;

const listRequests = {
  method: 'GET',
  path: '/requests',
  who: 'admin',
  summary: 'The last 200 send requests, with what kept their jobs.',
  reply: Type.Array(
    Type.Object({
      id: Type.Integer(),
      account: Type.Integer(),
      user_tx_no: Type.String(),
      outs: Type.String(),
      state: Type.String(),
      reason: Failure,
      tx_hash: Nullable(Type.String()),
      requested_at: Type.Integer(),
      tries: Nullable(Type.Integer()),
      last_failure: Failure,
    }),
  ),
} as const;

const giveUpRequest = {
  method: 'POST',
  path: '/requests/:id/give-up',
  who: 'admin',
  summary: 'Ends a request that has no signature (9). HSM-Cold may still hold one that it made: look at its log first.',
  params: Type.Object({ id: Type.String() }),
  reply: Done,
  errors: ['not-found'],
} as const;

const askDevices = {
  method: 'POST',
  path: '/devices',
  who: 'admin',
  summary: 'Asks both boards for their status.',
  reply: Done,
} as const;

const DeviceShape = Nullable(
  Type.Object({
    asked_at: Type.String(),
    state: Type.String(),
    status: Type.Unknown(),
    failure: Failure,
  }),
);

const listDevices = {
  method: 'GET',
  path: '/devices',
  who: 'admin',
  summary: "The boards' last answers.",
  reply: Type.Object({ hot: DeviceShape, cold: DeviceShape }),
} as const;

const accountStatement = {
  method: 'GET',
  path: '/accounts/:account/statement',
  who: 'admin',
  summary: 'Statements of both sides of an account.',
  params: Type.Object({ account: Type.String({ pattern: '^[0-9]{1,5}$' }) }),
  query: Type.Object({
    from: Type.Optional(AnyMoment),
    to: Type.Optional(AnyMoment),
    format: Type.Optional(StatementFormat),
  }),
  reply: Type.Union([
    Type.Object({ hot_sending: StatementReply, cold_receiving: StatementReply }),
    Type.String({ description: 'text/csv' }),
  ]),
} as const;

export const ADMIN_CALLS = {
  registerAccount,
  listAccounts,
  listRequests,
  giveUpRequest,
  askDevices,
  listDevices,
  accountStatement,
};

export const ADMIN: CallGroup = {
  title: "The platform's calls",
  bases: ['/api/v1/admin'],
  calls: ADMIN_CALLS,
};

export type Registration = Static<typeof ADMIN_CALLS.registerAccount.body>;
export type RegisteredAccount = Static<typeof ADMIN_CALLS.registerAccount.reply>;
