// Shapes that several calls share.

import { Type, type Static } from '@sinclair/typebox';
import { USER_TX_NO_MAX } from '../../../protocol/wire';
import { Nullable } from './call';

/** Printable ASCII without the quotation mark and the backslash, which would let two requests sign alike. */
const PLAIN_TEXT = '^[\\x20-\\x21\\x23-\\x5b\\x5d-\\x7e]+$';
export const UserTxNo = Type.String({ minLength: 1, maxLength: USER_TX_NO_MAX, pattern: PLAIN_TEXT });

export const Sats = Type.Integer({ description: 'satoshi' });
export const Moment = Type.String({
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d$',
  description: 'YYYY-MM-DDTHH:MM:SS, UTC',
});
export const TxHash = Type.String({ pattern: '^[0-9a-f]{64}$' });
/** As callers may give it. */
export const AnyTxHash = Type.String({ pattern: '^[0-9a-fA-F]{64}$' });
export const Hex = Type.String({ pattern: '^([0-9a-f]{2})*$' });
export const Address = Type.String({ description: "an address of the API's network" });
export const SideNumber = Type.Union([Type.Literal(1), Type.Literal(2)], { description: '1 hot, 2 cold' });
export const Done = Type.Object({ result: Type.Literal(true) });

export const IndexedAddress = Type.Object({ index: Type.Integer(), address: Address });

export const TxItem = Type.Object({
  tx_hash: TxHash,
  confirmation: Type.Integer({ minimum: 0 }),
  confirm_at: Nullable(Moment),
  value: Type.Integer({ description: "net effect on the token's side, satoshi" }),
  tx_at: Moment,
  inputs: Type.Array(
    Type.Object({
      sn: Type.Integer(),
      prev_tx_hash: TxHash,
      prev_out_sn: Type.Integer(),
      address: Nullable(Address),
      value: Nullable(Sats),
      is_mine: Type.Boolean(),
    }),
  ),
  outputs: Type.Array(
    Type.Object({
      sn: Type.Integer(),
      address: Nullable(Address),
      value: Sats,
      status: Type.Integer({ description: '1 once a transaction spends it, as far as it is the own account’s' }),
      is_mine: Type.Boolean(),
    }),
  ),
});

export type TxItem = Static<typeof TxItem>;

/**
 * `deposit` comes from outside; `send` was asked for by user_tx_no; `sweep` empties cold receiving addresses;
 * `internal` moved between addresses of this side.
 */
const EntryKind = Type.Union(
  (['deposit', 'send', 'sweep', 'internal', 'other'] as const).map((kind) => Type.Literal(kind)),
);

/**
 * Satoshi; only transactions with a confirmation count, in the chain as it was when the statement was made (`tip`).
 * closing = opening + deposits - sends - sweeps - others - fees. `to` null: up to the tip. An entry's `received` came
 * in from outside, `paid` went out to others without the fee, `fee` is what the miner got from this side, `balance` is
 * the balance after it, `at` is the block's time. `others` were paid in ways that this platform did not start.
 */
export const StatementReply = Type.Object({
  account: Type.Integer(),
  side: Type.Union([Type.Literal('hot_sending'), Type.Literal('cold_receiving')]),
  from: Moment,
  to: Nullable(Moment),
  tip: Nullable(Type.Object({ height: Type.Integer(), hash: Type.String() })),
  opening_balance: Sats,
  deposits: Sats,
  sends: Sats,
  sweeps: Sats,
  others: Sats,
  fees: Sats,
  closing_balance: Sats,
  entries: Type.Array(
    Type.Object({
      at: Moment,
      kind: EntryKind,
      height: Type.Integer(),
      tx_hash: TxHash,
      user_tx_no: Nullable(Type.String()),
      received: Sats,
      paid: Sats,
      fee: Sats,
      balance: Sats,
    }),
  ),
});

export type Statement = Static<typeof StatementReply>;

export const StatementFormat = Type.Union([Type.Literal('json'), Type.Literal('csv')]);
