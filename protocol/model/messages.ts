// What passes between the machines of the model. The adversary has every message that was ever sent, and delivers each
// as often, as late and in whatever order it likes. It makes none: tags and signatures are taken as perfect.

/** What HSM-Cold says of a number, under the channel's key and the origin key. */
export interface Receipt {
  to: 'v' | 'website';
  kind: 'receipt';
  account: number;
  number: number;
  state: 'signed' | 'void' | 'open' | 'old';
  content: string;
  incarnation: number;
  serial: number;
  channel: number;
  /** The start in which it was made. */
  start: number;
  first: number;
}

/** V's authority for a number, as the API posts it, with a coin of the API's choice. */
export interface Post {
  to: 'board';
  kind: 'post';
  account: number;
  number: number;
  content: string;
  isOrigin: boolean;
  channel: number;
  /** The highest serial that V knew, which is worth nothing. */
  serial: number;
  first: number;
}

export type Message =
  | Receipt
  | Post
  | { to: 'board'; kind: 'status' | 'void'; account: number; number: number; channel: number }
  | { to: 'board'; kind: 'word'; account: number; start: number; serial: number; channel: number; incarnation: number }
  | { to: 'board'; kind: 'exchange'; account: number; nonce: number }
  | { to: 'v'; kind: 'accept'; account: number; nonce: number; channel: number; incarnation: number; serial: number }
  | { to: 'v'; kind: 'challenge'; account: number; start: number; channel: number }
  | { to: 'hot'; kind: 'counter'; counter: number; incarnation: number };
