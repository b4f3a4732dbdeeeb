// V's own limits: on a withdrawal before any authority is made, and on its fee once the API built the transaction, for
// only then V can know it. Kinds, names and tags are HSM-Cold's (firmware/cold/signing/policy.ts), set tighter by the
// customer; HSM-Cold applies its own afterwards, and neither relies on the other. The fee is the API's word here;
// HSM-Cold's limits bound what a lying API can burn. Leaves to others: reading a policy (policy-form.ts), what was
// spent (state.ts). Spec: SPEC.md 11.

import { destinationOf } from '../../bitcoin/address';
import { MIN_OUT_SATS, sumSats, type Out } from '../../v1';
import { aMinuteOfDay, type LocalTime } from '../loops/local-time';
import { DAY_MINUTES, DAY_MS, MINUTE_MS } from '../../../protocol/time';
import { FEERATE_MAX_DEFAULT, WINDOW_SECONDS_DEFAULT, type Spent } from '../../../protocol/request/policy';
import { OUTS_COUNT_MAX } from '../../../protocol/wire';
import type { VPolicy, VWindow } from '../types';

/** HSM-Cold's tags, then V's own. */
export const POLICY_TAGS = [
  'policy-outputs',
  'policy-dust',
  'policy-destination',
  'policy-tx-amount',
  'policy-tx-fee',
  'policy-fee-rate',
  'policy-velocity',
  'policy-fee-velocity',
  'policy-count',
  'policy-time',
  'policy-clock',
  'policy-out-amount',
  'policy-dynamic-fee',
  'policy-fee-unknown',
  'policy-approval',
  'policy-new-destination',
  'policy-loosened',
] as const;

export type PolicyTag = (typeof POLICY_TAGS)[number];

/**
 * refuse: will never be allowed. wait: will be allowed later. approve: once a person says so. `tag` names the limit,
 * for the admin.
 */
export type Verdict = { verdict: 'ok' } | { verdict: 'refuse' | 'wait' | 'approve'; tag: PolicyTag };

/** A clock before this was never set. */
const CLOCK_SET_MS = Date.UTC(2020, 0, 1);

/** A withdrawal as the policy sees it. */
export interface Proposal {
  outs: readonly Out[];
  /** 0 or 1. */
  dynamic: number;
  /** Now, ms since 1970, and V's local time. */
  nowMs: number;
  time: LocalTime;
  /** Where windows end: now, or earlier (limit-clock.ts). */
  windowEndMs: number;
  /** A person approved it. */
  isApproved: boolean;
}

/** What V authorised before. */
export interface History {
  spentSince(sinceMs: number): Spent;
  /** Satoshi that no person approved. */
  unapprovedSince(sinceMs: number): number;
  /** Was the address's script approved by then? */
  isKnown(address: string, untilMs: number): boolean;
}

/** Checks a withdrawal before it is signed. */
export function checkWithdrawal(policy: VPolicy, proposal: Proposal, history: History): Verdict {
  const { outs, dynamic, nowMs, windowEndMs, time } = proposal;
  const total = sumSats(outs);
  const refused = refusalTag(policy, outs, total, dynamic);
  if (refused) return { verdict: 'refuse', tag: refused };
  const windows = windowsOf(policy);
  if (windows.some((window) => window.windowMaxSats && total > window.windowMaxSats))
    return { verdict: 'refuse', tag: 'policy-velocity' };
  const held = timeTag(policy, nowMs, time);
  if (held) return { verdict: 'wait', tag: held };
  for (const window of windows) {
    const spent = history.spentSince(windowEndMs - secondsOf(window) * 1000);
    if (window.windowMaxSats && spent.sats + total > window.windowMaxSats)
      return { verdict: 'wait', tag: 'policy-velocity' };
    if (window.windowMaxFeeSats && spent.feeSats >= window.windowMaxFeeSats)
      return { verdict: 'wait', tag: 'policy-fee-velocity' };
    if (window.windowMaxCount && spent.count + 1 > window.windowMaxCount)
      return { verdict: 'wait', tag: 'policy-count' };
  }
  const unapproved = approvalTag(policy, proposal, total, history);
  return unapproved ? { verdict: 'approve', tag: unapproved } : { verdict: 'ok' };
}

/** The rule for which a person must approve the withdrawal; empty: none. */
function approvalTag(policy: VPolicy, proposal: Proposal, total: number, history: History): PolicyTag | '' {
  const { outs, windowEndMs, isApproved } = proposal;
  const dayAgoMs = windowEndMs - DAY_MS;
  if (isApproved) return '';
  if (policy.approveAboveSats && history.unapprovedSince(dayAgoMs) + total > policy.approveAboveSats)
    return 'policy-approval';
  return policy.approveNewDestinations && !outs.every(({ address }) => history.isKnown(address, dayAgoMs))
    ? 'policy-new-destination'
    : '';
}

/**
 * The fee limit that a built transaction breaks; empty: none. feeSats null: the API does not show it, which matters
 * when a limit was set. vbytes: upper estimate of the size. `spentSince`: without this fee.
 */
export function feeTag(
  policy: VPolicy,
  feeSats: number | null,
  vbytes: number,
  windowEndMs: number,
  spentSince: (sinceMs: number) => Spent,
): PolicyTag | '' {
  const windows = windowsOf(policy);
  if (feeSats === null) return hasFeeLimit(policy) ? 'policy-fee-unknown' : '';
  if (policy.txMaxFeeSats && feeSats > policy.txMaxFeeSats) return 'policy-tx-fee';
  if (feeSats > (policy.maxFeerateSatVb || FEERATE_MAX_DEFAULT) * vbytes) return 'policy-fee-rate';
  const isOver = windows.some(
    (window) =>
      window.windowMaxFeeSats &&
      spentSince(windowEndMs - secondsOf(window) * 1000).feeSats + feeSats > window.windowMaxFeeSats,
  );
  return isOver ? 'policy-fee-velocity' : '';
}

/** Did the customer limit fees? */
export function hasFeeLimit(policy: VPolicy): boolean {
  return Boolean(
    policy.txMaxFeeSats || policy.maxFeerateSatVb || windowsOf(policy).some((window) => window.windowMaxFeeSats),
  );
}

function refusalTag(policy: VPolicy, outs: readonly Out[], total: number, dynamic: number): PolicyTag | '' {
  if (outs.length > (policy.maxOutputs || OUTS_COUNT_MAX)) return 'policy-outputs';
  // Below MIN_OUT_SATS the API refuses every time: an authority would be posted for ever.
  if (outs.some((out) => out.sats < Math.max(policy.minOutputSats ?? 0, MIN_OUT_SATS))) return 'policy-dust';
  if ((policy.isAllowListOnly || policy.allowList) && !outs.every((out) => isListed(policy, out.address)))
    return 'policy-destination';
  if (policy.txMaxSats && total > policy.txMaxSats) return 'policy-tx-amount';
  if (policy.maxOutSats && outs.some((out) => out.sats > policy.maxOutSats!)) return 'policy-out-amount';
  return policy.dynamicFee === false && dynamic === 1 ? 'policy-dynamic-fee' : '';
}

/** Compared by what is paid, not as text (BIP173: capitals are the same address). */
function isListed(policy: VPolicy, address: string): boolean {
  return (policy.allowList ?? []).some((listed) => destinationOf(listed) === destinationOf(address));
}

function timeTag(policy: VPolicy, nowMs: number, time: LocalTime): PolicyTag | '' {
  const from = policy.fromMinute ?? 0;
  const to = policy.toMinute ?? 0;
  if (from === to && !policy.hours) return '';
  if (nowMs < CLOCK_SET_MS) return 'policy-clock';
  if (from !== to && !isWithin(from, to, Math.floor(nowMs / MINUTE_MS) % DAY_MINUTES)) return 'policy-time';
  return policy.hours &&
    !isWithin(aMinuteOfDay(policy.hours.from), aMinuteOfDay(policy.hours.to), time.minuteOfDay(nowMs))
    ? 'policy-time'
    : '';
}

/** The policy's windows, its own first. */
export function windowsOf(policy: VPolicy): VWindow[] {
  return [policy, ...(policy.windows ?? [])];
}

/** The most that a day may pay: the least of the windows of a day or longer. */
export function dayLimitOf(policy: VPolicy): number | 'none' {
  const limits = windowsOf(policy).flatMap((window) =>
    window.windowMaxSats && secondsOf(window) >= WINDOW_SECONDS_DEFAULT ? [window.windowMaxSats] : [],
  );
  return limits.length ? Math.min(...limits) : 'none';
}

function secondsOf(window: VWindow): number {
  return window.windowSeconds || WINDOW_SECONDS_DEFAULT;
}

function isWithin(from: number, to: number, minute: number): boolean {
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}
