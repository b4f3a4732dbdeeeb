// A statement: one side of an account over a period, to the satoshi. closing = opening + deposits - sends - sweeps -
// fees.

export interface StatementQuery {
  account: number;
  /** 1 hot sending, 2 cold receiving. */
  side: number;
  /**
   * The period begins with the first block whose time has reached `fromMs` and ends before the first that has reached
   * `toMs`.
   */
  fromMs: number;
  /** Absent: up to the tip. */
  toMs?: number;
}

export interface StatementEntry {
  /** Block time, UTC. */
  at: string;
  height: number;
  tx_hash: string;
  /**
   * `deposit` comes from outside; `send` was asked for by user_tx_no; `sweep` empties cold receiving addresses;
   * `internal` moved between addresses of this side.
   */
  kind: 'deposit' | 'send' | 'sweep' | 'internal' | 'other';
  user_tx_no: string | null;
  /** What came in from outside, satoshi. */
  received: number;
  /** What went out to others, without the fee. */
  paid: number;
  /** What the miner got from this side. */
  fee: number;
  /** Balance after this entry. */
  balance: number;
}

export interface Statement {
  account: number;
  side: 'hot_sending' | 'cold_receiving';
  from: string;
  /** null: up to the tip. */
  to: string | null;
  /** Only transactions with a confirmation count; the chain as it was when the statement was made. */
  tip: { height: number; hash: string } | null;
  opening_balance: number;
  deposits: number;
  sends: number;
  sweeps: number;
  /** Paid in ways that this platform did not start. */
  others: number;
  fees: number;
  closing_balance: number;
  entries: StatementEntry[];
}
