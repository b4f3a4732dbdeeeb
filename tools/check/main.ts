// `npm run check`: runs every check, prints what each found, exits 1 where one found more than it allows. What a check
// allows is its limit, or the greater number in baseline.json, which only ever falls: `--lower` writes today's numbers.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../host/kit/package';
import type { Check, Finding } from './check';
import { ALL_CHECKS } from './checks';
import { readTree } from './tree';

const BASELINE = join(ROOT, 'tools', 'check', 'baseline.json');
/** Findings printed of a check that fails. */
const SHOWN = 200;

type Baseline = Record<string, number>;

export function allowedBy(baseline: Baseline, check: Check): number {
  return Math.max(check.limit ?? 0, baseline[check.name] ?? 0);
}

/** One line for a check, and its findings where it fails or all are asked for. */
export function report(check: Check, findings: readonly Finding[], allowed: number, isVerbose: boolean): string {
  const isOver = findings.length > allowed;
  const bound = allowed ? ` of ${allowed} allowed` : '';
  const lines = [`${isOver ? 'FAIL' : 'ok  '} ${check.name}: ${findings.length}${bound}`];
  if (isOver || isVerbose) for (const { place, text } of findings.slice(0, SHOWN)) lines.push(`     ${place}  ${text}`);
  if (findings.length < allowed) lines.push(`     lower the baseline: npm run check -- --lower`);
  return lines.join('\n');
}

/** The baseline with every number that fell lowered, and those that reached their limit left out. */
export function lowered(baseline: Baseline, counts: ReadonlyMap<Check, number>): Baseline {
  const next: Baseline = {};
  for (const [check, count] of counts) {
    const allowed = Math.min(count, allowedBy(baseline, check));
    if (allowed > (check.limit ?? 0)) next[check.name] = allowed;
  }
  return next;
}

async function main(args: readonly string[]): Promise<void> {
  const baseline = existsSync(BASELINE) ? (JSON.parse(readFileSync(BASELINE, 'utf8')) as Baseline) : {};
  const asked = args.filter((arg) => !arg.startsWith('--'));
  const tree = readTree(ROOT);
  const counts = new Map<Check, number>();
  for (const check of ALL_CHECKS) {
    if (asked.length && !asked.some((word) => check.name.includes(word))) continue;
    const findings = await check.find(tree);
    counts.set(check, findings.length);
    const allowed = allowedBy(baseline, check);
    console.log(report(check, findings, allowed, args.includes('--verbose')));
    if (findings.length > allowed) process.exitCode = 1;
  }
  if (!args.includes('--lower') || asked.length) return;
  const next = lowered(baseline, counts);
  if (Object.keys(next).length) writeFileSync(BASELINE, `${JSON.stringify(next, null, 2)}\n`);
  else rmSync(BASELINE, { force: true });
}

if (require.main === module) void main(process.argv.slice(2));
