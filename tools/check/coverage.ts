// `npm run coverage`: runs the tests under c8, adds up what they ran by top folder, and fails below a floor. Which
// files count is in .c8rc.json. c8 maps them to their TypeScript and silently drops one whose map leads nowhere, so a
// folder without a file fails too. Arguments go to mocha; `--summary` alone adds up the last run again.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { ROOT } from '../../host/kit/package';

/** Written by c8, as .c8rc.json says. */
const SUMMARY = join(ROOT, 'dist', '.coverage', 'coverage-summary.json');

const METRICS = ['lines', 'branches'] as const;
type Metric = (typeof METRICS)[number];

/** Percent of each top folder that the tests must run. Every folder that has files has floors. */
export const FLOORS: Record<string, Record<Metric, number>> = {
  protocol: { lines: 92, branches: 78 },
  firmware: { lines: 92, branches: 88 },
  host: { lines: 62, branches: 71 },
  tools: { lines: 62, branches: 64 },
};

interface Count {
  total: number;
  covered: number;
}

/** c8's summary: one entry a file by its absolute path, and `total`. */
export type Summary = Record<string, Record<Metric, Count>>;

export type Totals = ReadonlyMap<string, Record<Metric, Count>>;

/** Adds up the files of a summary by their first folder below `root`. */
export function totalsOf(summary: Summary, root: string): Totals {
  const totals = new Map<string, Record<Metric, Count>>();
  for (const [file, counts] of Object.entries(summary)) {
    if (file === 'total') continue;
    const [folder] = relative(root, file).split(sep);
    const sums = totals.get(folder) ?? { lines: { total: 0, covered: 0 }, branches: { total: 0, covered: 0 } };
    for (const metric of METRICS) {
      sums[metric].total += counts[metric].total;
      sums[metric].covered += counts[metric].covered;
    }
    totals.set(folder, sums);
  }
  return totals;
}

/** Two decimals, rounded down: what is shown as 90.00 reaches a floor of 90. */
export function percentOf({ total, covered }: Count): number {
  return total === 0 ? 0 : Math.floor((covered * 10_000) / total) / 100;
}

/** One line a folder and metric, and whether all reach their floors. */
export function report(totals: Totals, floors: typeof FLOORS): { lines: string[]; isHeld: boolean } {
  const lines: string[] = [];
  let isHeld = true;
  for (const folder of new Set([...Object.keys(floors), ...totals.keys()]))
    for (const metric of METRICS) {
      const counts = totals.get(folder)?.[metric] ?? { total: 0, covered: 0 };
      const percent = percentOf(counts);
      const floor = floors[folder]?.[metric];
      const isOver = floor !== undefined && counts.total > 0 && percent >= floor;
      isHeld &&= isOver;
      const bound = floor === undefined ? 'no floor is declared' : `floor ${floor} %`;
      lines.push(
        `${isOver ? 'ok  ' : 'FAIL'} coverage of ${folder}, ${metric}: ${percent.toFixed(2)} % ` +
          `(${counts.covered} of ${counts.total}), ${bound}`,
      );
    }
  return { lines, isHeld };
}

/** Runs mocha under c8; returns its exit code. */
function runTests(args: readonly string[]): number {
  rmSync(SUMMARY, { force: true });
  const mocha = [join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js'), 'dist/test/**/*.test.js', ...args];
  const c8 = [require.resolve('c8/bin/c8.js'), process.execPath, ...mocha];
  return spawnSync(process.execPath, c8, { cwd: ROOT, stdio: 'inherit' }).status ?? 1;
}

function main(args: readonly string[]): number {
  const testsCode = args.join() === '--summary' ? 0 : runTests(args);
  if (!existsSync(SUMMARY)) {
    console.error(`${SUMMARY} is not there: the tests did not run to their end`);
    return 1;
  }
  const { lines, isHeld } = report(totalsOf(JSON.parse(readFileSync(SUMMARY, 'utf8')) as Summary, ROOT), FLOORS);
  for (const line of lines) console.log(line);
  return testsCode || (isHeld ? 0 : 1);
}

if (require.main === module) process.exitCode = main(process.argv.slice(2));
