// The model of the trust protocol at its full length: nothing is found while all rules hold, and each rule that is left
// out is missed.
import { AIMS, OF_HACKED_V } from '../../../protocol/model/mutations';
import { play } from '../../../protocol/model/play';
import { RULES, rulesWithout, type Rule } from '../../../protocol/model/rules';
import { createChance } from '../../../host/sim/gsm/chance';
import type { BenchRow } from '../row';

const MOVES = 1_000_000;
/** Moves of one run without a rule, and runs, each with another seed. */
const MOVES_WITHOUT = 300_000;
const RUNS = 10;

function rowWithout(rule: Rule): BenchRow {
  const scenario = OF_HACKED_V.includes(rule) ? 'v' : 'flash';
  let moves = 0;
  for (let seed = 1; seed <= RUNS; seed++) {
    const game = { rules: rulesWithout(rule), aim: AIMS[rule], scenario } as const;
    const finding = play(createChance(seed, rule), game, MOVES_WITHOUT);
    moves += finding?.moves ?? MOVES_WITHOUT;
    if (finding) return row(`without ${rule}: ${finding.what}`, moves, true);
  }
  return row(`without ${rule}: nothing found`, moves, false);
}

function row(name: string, moves: number, ok: boolean): BenchRow {
  const goal = name.startsWith('without') ? 'found' : `${MOVES} held`;
  return { name, value: moves, unit: 'moves', baseline: `${MOVES} moves`, ratio: moves / MOVES, goal, ok };
}

export async function benchModel(): Promise<BenchRow[]> {
  const finding = play(createChance('bench', 'model'), { rules: rulesWithout() }, MOVES);
  const held = row(finding ? `all rules: ${finding.what}` : 'all rules', finding?.moves ?? MOVES, !finding);
  return [held, ...(Object.keys(RULES) as Rule[]).map(rowWithout)];
}
