// The limits of an account as the operator gives them and as the board takes them. The API chooses the fee of a
// payment: within these limits, and what V's authority allows, a hacked API may burn what it likes, so fees are limited
// unless somebody says 0.
// Spec: SPEC.md 11; the board's side is firmware/cold/signing/policy.ts.

import { FEE_LIMITS_DEFAULT } from '../../protocol/request/policy';
import { AMOUNT_MAX_SATS } from '../../protocol/wire';

/** Limits of an account; what is left out is not limited, but for fees. Amounts in satoshi. */
export interface AccountPolicy {
  txMaxSats?: number;
  /** Left out: FEE_LIMITS_DEFAULT; 0: no limit. */
  txMaxFeeSats?: number;
  /** Left out: FEE_LIMITS_DEFAULT; 0: the board's own 1,000. */
  maxFeerateSatVb?: number;
  windowSeconds?: number;
  /** The most that a window pays. Without, or with a window under a day, the board refuses the account. */
  windowMaxSats?: number | 'none';
  /** Left out: FEE_LIMITS_DEFAULT; 0: no limit. */
  windowMaxFeeSats?: number;
  windowMaxCount?: number;
  maxOutputs?: number;
  minOutputSats?: number;
  /** Minutes of the UTC day; equal: any time. */
  fromMinute?: number;
  toMinute?: number;
  isAllowListOnly?: boolean;
  /**
   * HSM-Cold notifies the admins of a day that pays more. Left out: half of the limit, or TELL_ABOVE_DEFAULT; 0: never.
   */
  tellAboveSats?: number;
}

/** What a day may pay without an SMS where it has no limit. */
export const TELL_ABOVE_DEFAULT = 10_000_000;

/** The policy that the board gets: with what is left out of fees and of the sum that is told. */
export function effectivePolicy(policy: AccountPolicy = {}): AccountPolicy {
  const given = Object.entries(policy).filter(([, value]) => value !== undefined);
  const { windowMaxSats } = policy;
  const tellAboveSats = typeof windowMaxSats === 'number' ? Math.floor(windowMaxSats / 2) : TELL_ABOVE_DEFAULT;
  return { ...FEE_LIMITS_DEFAULT, tellAboveSats, ...Object.fromEntries(given) };
}

/** The fields in the order of the account data. */
const PLACES = [
  'txMaxSats',
  'txMaxFeeSats',
  'maxFeerateSatVb',
  'windowSeconds',
  'windowMaxSats',
  'windowMaxFeeSats',
  'windowMaxCount',
  'maxOutputs',
  'minOutputSats',
  'fromMinute',
  'toMinute',
  'isAllowListOnly',
  'tellAboveSats',
] as const;

/** The positional form of the account data: 13 numbers, 0 where there is no limit, all that there is for `none`. */
export function policyFields(policy: AccountPolicy = {}): number[] {
  const given = effectivePolicy(policy);
  return PLACES.map((name) => (given[name] === 'none' ? AMOUNT_MAX_SATS : Number(given[name] ?? 0)));
}
