// `npm run bench`: every suite's figures as tables, or one JSON object with `--json`. `--only NAME` runs one suite,
// which `--seed TEXT` and `--rounds N` may set. ESPRUINO in the environment points to the genuine interpreter, for the
// suites that measure in it.
import { parseArgs } from 'node:util';
import { decimalOf } from '../../protocol/bytes';
import { benchTable, type BenchRow, type BenchSuite } from './row';
import { SUITES } from './suites';

const ROUNDS_MAX = 100_000;

async function main(): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, only: text, seed: text, rounds: text } });
  const suites: BenchSuite[] =
    values.only === undefined ? SUITES : SUITES.filter((suite) => suite.name === values.only);
  if (suites.length === 0) {
    process.stderr.write(`no suite "${values.only}"; there are ${SUITES.map((suite) => suite.name).join(', ')}\n`);
    return 2;
  }
  const rounds = values.rounds === undefined ? undefined : decimalOf(values.rounds, 1, ROUNDS_MAX);
  if (rounds === -1) {
    process.stderr.write(`"--rounds" expected 1 to ${ROUNDS_MAX}, got ${values.rounds}\n`);
    return 2;
  }
  const results: Record<string, BenchRow[]> = {};
  for (const suite of suites) {
    const rows = await suite.run({ espruino: process.env.ESPRUINO, seed: values.seed, rounds });
    results[suite.name] = rows;
    if (!values.json) process.stdout.write(`${benchTable(suite.name, rows)}\n`);
  }
  if (values.json) process.stdout.write(`${JSON.stringify(results)}\n`);
  return 0;
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    process.stderr.write(`bench: ${error.message}\n`);
    process.exit(1);
  },
);
