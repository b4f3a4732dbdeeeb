// V's own limits on a withdrawal, asked before any authority is made. Kinds as on HSM-Cold, set tighter by the customer.
// HSM-Cold applies its own afterwards; neither relies on the other.

import { MIN_OUT_SATS, sumSats, type Out } from '../v1';
import { aMinuteOfDay, type LocalTime } from './local-time';
import type { VPolicy } from './types';

/** refuse: will never be allowed. wait: will be allowed later. `tag` names the limit, for the admin. */
export type Verdict = { verdict: 'ok' } | { verdict: 'refuse' | 'wait'; tag: string };

const OK: Verdict = { verdict: 'ok' };

/** `spentSince(ms)`: satoshi authorised since then. */
export function judge(policy: VPolicy, outs: readonly Out[], dynamic: number, nowMs: number, time: LocalTime, spentSince: (sinceMs: number) => number): Verdict {
  const total = sumSats(outs);
  if (policy.maxOuts !== undefined && outs.length > policy.maxOuts) return refuse('outs');
  if (outs.some((out) => out.sats < (policy.minOutSats ?? MIN_OUT_SATS))) return refuse('small');
  if (policy.maxOutSats !== undefined && outs.some((out) => out.sats > policy.maxOutSats!)) return refuse('per-out');
  if (policy.maxTxSats !== undefined && total > policy.maxTxSats) return refuse('per-tx');
  if (policy.allowList && outs.some((out) => !policy.allowList!.includes(out.address))) return refuse('allow-list');
  if (policy.dynamicFee === false && dynamic === 1) return refuse('fee');
  for (const limit of policy.velocity ?? []) {
    if (total > limit.maxSats) return refuse('velocity');
    if (spentSince(nowMs - limit.windowSeconds * 1000) + total > limit.maxSats) return { verdict: 'wait', tag: 'velocity' };
  }
  if (policy.hours && !isWithin(policy.hours, time.minuteOfDay(nowMs))) return { verdict: 'wait', tag: 'hours' };
  return OK;
}

/** Throws `bad-policy` naming the field. */
export function aPolicy(policy: VPolicy): VPolicy {
  const bad = (name: string) => Object.assign(new Error('bad-policy: ' + name), { code: 'bad-policy' });
  for (const name of ['maxTxSats', 'maxOutSats', 'minOutSats', 'maxOuts', 'maxFeeSats', 'minBalanceSats'] as const) {
    const value = policy[name];
    if (value !== undefined && (!Number.isSafeInteger(value) || value < 0)) throw bad(name);
  }
  for (const limit of policy.velocity ?? []) {
    if (!Number.isSafeInteger(limit.windowSeconds) || limit.windowSeconds < 1 || !Number.isSafeInteger(limit.maxSats) || limit.maxSats < 0) throw bad('velocity');
  }
  if (policy.hours) {
    aMinuteOfDay(policy.hours.from);
    aMinuteOfDay(policy.hours.to);
  }
  return policy;
}

function refuse(tag: string): Verdict {
  return { verdict: 'refuse', tag };
}

function isWithin(hours: { from: string; to: string }, minute: number): boolean {
  const [from, to] = [aMinuteOfDay(hours.from), aMinuteOfDay(hours.to)];
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}
