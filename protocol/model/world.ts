// Everything of the model: the machines, what was ever sent, the chain, and who is allowed to be bad in this run.
import type { Message } from './messages';
import type { Rules } from './rules';
import type { BoardState, Chain, HotState, VState, WebsiteState } from './state';

/** Draws of the run: 0 <= fraction < 1. */
export interface Draws {
  fraction(): number;
}

/**
 * Who is bad beside the API and the networks, which always are. `flash`: the older state of one device at a time.
 * `v`: V of account 1 is hacked, and no device gets older.
 */
export type Scenario = 'flash' | 'v';

/** Account 2 has the published protocol: no channel, no receipts, HSM-Hot's word alone. */
export const ACCOUNTS = 3;
export const HACKED_V = 1;
export const PUBLISHED = 2;

/** A device whose state is older than what others know of it, until it has been brought up to date. */
export type Stale = 'board' | 'hot' | 0 | 1 | 2;

export interface World {
  rules: Rules;
  scenario: Scenario;
  draws: Draws;
  nowMs: number;
  /** The API and the networks do what they like. */
  isLying: boolean;
  board: BoardState;
  hot: HotState;
  vs: VState[];
  websites: WebsiteState[];
  chain: Chain;
  messages: Message[];
  /** The last number given as a start, channel, incarnation or nonce: none comes twice. */
  lastFresh: number;
  stale: Stale | undefined;
  copies: { board?: BoardState; vs: (VState | undefined)[] };
  /** What was seen to break a promise, first one first. */
  broken: string[];
  /** What moved, for whoever reads a finding. */
  trace: string[];
  /** The weights of the moves in this world. */
  likings: number[];
}

/** What a new device needs: random numbers, and names that come once. */
export type Source = Pick<World, 'draws' | 'lastFresh'>;

export const fresh = (source: Source): number => ++source.lastFresh;

export function pick<Item>(world: World, items: readonly Item[]): Item | undefined {
  return items[Math.floor(world.draws.fraction() * items.length)];
}

export function send(world: World, message: Message): void {
  world.messages.push(message);
}
