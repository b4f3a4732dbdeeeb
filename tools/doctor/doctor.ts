// Runs all checks and tells what they found, in groups, with what to do.
import type { Check, Patient, Result } from './check';
import { answers } from './checks/answers';
import { api } from './checks/api';
import { audit } from './checks/audit';
import { build } from './checks/build';
import { channel } from './checks/channel';
import { condition } from './checks/condition';
import { database } from './checks/database';
import { espruinoVersion } from './checks/espruino-version';
import { image } from './checks/image';
import { journal } from './checks/journal';
import { nodeSync } from './checks/node-sync';
import { nodeVersion } from './checks/node-version';
import { noise } from './checks/noise';
import { packages } from './checks/packages';
import { ports } from './checks/ports';

export const CHECKS: Check[] = [
  nodeVersion,
  packages,
  ports,
  build,
  answers,
  espruinoVersion,
  image,
  condition,
  journal,
  channel,
  audit,
  noise,
  nodeSync,
  database,
  api,
];

export interface Diagnosis {
  ok: boolean;
  results: (Result & { check: string; group: Check['group'] })[];
}

/** Runs every check; ok means that none failed (warnings do not count). */
export async function diagnose(patient: Patient, checks: Check[] = CHECKS): Promise<Diagnosis> {
  const results: Diagnosis['results'] = [];
  for (const check of checks) {
    const found = await check
      .run(patient)
      .catch((error: Error): Result[] => [{ state: 'skipped', text: `could not look: ${error.message}` }]);
    for (const result of found) results.push({ check: check.name, group: check.group, ...result });
  }
  return { ok: results.every((result) => result.state !== 'fail'), results };
}

const MARKS = { ok: 'ok  ', warn: 'warn', fail: 'FAIL', skipped: '-   ' };

/** The diagnosis for people. */
export function diagnosisText({ results }: Diagnosis): string {
  const lines: string[] = [];
  let group = '';
  for (const result of results) {
    if (result.group !== group) lines.push(`${lines.length ? '\n' : ''}${result.group}`);
    group = result.group;
    lines.push(`  ${MARKS[result.state]} ${result.check.padEnd(14)} ${result.text}`);
    if (result.todo && result.state !== 'ok') lines.push(`       ${''.padEnd(14)} -> ${result.todo}`);
  }
  const count = (state: Result['state']): number => results.filter((result) => result.state === state).length;
  lines.push(
    `\n${count('fail')} failed, ${count('warn')} warnings, ${count('ok')} in order, ${count('skipped')} not looked at`,
  );
  return `${lines.join('\n')}\n`;
}
