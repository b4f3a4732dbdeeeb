// The one file that a person with a board sends in: every run of `chaincloud bench --out` is added to it.
import * as fs from 'node:fs';
import { fail } from '../../../protocol/errors';
import { readJson } from '../../../host/kit/json-file';
import type { DeviceBench } from './device-bench';

const FORM = 'chaincloud-bench-1';

export interface BenchRun extends DeviceBench {
  /** When it ended, ISO 8601, UTC. */
  at: string;
  /** What the person says of board, modem and adapter. */
  note?: string;
}

interface Report {
  form: typeof FORM;
  runs: BenchRun[];
}

const isReport = (value: unknown): value is Report =>
  typeof value === 'object' && (value as Report | null)?.form === FORM && Array.isArray((value as Report).runs);

/** What the file holds; nothing where there is none. Throws `bad-report` for a file of another kind. */
export function readReport(path: string): BenchRun[] {
  if (!fs.existsSync(path)) return [];
  const found = readJson(path, 'bad-report');
  if (!isReport(found)) throw fail('bad-report', `${path}: is no file of "chaincloud bench --out": name another`);
  return found.runs;
}

/** Adds a run. Throws what readReport() throws. */
export function addRun(path: string, run: BenchRun): void {
  const report: Report = { form: FORM, runs: [...readReport(path), run] };
  fs.writeFileSync(path, `${JSON.stringify(report, undefined, 1)}\n`);
}
