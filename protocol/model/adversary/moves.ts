// The adversary: it makes whatever move can be made, some more gladly than others, and each world has another one.
import { ACCOUNTS, type Draws, type Scenario, type World } from '../world';
import { BOARD_MOVES, HACKED_MOVES, STATE_MOVES } from './device-moves';
import type { Move } from './move';
import { CUSTOMER_MOVES, NETWORK_MOVES } from './network-moves';

/** What a move's weight is multiplied with in one world. */
const LIKINGS = [0.3, 1, 1, 1, 3];
const COMMON = [...NETWORK_MOVES, ...CUSTOMER_MOVES, ...BOARD_MOVES];
const MOVES: { [scenario in Scenario]: Move[] } = {
  flash: [...COMMON, ...STATE_MOVES],
  v: [...COMMON, ...HACKED_MOVES],
};

/** What an adversary aims at: names of moves, and what their weights are multiplied with. */
export interface Aim {
  [move: string]: number;
}

/** The weights of an adversary's moves. */
export const drawLikings = (draws: Draws, scenario: Scenario, aim: Aim = {}): number[] =>
  MOVES[scenario].map(
    ({ name, weight }) => weight * (aim[name] ?? 1) * LIKINGS[Math.floor(draws.fraction() * LIKINGS.length)],
  );

/** Makes a move that can be made. */
export function move(world: World): void {
  const moves = MOVES[world.scenario];
  const account = Math.floor(world.draws.fraction() * ACCOUNTS);
  const can = moves.map((each, at) => (each.can?.(world, account) === false ? 0 : world.likings[at]));
  let left = world.draws.fraction() * can.reduce((sum, weight) => sum + weight, 0);
  const at = can.findIndex((weight) => (left -= weight) < 0);
  world.trace.push(`${moves[at].name} (${account})`);
  moves[at].run(world, account);
}
