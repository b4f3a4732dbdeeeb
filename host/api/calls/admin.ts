// The platform's own calls: what its operators look at and do from day to day, what its admin alone may do, and the
// backup. Never offered to the internet.

import { Type, type Static, type TSchema } from '@sinclair/typebox';
import { ACCOUNT_MAX } from '../../../protocol/wire';
import { Decimal, Nullable, type CallGroup } from './call';
import { Done, Moment, StatementFormat, StatementReply } from './shapes';
import { WEBHOOK_CALLS } from './webhooks';

/** Rows of a page, unless fewer are asked for. */
export const ACCOUNTS_PAGE = 1000;
export const REQUESTS_PAGE = 200;
/** A height that no chain reaches. */
const MAX_HEIGHT = 100_000_000;
const NAME_MAX = 100;

const Xpub = Type.Object({ xpub: Type.String() });
const Script = Type.Union([Type.Literal('p2wpkh'), Type.Literal('p2pkh')]);
const Network = Type.Union([Type.Literal('main'), Type.Literal('test'), Type.Literal('regtest')]);
/** A day or a moment, UTC. */
const AnyMoment = Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\d(T\\d\\d:\\d\\d(:\\d\\d)?)?$' });
const Failure = Nullable(Type.String());

const AccountFileShape = Type.Object({
  account: Type.Integer({ minimum: 0, maximum: ACCOUNT_MAX }),
  network: Network,
  script: Script,
  identity: Type.String({ pattern: '^0[23][0-9a-f]{64}$' }),
  fingerprint: Type.String({ pattern: '^[0-9a-f]{8}$' }),
  cold: Xpub,
  hot: Xpub,
});

const Id = Type.String({ description: 'a number' });
const AccountParams = Type.Object({ account: Type.String({ pattern: '^[0-9]{1,5}$' }) });
const Tokens = Type.Object({ cold_receiving: Type.String(), hot_sending: Type.String() });

/** Fields of a query that asks for a page: header `next-cursor` of the answer has the cursor of the next one. */
function page(max: number) {
  return {
    cursor: Type.Optional(Type.String({ pattern: '^[0-9]{1,15}$', description: 'of header next-cursor' })),
    limit: Type.Optional(Decimal(1, max, 'rows of the page')),
  };
}

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
    tokens: Tokens,
  }),
  errors: ['chain-unreachable'],
} as const;

const rotateTokens = {
  method: 'POST',
  path: '/accounts/:account/tokens',
  who: 'admin',
  summary: 'Makes new tokens for an account and answers them, this once. The old ones are worth nothing from then on.',
  params: AccountParams,
  reply: Type.Object({ account: Type.Integer(), tokens: Tokens }),
  errors: ['not-found'],
} as const;

const listAccounts = {
  method: 'GET',
  path: '/accounts',
  who: 'operator',
  summary: 'Accounts by number, 1,000 a page.',
  query: Type.Object(page(ACCOUNTS_PAGE)),
  reply: Type.Array(
    Type.Object({
      account: Type.Integer(),
      user_id: Type.Integer(),
      user_name: Type.String(),
      script: Script,
      identity: Type.String(),
      registered_at: Type.Integer({ description: 'milliseconds since 1970' }),
      birth_height: Type.Integer({ description: 'where its coins may begin' }),
    }),
  ),
} as const;

const listRequests = {
  method: 'GET',
  path: '/requests',
  who: 'operator',
  summary: 'Send requests, newest first, 200 a page, with what kept their jobs.',
  query: Type.Object({
    ...page(REQUESTS_PAGE),
    account: Type.Optional(Decimal(0, ACCOUNT_MAX)),
    state: Type.Optional(
      Type.Union((['queued', 'planned', 'signed', 'sent', 'failed'] as const).map((state) => Type.Literal(state))),
    ),
  }),
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
  who: 'operator',
  summary: 'Ends a request that has no signature (9). HSM-Cold may still hold one that it made: look at its log first.',
  params: Type.Object({ id: Id }),
  reply: Done,
  errors: ['not-found'],
} as const;

const askDevices = {
  method: 'POST',
  path: '/devices',
  who: 'operator',
  summary: 'Asks both boards for their status.',
  reply: Done,
} as const;

/** A board's last answer with named fields; null for one of another form. */
function device<S extends TSchema>(fields: S) {
  return Nullable(
    Type.Object({
      asked_at: Moment,
      answered_at: Nullable(Moment),
      state: Type.String({ description: 'open while the last question waits, else done' }),
      status: Type.Unknown({ description: 'the answer as it came' }),
      failure: Failure,
      fields: Nullable(fields),
    }),
  );
}

const HotFields = Type.Object({
  is_paired: Type.Boolean(),
  is_up: Type.Boolean({ description: 'the line to HSM-Cold' }),
  relaying: Type.Integer(),
  uptime_s: Type.Integer(),
  starts: Type.Integer(),
  relayed: Type.Integer(),
  malformed: Type.Integer(),
  limited: Type.Integer(),
  unreachable: Type.Integer(),
});
const ColdFields = Type.Object({
  state: Type.Union((['factory', 'locked', 'unlocked', 'wiped'] as const).map((state) => Type.Literal(state))),
  clock: Moment,
  board: Type.String(),
  commit: Type.String(),
  link_version: Type.Integer(),
  accounts: Type.Array(
    Type.Object({ account: Type.Integer(), is_open: Type.Boolean(), channel_id: Nullable(Type.Integer()) }),
  ),
  // Null: an earlier image does not say.
  payments: Nullable(Type.Integer({ description: 'made in all' })),
  room: Nullable(Type.Integer({ description: 'payments that find room before an archived one must retire' })),
  signed: Nullable(Type.Integer({ description: 'payments since its start' })),
  refused: Nullable(Type.Integer({ description: 'requests since its start' })),
  ignored_sms: Nullable(Type.Integer({ description: 'SMS left unanswered since its start' })),
  queued_sms: Nullable(Type.Integer({ description: 'SMS that wait for a modem' })),
});

const listDevices = {
  method: 'GET',
  path: '/devices',
  who: 'operator',
  summary: "The boards' last answers.",
  reply: Type.Object({ hot: device(HotFields), cold: device(ColdFields) }),
} as const;

const rescan = {
  method: 'POST',
  path: '/rescan',
  who: 'operator',
  summary:
    'Reads the chain again from a height, beside the blocks that come, for coins that an account may have there.',
  body: Type.Object({
    height: Type.Integer({ minimum: 0, maximum: MAX_HEIGHT }),
    account: Type.Optional(
      Type.Integer({ minimum: 0, maximum: ACCOUNT_MAX, description: 'whose coins may begin there; all when absent' }),
    ),
  }),
  reply: Done,
  errors: ['not-found', 'chain-unreachable'],
} as const;

const rescanProgress = {
  method: 'GET',
  path: '/rescan',
  who: 'operator',
  summary: 'How far the last re-scan is.',
  reply: Nullable(
    Type.Object({
      from: Type.Integer(),
      height: Nullable(Type.Integer({ description: 'read so far' })),
      target: Type.Integer({ description: "the node's tip when it began" }),
      begun_at: Moment,
      done: Type.Boolean(),
      failure: Nullable(Type.String({ description: 'why it ended before the target' })),
    }),
  ),
} as const;

const backup = {
  method: 'GET',
  path: '/backup',
  who: 'backup',
  summary: 'The whole database at this moment, as one libsql file that another API starts from. PostgreSQL: refused.',
  reply: Type.String({ description: 'the file' }),
  errors: ['bad-parameter'],
  produces: 'application/vnd.sqlite3',
} as const;

const accountStatement = {
  method: 'GET',
  path: '/accounts/:account/statement',
  who: 'operator',
  summary: 'Statements of both sides of an account.',
  params: AccountParams,
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
  rotateTokens,
  listAccounts,
  listRequests,
  giveUpRequest,
  askDevices,
  listDevices,
  rescan,
  rescanProgress,
  accountStatement,
  backup,
  ...WEBHOOK_CALLS,
};

export const ADMIN: CallGroup = {
  title: "The platform's calls",
  bases: ['/api/v1/admin'],
  calls: ADMIN_CALLS,
};

export type Registration = Static<typeof ADMIN_CALLS.registerAccount.body>;
export type RegisteredAccount = Static<typeof ADMIN_CALLS.registerAccount.reply>;
export type DevicesReply = Static<typeof ADMIN_CALLS.listDevices.reply>;
export type RescanReply = Static<typeof ADMIN_CALLS.rescanProgress.reply>;
