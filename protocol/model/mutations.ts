// What the adversary aims at to find the lack of a rule sooner, and what it finds. Any rule that is not named here is
// found without aiming.
import type { Aim } from './adversary/moves';
import { play, type Finding } from './play';
import { rulesWithout, type Rule } from './rules';
import type { Draws } from './world';

const NO_OPERATORS: Aim = { 'the board is restored from words': 0, 'HSM-Hot is replaced': 0, 'V opens a channel': 0 };
const OLDER_FLASH: Aim = { 'the flash is written back': 3, 'any message': 3, unlock: 3 };

const AIMS: { [rule in Rule]?: Aim } = {
  bookingNumbers: {
    ...NO_OPERATORS,
    "V's state is copied": 3,
    'V is restored': 5,
    'V polls': 3,
    'the flash is written back': 0,
  },
  challengeOfStart: {
    ...NO_OPERATORS,
    ...OLDER_FLASH,
    'the customer cancels': 3,
    'the oldest number is retired': 0,
  },
  witnessForReplacement: {
    ...NO_OPERATORS,
    ...OLDER_FLASH,
    'V is restored': 0,
    'a coin': 2,
    'a block': 0,
    'time passes': 0.3,
    'the oldest number is retired': 0,
  },
  witnessForVoid: { ...NO_OPERATORS, ...OLDER_FLASH, 'the customer cancels': 3 },
  voidAboveMark: { 'the oldest number is retired': 3, 'the customer cancels': 3, 'time passes': 2 },
};

/** Rules without which only the hacked V of another account does harm. */
const OF_HACKED_V: Rule[] = ['originTag', 'ownAccountOnly', 'ownIncarnation'];

/**
 * Leaves a rule out, and plays with one seed after the other until the adversary finds what that breaks.
 *
 * @param drawsOf - the random numbers of a seed, 1 and up.
 * @param runs - seeds to play at most, with so many `moves` each.
 * @returns the finding with the moves of all seeds until then; undefined where nothing was found.
 */
export function findWithout(
  rule: Rule,
  drawsOf: (seed: number) => Draws,
  { runs, moves }: { runs: number; moves: number },
): Finding | undefined {
  const scenario = OF_HACKED_V.includes(rule) ? 'v' : 'flash';
  const game = { rules: rulesWithout(rule), aim: AIMS[rule], scenario } as const;
  for (let seed = 1; seed <= runs; seed++) {
    const finding = play(drawsOf(seed), game, moves);
    if (finding) return { ...finding, moves: (seed - 1) * moves + finding.moves };
  }
  return undefined;
}
