// A policy over what V authorised before: which withdrawals it would have refused, held or stopped at, and which rule.
// Nothing is changed. What needs an approval is taken as approved at once. A held one is tried again whenever a later
// one comes, and spends its sums at that time.

import { existsSync } from 'node:fs';
import { fail } from '../../../protocol/errors';
import type { Spent } from '../../../protocol/request/policy';
import { anOuts, type Out } from '../../v1';
import { destinationOf } from '../../bitcoin/address';
import type { NetworkName } from '../../bitcoin/network';
import { openSqlFile } from '../../kit/sql/sql-file';
import type { LocalTime } from '../loops/local-time';
import type { VPolicy } from '../types';
import { checkWithdrawal, type History, type PolicyTag, type Verdict } from './policy';

/** A withdrawal that V authorised. */
export interface Past {
  id: string;
  outs: string;
  dynamic: number;
  sats: number;
  feeSats: number | null;
  authorisedMs: number;
}

/** What one rule, or all of them, would have done. */
export interface Trial {
  /** A name of the policy, `windows` with its place, or `all`. */
  rule: string;
  refused: Judged[];
  /** With the wait until the withdrawal that it would have gone after; null: none came. */
  held: (Judged & { waitMs: number | null })[];
  /** What would have waited for an approval; each is taken as approved at once. */
  asked: Judged[];
}

export interface Judged {
  id: string;
  sats: number;
  tag: PolicyTag;
}

/** V's withdrawals by the time of their authority. Throws `sql-file`. */
export function readHistory(file: string): Past[] {
  if (!existsSync(file)) throw fail('sql-file', `${file}: there is no such file, expected V's state file`);
  const table = openSqlFile(file);
  try {
    return table.all<Past>(
      'SELECT w.vtest_id AS id, outs, dynamic, w.sats, f.sats AS feeSats, authorised_ms AS authorisedMs ' +
        'FROM withdrawals w LEFT JOIN fees f ON f.vtest_id = w.vtest_id WHERE authorised_ms IS NOT NULL ' +
        'ORDER BY authorised_ms',
    );
  } finally {
    table.close();
  }
}

/** Fields that mean something together with another one only. */
const COMPANIONS: { [name: string]: (keyof VPolicy)[] } = {
  windowMaxSats: ['windowSeconds'],
  windowMaxFeeSats: ['windowSeconds'],
  windowMaxCount: ['windowSeconds'],
  fromMinute: ['toMinute'],
  isAllowListOnly: ['allowList'],
};
/** What limits nothing by itself. */
const NO_RULES = ['windowSeconds', 'toMinute', 'stopAtRefusal', 'minBalanceSats', 'txMaxFeeSats', 'maxFeerateSatVb'];

/** The policy's rules, each alone. Fees are checked after a payment, so their limits refuse nothing here. */
function rulesOf(policy: VPolicy): [string, VPolicy][] {
  const names = (Object.keys(policy) as (keyof VPolicy)[]).filter((name) => !NO_RULES.includes(name));
  return names.flatMap((name): [string, VPolicy][] => {
    if (name === 'windows') return policy.windows!.map((window, at) => [`windows ${at}`, { windows: [window] }]);
    if (name === 'allowList' && policy.isAllowListOnly !== undefined) return [];
    const together = [name, ...(COMPANIONS[name] ?? [])];
    return [[name, Object.fromEntries(together.map((each) => [each, policy[each]]))]];
  });
}

/** Runs a policy, and each of its rules alone, over a history. */
export function tryPolicy(policy: VPolicy, history: readonly Past[], network: NetworkName, time: LocalTime): Trial[] {
  return [['all', policy] as [string, VPolicy], ...rulesOf(policy)].map(([rule, alone]) => ({
    rule,
    ...run(alone, history, network, time),
  }));
}

/** What a policy would have let pass so far. */
class Passed implements History {
  private readonly passed: { ms: number; past: Past; isApproved: boolean }[] = [];
  private readonly destinations = new Map<string, number>();

  add(past: Past, ms: number, isApproved: boolean, outs: readonly Out[]): void {
    this.passed.push({ ms, past, isApproved });
    for (const { address } of isApproved ? outs : []) {
      const key = destinationOf(address);
      if (!this.destinations.has(key)) this.destinations.set(key, ms);
    }
  }

  spentSince(sinceMs: number): Spent {
    const since = this.passed.filter(({ ms }) => ms >= sinceMs);
    const sum = (of: (past: Past) => number): number => since.reduce((total, { past }) => total + of(past), 0);
    return { count: since.length, sats: sum(({ sats }) => sats), feeSats: sum(({ feeSats }) => feeSats ?? 0) };
  }

  unapprovedSince(sinceMs: number): number {
    const since = this.passed.filter(({ ms, isApproved }) => ms >= sinceMs && !isApproved);
    return since.reduce((total, { past }) => total + past.sats, 0);
  }

  isKnown(address: string, untilMs: number): boolean {
    return (this.destinations.get(destinationOf(address)) ?? Infinity) <= untilMs;
  }
}

function run(policy: VPolicy, history: readonly Past[], network: NetworkName, time: LocalTime): Omit<Trial, 'rule'> {
  const passed = new Passed();
  const trial: Omit<Trial, 'rule'> = { refused: [], held: [], asked: [] };
  let waiting: { past: Past; judged: Trial['held'][number] }[] = [];
  /** The verdict at that time; what passes is counted. */
  const judge = (past: Past, nowMs: number): Verdict => {
    const outs = anOuts(past.outs, network);
    const proposal = { outs, dynamic: past.dynamic, nowMs, time, windowEndMs: nowMs, isApproved: false };
    const verdict = checkWithdrawal(policy, proposal, passed);
    if (verdict.verdict === 'approve') trial.asked.push({ id: past.id, sats: past.sats, tag: verdict.tag });
    if (isPassing(verdict)) passed.add(past, nowMs, verdict.verdict === 'approve', outs);
    return verdict;
  };
  for (const past of history) {
    const nowMs = past.authorisedMs;
    waiting = waiting.filter(({ past: held, judged }) => {
      if (!isPassing(judge(held, nowMs))) return true;
      judged.waitMs = nowMs - held.authorisedMs;
      return false;
    });
    const verdict = judge(past, nowMs);
    if (verdict.verdict === 'refuse') trial.refused.push({ id: past.id, sats: past.sats, tag: verdict.tag });
    if (verdict.verdict !== 'wait') continue;
    const judged = { id: past.id, sats: past.sats, tag: verdict.tag, waitMs: null };
    trial.held.push(judged);
    waiting.push({ past, judged });
  }
  return trial;
}

const isPassing = ({ verdict }: Verdict): boolean => verdict === 'ok' || verdict === 'approve';
