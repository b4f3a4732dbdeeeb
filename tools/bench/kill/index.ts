// kill -9 at random moments over API, gateway, V and website, on libsql and on PostgreSQL, database restarts among
// them: no payment is lost, none is made twice. `--seed TEXT` repeats a run's choice, `--rounds N` sets its length.
import type { BenchRow } from '../row';
import { DATABASES, killAtRandom, type KillReport } from './run';

const ROUNDS = 100;
const SEED = 'kill';
const BASELINE = 'payments';
const SHOWN_MAX = 10;

function rowsOf(where: string, report: KillReport): BenchRow[] {
  const { payments, kills, lost, twice, different, deaths, seconds } = report;
  const total = Object.values(kills).reduce((sum, count) => sum + count, 0);
  const row = (name: string, value: number, isToBeNone: boolean): BenchRow => ({
    name: `${name}, ${where}`,
    value,
    unit: '',
    baseline: BASELINE,
    ratio: value / payments,
    ...(isToBeNone && { goal: 'none', ok: value === 0 }),
  });
  const each = Object.entries(kills).map(([name, count]) => `${name} ${count}`);
  return [
    { ...row('payments', payments, false), unit: `in ${Math.round(seconds)} s` },
    row(`kills (${each.join(', ')})`, total, false),
    row('lost by any book', lost.length, true),
    row('made twice by any book', twice.length, true),
    row('books that disagree', different.length, true),
    row('programs that ended by themselves', deaths.length, true),
  ];
}

/** One run a database; one that is not installed is left out. */
export async function benchKill({ seed = SEED, rounds = ROUNDS }: { seed?: string; rounds?: number }) {
  const rows: BenchRow[] = [];
  for (const database of DATABASES) {
    const report = await killAtRandom({ seed, rounds, database });
    if (!report) continue;
    rows.push(...rowsOf(database, report));
    const { lost, twice, different, deaths } = report;
    for (const fault of [...lost, ...twice, ...different, ...deaths].slice(0, SHOWN_MAX))
      process.stderr.write(`${database}: ${fault}\n`);
  }
  return rows;
}
