// The model itself: what was paid under which number, whether the account is open, how many refusals, what time it is.
import { TRANSACTIONS_MAX } from '../../../protocol/wire';

export interface Op {
  kind: 'pay' | 'close' | 'reopen' | 'refuse' | 'clock' | 'tidy' | 'restart';
  number: number;
  content: number;
  coins: number[];
  /** Amount of a payment; seconds of a clock step. */
  sats: number;
  fee: number;
  /** Change index, -1 for none. What anOp() gives is counted from four below the next one. */
  change: number;
}

interface Paid {
  number: number;
  content: number;
  tx: number;
  at: number;
  sats: number;
  fee: number;
  isBump: boolean;
  anchor: number;
  change: number;
  topFee: number;
}

export const WINDOW_MAX_SATS = 900_000;
export const REFUSALS_MAX = 20;
const CHANGE_GAP = 20;

/** Stands for the transaction: the same coins, outputs, change and fee are the same transaction. */
export function aPaidOutcome(op: Op): number {
  return op.coins.reduce((sum, coin) => sum * 131 + coin, op.content * 17 + op.fee + (op.change + 1) * 7919) >>> 0;
}

export class Model {
  now = 1_760_000_000;
  paid: Paid[] = [];
  isClosed = false;
  /** Times of the refusals of the last hour. */
  refusals: number[] = [];
  /** Payments in archives, the first ones: of these the board no longer knows which transaction it was. */
  archived = 0;

  copy(): Model {
    return Object.assign(new Model(), this, { paid: [...this.paid], refusals: [...this.refusals] });
  }

  get changeNext(): number {
    return this.paid.reduce((next, each) => Math.max(next, each.change + 1), 0);
  }

  private refuse(tag: string): string {
    this.refusals = [...this.refusals.filter((time) => this.now - time <= 3600), this.now];
    if (this.refusals.length >= REFUSALS_MAX) this.isClosed = true;
    return tag;
  }

  private spent(now: number): { sats: number; feeSats: number; count: number } {
    const inside = this.paid.filter((each) => each.at >= now - 86400);
    return {
      sats: inside.reduce((sum, each) => sum + each.sats, 0),
      feeSats: inside.reduce((sum, each) => sum + each.fee, 0),
      count: inside.filter((each) => !each.isBump).length,
    };
  }

  private pay(op: Op): string {
    if (this.isClosed) return 'account-closed';
    const same = this.paid.filter((each) => each.number === op.number);
    if (same.some((each) => each.content !== op.content))
      return this.refuse(
        same.every((each) => this.paid.indexOf(each) < this.archived) ? 'no-common-coin' : 'user-tx-conflict',
      );
    if (same.length && !op.coins.includes(same[0].anchor)) return this.refuse('no-common-coin');
    if (this.paid.some((each, n) => n >= this.archived && each.number === op.number && each.tx === aPaidOutcome(op)))
      return 'ok';
    if (same.length >= TRANSACTIONS_MAX) return this.refuse('replaced-too-often');
    if (op.change >= this.changeNext + (same.length ? 1 : CHANGE_GAP)) return this.refuse('change-gap');
    if (!same.length && this.spent(this.now).sats + op.sats > WINDOW_MAX_SATS) return this.refuse('policy-velocity');
    const top = same.length ? Math.max(...same.map((each) => each.topFee)) : 0;
    this.paid.push({
      number: op.number,
      content: op.content,
      tx: aPaidOutcome(op),
      at: this.now,
      sats: same.length ? 0 : op.sats,
      fee: Math.max(0, op.fee - top),
      isBump: same.length > 0,
      anchor: same.length ? same[0].anchor : op.coins[0],
      change: op.change,
      topFee: Math.max(op.fee, top),
    });
    return 'ok';
  }

  apply(op: Op): string {
    if (op.kind === 'pay') return this.pay(op);
    if (op.kind === 'close') this.isClosed = true;
    else if (op.kind === 'reopen') {
      this.isClosed = false;
      this.refusals = [];
    } else if (op.kind === 'refuse') {
      if (!this.isClosed) this.refuse('');
    } else if (op.kind === 'clock') this.now += op.sats;
    return 'ok';
  }

  /** States that a cut may leave between `before` and this one: a refusal counted and its account not closed yet. */
  between(before: Model, _op: Op): Model[] {
    if (this.isClosed === before.isClosed || this.refusals.length === before.refusals.length) return [];
    return [Object.assign(this.copy(), { isClosed: before.isClosed })];
  }

  look(now: number): string {
    return JSON.stringify({
      closed: this.isClosed,
      refusals: this.refusals.length,
      from: this.refusals[0] ?? 0,
      paid: this.paid.length,
      spent: this.spent(now),
    });
  }
}

/** A small generator with a seed (xorshift32): 0 <= value < 1. */
export function chance(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 4294967296;
  };
}

/** Any operation of step n; payments more often than the rest, under numbers that move on as in the field. */
export function anOp(next: () => number, n: number): Op {
  const whole = (n: number): number => Math.floor(next() * n);
  const roll = next();
  const kind =
    roll < 0.72
      ? 'pay'
      : roll < 0.76
        ? 'refuse'
        : roll < 0.78
          ? 'close'
          : roll < 0.86
            ? 'reopen'
            : roll < 0.92
              ? 'clock'
              : roll < 0.96
                ? 'tidy'
                : 'restart';
  const number = Math.floor(n / 3) + whole(30);
  const coins = [1 + ((number * 3 + whole(2)) % 50)];
  if (next() < 0.3) coins.push(60 + whole(10));
  return {
    kind,
    number,
    content: next() < 0.9 ? number : number + 1000,
    coins,
    sats: kind === 'clock' ? whole(40_000) : 1000 + (number % 50) * 300,
    fee: 500 + whole(4) * 100,
    change: next() < 0.5 ? -1 : whole(26),
  };
}
