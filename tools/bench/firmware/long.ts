// The long runs of the firmware's tests as bench rows: the model over 100,000 steps, a power cut at every write of
// every operation and again in the start after it, handlers ended at many places. They take some 40 minutes, so they
// run only when FIRMWARE_LONG is set; what a run must hold is the tests' own.
import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { ROOT } from '../../../host/kit/package';
import type { BenchRow } from '../row';

/** Rooms for variables in which each operation is tried. */
const ROOMS = 24;

interface Run {
  name: string;
  files: string;
  env: { [name: string]: string };
  value: number;
  unit: string;
}

const RUNS: Run[] = [
  {
    name: 'model with power cuts',
    files: 'model/model',
    env: { MODEL_STEPS: '100000' },
    value: 100_000,
    unit: 'steps',
  },
  {
    name: 'model of the links with power cuts',
    files: 'model/links',
    env: { LINK_STEPS: '60000' },
    value: 60_000,
    unit: 'steps',
  },
  {
    name: 'power cut at every write of every operation, and at two of each start after it',
    files: 'cuts/cuts',
    env: { CUTS: 'all' },
    value: 4,
    unit: 'ways each',
  },
  {
    name: "power cut at every write of HSM-Hot's",
    files: 'cuts/hot',
    env: { CUTS: 'all' },
    value: 4,
    unit: 'ways each',
  },
  {
    name: 'handlers ended in the midst of every operation',
    files: 'cuts/aborts',
    env: { ABORTS: '25' },
    value: 50,
    unit: 'places each',
  },
];

/** In the genuine interpreter, built with a fixed number of variables. */
const exhausting = (espruino: string): Run => ({
  name: 'memory runs out in every operation, in the genuine interpreter',
  files: 'cuts/exhaust',
  env: { EXHAUST: String(ROOMS), ESPRUINO: espruino },
  value: ROOMS,
  unit: 'rooms each',
});

/**
 * The rows, or none when FIRMWARE_LONG is not set. Each is MISSED when its test fails. espruino: path of the genuine
 * interpreter, when there is one.
 */
export function longRows(espruino?: string): BenchRow[] {
  if (!process.env.FIRMWARE_LONG) return [];
  return [...RUNS, ...(espruino ? [exhausting(espruino)] : [])].map(({ name, files, env, value, unit }) => {
    const test = path.join(ROOT, 'dist/test/firmware', `${files}.test.js`);
    const from = performance.now();
    const done = spawnSync(process.execPath, [require.resolve('mocha/bin/mocha.js'), test], {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', 2, 2],
    });
    return {
      name,
      value,
      unit,
      baseline: 'seconds that it took',
      ratio: value / ((performance.now() - from) / 1000),
      goal: 'no disagreement',
      ok: done.status === 0,
    };
  });
}
