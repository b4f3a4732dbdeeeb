// One figure of the benchmarks. Times are given as a ratio to a named baseline measured in the same run, because
// machines are noisy; counts and sizes stand for themselves.

export interface BenchRow {
  name: string;
  value: number;
  unit: string;
  /** What `ratio` compares with. */
  baseline: string;
  ratio: number;
  /** The figure to reach, in words. */
  goal?: string;
  ok?: boolean;
}

export interface BenchOptions {
  /** Path of the genuine interpreter. */
  espruino?: string;
  /** Of the suites whose chance is repeatable; their own when left out. */
  seed?: string;
  rounds?: number;
}

export interface BenchSuite {
  name: string;
  run(options: BenchOptions): Promise<BenchRow[]>;
}

function show(value: number): string {
  return Math.abs(value) >= 1000 ? Math.round(value).toString() : value.toPrecision(3);
}

/** The rows as a table for people. */
export function benchTable(suite: string, rows: BenchRow[]): string {
  const cells = rows.map((row) => [
    row.name,
    show(row.value),
    row.unit,
    `${show(row.ratio)} x ${row.baseline}`,
    row.goal ?? '',
    row.ok === undefined ? '' : row.ok ? 'reached' : 'MISSED',
  ]);
  const table = [[suite, 'value', 'unit', 'ratio to baseline', 'goal', ''], ...cells];
  const widths = table[0].map((_, column) => Math.max(...table.map((line) => line[column].length)));
  return `${table
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')}\n`;
}
