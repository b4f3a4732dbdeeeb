// The limits of an account as the operator gives them and as the board takes them. The API chooses the fee of a
// payment, and V authorises outputs alone: within these limits a hacked API may burn what it likes, so fees are limited
// unless somebody says 0.
// Spec: SPEC.md 11; the board's side is firmware/cold/signing/policy.ts.

/** Limits of an account; what is left out is not limited, but for fees. Amounts in satoshi. */
export interface AccountPolicy {
  txMaxSats?: number;
  /** Left out: FEE_LIMITS_DEFAULT; 0: no limit. */
  txMaxFeeSats?: number;
  /** Left out: FEE_LIMITS_DEFAULT; 0: the board's own 1,000. */
  maxFeerateSatVb?: number;
  windowSeconds?: number;
  windowMaxSats?: number;
  /** Left out: FEE_LIMITS_DEFAULT; 0: no limit. */
  windowMaxFeeSats?: number;
  windowMaxCount?: number;
  maxOutputs?: number;
  minOutputSats?: number;
  /** Minutes of the UTC day; equal: any time. */
  fromMinute?: number;
  toMinute?: number;
  isAllowListOnly?: boolean;
}

/**
 * What an account has that says nothing of fees: 0.002 BTC a payment, 200 sat/vB, 0.01 BTC in the window (a day unless
 * said). A payment of 2 inputs and 3 outputs stays within up to 200 sat/vB, one of 100 inputs and 2 outputs up to 29.
 */
export const FEE_LIMITS_DEFAULT = { txMaxFeeSats: 200_000, maxFeerateSatVb: 200, windowMaxFeeSats: 1_000_000 };

/** The policy that the board gets: with what is left out of fees. */
export function effectivePolicy(policy: AccountPolicy = {}): AccountPolicy {
  const given = Object.entries(policy).filter(([, value]) => value !== undefined);
  return { ...FEE_LIMITS_DEFAULT, ...Object.fromEntries(given) };
}

/** The positional form of the account data: 12 numbers, 0 where there is no limit. */
export function policyFields(policy: AccountPolicy = {}): number[] {
  const it = effectivePolicy(policy);
  return [
    it.txMaxSats ?? 0,
    it.txMaxFeeSats ?? 0,
    it.maxFeerateSatVb ?? 0,
    it.windowSeconds ?? 0,
    it.windowMaxSats ?? 0,
    it.windowMaxFeeSats ?? 0,
    it.windowMaxCount ?? 0,
    it.maxOutputs ?? 0,
    it.minOutputSats ?? 0,
    it.fromMinute ?? 0,
    it.toMinute ?? 0,
    it.isAllowListOnly ? 1 : 0,
  ];
}
