// A run of the model: a random adversary moves, then the lies end, and everything must come to its end.
import { NUMBER_AHEAD_MS } from '../time';
import { createBoard } from './machines/board';
import { createChain } from './machines/chain';
import { drawLikings, move, type Aim } from './adversary/moves';
import type { Rules } from './rules';
import { settle } from './adversary/settle';
import { createV } from './machines/vdevice';
import { createWebsite } from './machines/website';
import type { Draws, Scenario, World } from './world';

/** Monday, 2 November 2026, 00:00 UTC. */
const START_MS = 1_793_577_600_000;
/** Moves of a world, before the lies end in it. */
const MOVES_OF_A_WORLD = 300;

export interface Game {
  rules: Rules;
  /** The same one in every world; either without it. */
  scenario?: Scenario;
  /** What the adversary aims at. */
  aim?: Aim;
}

/** A world at its beginning, with an adversary of its own. */
function createWorld(draws: Draws, { rules, scenario, aim }: Game & { scenario: Scenario }): World {
  const source = { draws, lastFresh: 0 };
  const board = createBoard(source, 0);
  return {
    rules,
    scenario,
    draws,
    nowMs: START_MS,
    isLying: true,
    board,
    hot: { counter: board.counter, incarnation: board.incarnation },
    vs: board.accounts.map((account) => createV(account)),
    websites: board.accounts.map(() => createWebsite(Math.floor(draws.fraction() * NUMBER_AHEAD_MS))),
    chain: createChain(),
    messages: [],
    lastFresh: source.lastFresh,
    stale: undefined,
    copies: { vs: [] },
    broken: [],
    trace: [],
    likings: drawLikings(draws, scenario, aim),
  };
}

export interface Finding {
  /** What was broken. */
  what: string;
  /** The moves of the world in which it was, in order. */
  trace: string[];
  /** Moves until then, over all worlds. */
  moves: number;
}

/**
 * Plays until something is broken.
 *
 * @param draws - the run's random numbers.
 * @param game - the rules that hold, and what the adversary aims at.
 * @param moves - to make at least, if nothing is found.
 * @returns what was found, undefined where everything held.
 */
export function play(draws: Draws, game: Game, moves: number): Finding | undefined {
  for (let made = 0; made < moves;) {
    const world = createWorld(draws, { scenario: draws.fraction() < 0.5 ? 'flash' : 'v', ...game });
    for (let at = 0; at < MOVES_OF_A_WORLD && !world.broken.length; at++, made++) move(world);
    if (!world.broken.length) settle(world);
    if (world.broken.length) return { what: world.broken[0], trace: world.trace, moves: made };
  }
  return undefined;
}
