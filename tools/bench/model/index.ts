// The model of the trust protocol at its full length: nothing is found while all rules hold, and each rule that is left
// out is missed.
import { findWithout } from '../../../protocol/model/mutations';
import { play } from '../../../protocol/model/play';
import { RULES, rulesWithout, type Rule } from '../../../protocol/model/rules';
import { createChance } from '../../../host/sim/gsm/chance';
import type { BenchRow } from '../row';

const MOVES = 1_000_000;
/** Moves of one run without a rule, and runs, each with another seed. */
const MOVES_WITHOUT = 300_000;
const RUNS = 10;

function rowWithout(rule: Rule): BenchRow {
  const finding = findWithout(rule, (seed) => createChance(seed, rule), { runs: RUNS, moves: MOVES_WITHOUT });
  const moves = finding?.moves ?? RUNS * MOVES_WITHOUT;
  return row(`without ${rule}: ${finding?.what ?? 'nothing found'}`, moves, finding !== undefined);
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
