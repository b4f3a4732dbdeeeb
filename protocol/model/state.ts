// What each machine of the model knows.
import type { Judgement, Ledger } from './machines/ledger';
import type { Post, Receipt } from './messages';

export interface Coin {
  account: number;
  /** The API may propose a coin that never existed. */
  isReal: boolean;
  /** The transaction that spends it on the chain: its place in `signed`, or -1. */
  spentBy: number;
}

export interface SignedTx {
  account: number;
  number: number;
  content: string;
  first: number;
}

export interface Chain {
  coins: Coin[];
  signed: SignedTx[];
}

export interface HotState {
  counter: number;
  incarnation: number;
}

export interface Debt {
  /** What is paid: stands for outputs and amounts. */
  content: string;
  number: number;
  state: 'booked' | 'sent';
  isCancelled: boolean;
  /** The operator released a number of it, and was told that it may be paid twice. */
  isReleased: boolean;
}

export interface WebsiteState {
  debts: Debt[];
  lastNumber: number;
  /** How far its clock is ahead. */
  aheadMs: number;
  /** Every number for which HSM-Cold ever made a void (what the promises are judged by). */
  voids: Set<number>;
}

export interface BoardAccount {
  ledger: Ledger;
  serial: number;
  incarnation: number;
  channel: number;
  /** V has answered the challenge of this start. */
  hasWord: boolean;
  isStopped: boolean;
}

export interface BoardState {
  /** Counts deciding writes; HSM-Hot is told. */
  counter: number;
  /** HSM-Hot knows it. */
  incarnation: number;
  start: number;
  isUnlocked: boolean;
  hasHotWord: boolean;
  isStopped: boolean;
  accounts: BoardAccount[];
  task?: { post: Post; judgement: Judgement; step: 'judged' | 'written' | 'sent' };
}

export interface Item {
  number: number;
  content: string;
  state: 'open' | 'signed' | 'voiding' | 'void' | 'old';
  /** Under which it was authorised. */
  incarnation: number;
  /** What ended it, with its origin tag. V reports it to the website until that has taken it. */
  receipt?: Receipt;
  /** The first `open` answer of a start. */
  open?: { start: number; atMs: number };
}

export interface VState {
  channel: number;
  /** Of the exchange that is under way. */
  nonce: number;
  incarnation: number;
  highest: number;
  /** Serials up to this one need no explaining. */
  base: number;
  explained: Set<number>;
  /** Numbers still to be answered for, since a higher serial was heard. */
  asking: Set<number>;
  items: Item[];
  stopped: '' | 'incarnation' | 'restored';
}
