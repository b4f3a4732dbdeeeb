// The open calls: for customers' websites and V-Devices, each with and without a coin segment. The published ones do
// not change; others were added. Spec: docs/published-app.md 5.

import { Type, type Static } from '@sinclair/typebox';
import { FEE_LIMITS_DEFAULT } from '../../../protocol/request/policy';
import { AMOUNT_MAX_SATS, BATCH_NO_MAX, CHANNEL_ID_MAX, OUTS_MAX } from '../../../protocol/wire';
import { Decimal, Maybe, Nullable, type CallGroup } from './call';
import {
  Address,
  AnyTxHash,
  Done,
  Hex,
  IndexedAddress,
  Moment,
  Sats,
  SideNumber,
  StatementFormat,
  StatementReply,
  TxHash,
  TxItem,
  UserTxNo,
} from './shapes';

/** A batch is a thousand derivations: it counts as so many calls. */
const BATCH_COST = 50;
/** A signed PSBT carries whole previous transactions. */
const PSBT_BODY_MAX_BYTES = 8 * 1024 * 1024;
const PSBT_MAX_CHARS = 4_000_000;
const FEERATE_MAX_SAT_VB = 1000;

const BatchParams = Type.Object({ batch_no: Decimal(0, BATCH_NO_MAX) });

const time = {
  method: 'GET',
  path: '/time',
  who: 'open',
  summary: 'The time of the server.',
  reply: Type.Object({ time: Type.String({ description: 'UTC, with six digits of a second' }) }),
} as const;

const user = {
  method: 'GET',
  path: '/user',
  who: 'open',
  summary: "The account, its next receiving address and its balance on the token's side.",
  reply: Type.Object({
    user_id: Type.Integer(),
    user_name: Type.String(),
    user_type: Type.Literal(4),
    gender: Type.Literal(0),
    real_name: Type.Null(),
    avatar: Type.Null(),
    register_at: Moment,
    address: Address,
    receiving_index: Type.Integer(),
    balance: Type.Integer({ description: 'satoshi, unconfirmed transactions included' }),
    balance_confirmed: Sats,
    can_otc_ad: Type.Literal(0),
    can_otc_order: Type.Literal(0),
  }),
} as const;

const addressBatch = {
  method: 'GET',
  path: '/address/batch/:batch_no',
  who: 'open',
  summary: 'The 1,000 receiving addresses of a batch.',
  params: BatchParams,
  reply: Type.Array(IndexedAddress),
  cost: BATCH_COST,
} as const;

const addressBatchAttestation = {
  method: 'GET',
  path: '/address/batch/:batch_no/attestation',
  who: 'open',
  summary: "HSM-Cold's signature over a batch; the first call asks for it.",
  params: BatchParams,
  reply: Type.Object({
    batch_no: Type.Integer(),
    address_type: SideNumber,
    status: Type.Union([Type.Literal('pending'), Type.Literal('ready'), Type.Literal('failed')]),
    digest: Hex,
    signature: Nullable(Hex),
    identity: Hex,
    message: Nullable(Type.String()),
  }),
  cost: BATCH_COST,
} as const;

const addressHistory = {
  method: 'GET',
  path: '/address/history/:path',
  who: 'open',
  summary: 'Addresses in use and the next one, newest first, 20 a page; since_address goes on after that address.',
  params: Type.Object({ path: Decimal(0, 1, '0 receiving, 1 change') }),
  query: Type.Object({ since_address: Maybe(Address) }),
  reply: Type.Array(
    Type.Object({
      index: Type.Integer(),
      address: Address,
      tx_cnt: Type.Integer(),
      balance: Sats,
      total_received: Sats,
    }),
  ),
  errors: ['not-found'],
} as const;

const addressNext = {
  method: 'GET',
  path: '/address/next',
  who: 'open',
  summary: 'The receiving address after the highest one that was ever paid.',
  reply: IndexedAddress,
} as const;

const addressTx = {
  method: 'GET',
  path: '/address/:address/tx',
  who: 'open',
  summary: 'All transactions of one address of the account, oldest first.',
  params: Type.Object({ address: Address }),
  reply: Type.Array(TxItem),
  errors: ['not-found'],
} as const;

const txList = {
  method: 'GET',
  path: '/tx',
  who: 'open',
  summary: "The side's transactions, 20 a page, going on after tx_hash; unconfirmed ones last (first with desc).",
  query: Type.Object({
    tx_hash: Maybe(AnyTxHash),
    order: Maybe(Type.Union([Type.Literal('asc'), Type.Literal('desc')])),
  }),
  reply: Type.Array(TxItem),
  errors: ['not-found'],
} as const;

const txDetail = {
  method: 'GET',
  path: '/tx/detail/:tx_hash',
  who: 'open',
  summary: 'One transaction of the account, with its fee and size.',
  params: Type.Object({ tx_hash: AnyTxHash }),
  reply: Type.Composite([
    TxItem,
    Type.Object({ fee: Nullable(Sats), tx_size: Type.Integer({ description: 'bytes' }) }),
  ]),
  errors: ['not-found'],
} as const;

const txRequest = {
  method: 'POST',
  path: '/tx/request',
  who: 'hot',
  summary: 'Takes a send request (or outs=PING) that V has authorised; it is on disk before the reply leaves.',
  form: Type.Object({
    coin_code: Type.Optional(Type.Literal('BTC')),
    user_tx_no: UserTxNo,
    outs: Type.String({ minLength: 1, maxLength: OUTS_MAX, description: 'address,satoshi;…, or PING' }),
    is_dynamic_fee: Type.Optional(Decimal(0, 1)),
    only_confirmed: Type.Optional(Decimal(0, 1)),
    vc_code: Type.String({ pattern: '^(2:[A-Za-z0-9_-]{43}|[A-Za-z0-9+/]{87}=)$', description: "V's authority" }),
    c_id: Decimal(0, CHANNEL_ID_MAX, "the channel's id"),
    max_fee_sats: Type.Optional(
      Decimal(
        0,
        AMOUNT_MAX_SATS,
        `v2: the most that V allows for fees; ${FEE_LIMITS_DEFAULT.txMaxFeeSats} when absent`,
      ),
    ),
    out_type: Type.Optional(Decimal(0, 0)),
    memo: Type.Optional(Type.Never({ description: 'not for BTC' })),
  }),
  reply: Done,
  errors: ['same-request', 'other-request', 'low-balance', 'small-output', 'other-side'],
} as const;

const txStatus = {
  method: 'GET',
  path: '/tx/:user_tx_no',
  who: 'open',
  summary: 'What became of a send request: hot_wallet_tx_status 0 under way, 1 sent, 9 failed.',
  params: Type.Object({ user_tx_no: Type.String() }),
  reply: Type.Object({
    tx_hash: Nullable(TxHash),
    c_id: Type.Integer(),
    user_id: Type.Integer(),
    send_request: Type.Object({
      coin_code: Type.String(),
      user_tx_no: Type.String(),
      is_dynamic_fee: Type.Integer(),
      outs: Type.String(),
    }),
    vc_code: Type.String(),
    request_at: Moment,
    hot_wallet_tx_id: Type.Integer(),
    tx_at: Nullable(Moment),
    hot_wallet_tx_status: Type.Union([Type.Literal(0), Type.Literal(1), Type.Literal(9)]),
    tx_info: Nullable(Type.String({ description: 'why it failed or waits' })),
  }),
  errors: ['not-found'],
} as const;

const sweepPrepare = {
  method: 'POST',
  path: '/sweep/prepare',
  who: 'cold',
  summary: 'An unsigned PSBT of all confirmed cold coins to one address, without change.',
  form: Type.Object({
    address: Type.String({ description: "an address of the API's network" }),
    feerate: Type.Optional(Decimal(1, FEERATE_MAX_SAT_VB, 'sat/vB')),
  }),
  reply: Type.Object({
    psbt: Type.String({ description: 'base64' }),
    address: Address,
    inputs: Type.Integer(),
    inputs_left: Type.Integer({ description: 'coins left for another sweep' }),
    total: Sats,
    fee: Sats,
    value: Sats,
  }),
  errors: ['low-balance', 'other-side'],
} as const;

const sweepSubmit = {
  method: 'POST',
  path: '/sweep/submit',
  who: 'cold',
  summary: "Broadcasts a signed sweep whose inputs are all the account's cold coins: psbt or raw_tx.",
  form: Type.Object({
    psbt: Type.Optional(Type.String({ maxLength: PSBT_MAX_CHARS, description: 'base64' })),
    raw_tx: Type.Optional(Type.String({ maxLength: PSBT_MAX_CHARS, description: 'hex' })),
  }),
  reply: Type.Object({ result: Type.Literal(true), tx_hash: TxHash }),
  errors: ['chain-refused', 'chain-unreachable', 'other-side'],
  bodyMaxBytes: PSBT_BODY_MAX_BYTES,
} as const;

const reportStatement = {
  method: 'GET',
  path: '/report/statement',
  who: 'open',
  summary: "A statement of the token's side over a period, to the satoshi.",
  query: Type.Object({ from: Maybe(Moment), to: Maybe(Moment), format: Maybe(StatementFormat) }),
  reply: Type.Union([StatementReply, Type.String({ description: 'text/csv' })]),
} as const;

export const OPEN_CALLS = {
  time,
  user,
  addressBatch,
  addressBatchAttestation,
  addressHistory,
  addressNext,
  addressTx,
  txList,
  txDetail,
  txRequest,
  txStatus,
  sweepPrepare,
  sweepSubmit,
  reportStatement,
};

export const OPEN: CallGroup = {
  title: 'Open calls',
  bases: ['/api/v1/open', '/api/v1/open/:coin'],
  calls: OPEN_CALLS,
};

export type TxRequestForm = Static<typeof OPEN_CALLS.txRequest.form>;
export type TxStatusReply = Static<typeof OPEN_CALLS.txStatus.reply>;
export type TxDetailReply = Static<typeof OPEN_CALLS.txDetail.reply>;
export type HistoryItem = Static<typeof OPEN_CALLS.addressHistory.reply>[number];
export type AttestationReply = Static<typeof OPEN_CALLS.addressBatchAttestation.reply>;
export type SweepForm = Static<typeof OPEN_CALLS.sweepPrepare.form>;
export type PreparedSweep = Static<typeof OPEN_CALLS.sweepPrepare.reply>;
export type SignedSweepForm = Static<typeof OPEN_CALLS.sweepSubmit.form>;
