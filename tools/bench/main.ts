// `npm run bench`: every suite's figures as tables, or one JSON object with `--json`. `--only NAME` runs one suite.
// ESPRUINO in the environment points to the genuine interpreter, for the suites that measure in it.
import { parseArgs } from 'node:util';
import { benchTable, type BenchRow, type BenchSuite } from './row';
import { SUITES } from './suites';

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, only: { type: 'string' } } });
  const suites: BenchSuite[] =
    values.only === undefined ? SUITES : SUITES.filter((suite) => suite.name === values.only);
  if (suites.length === 0) {
    process.stderr.write(`no suite "${values.only}"; there are ${SUITES.map((suite) => suite.name).join(', ')}\n`);
    return 2;
  }
  const results: Record<string, BenchRow[]> = {};
  for (const suite of suites) {
    const rows = await suite.run({ espruino: process.env.ESPRUINO });
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
