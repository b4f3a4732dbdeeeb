/**
 * The limits that HSM-Cold and V name alike. HSM-Cold applies an account's (firmware/cold/signing/policy.ts), V its
 * own, set tighter by the customer (host/vdevice/policy/policy.ts); neither relies on the other. Amounts in satoshi,
 * exact up to 21e14. 0 means "no limit" except where said. Spec: SPEC.md 11.
 */

/** What may be paid within any `windowSeconds`. */
export interface PolicyWindow {
  /** 0 stands for WINDOW_SECONDS_DEFAULT. */
  windowSeconds: number;
  windowMaxSats: number;
  windowMaxFeeSats: number;
  windowMaxCount: number;
}

export interface PolicyLimits extends PolicyWindow {
  /** Largest sum of the outputs of one payment. */
  txMaxSats: number;
  txMaxFeeSats: number;
  /** Satoshi per virtual byte; 0 stands for FEERATE_MAX_DEFAULT. */
  maxFeerateSatVb: number;
  /** 0 stands for OUTS_COUNT_MAX. */
  maxOutputs: number;
  /** Smallest single output. */
  minOutputSats: number;
  /** Minutes of the UTC day; equal values mean any time. `from` may be after `to`: over midnight. */
  fromMinute: number;
  toMinute: number;
}

/**
 * Limits of fees where an account, or V's policy, says nothing of them: 0.002 BTC a payment, 200 sat/vB, 0.01 BTC in
 * the window. A payment of 2 inputs and 3 outputs stays within up to 200 sat/vB, one of 100 inputs and 2 outputs up to
 * 29.
 */
export const FEE_LIMITS_DEFAULT = { txMaxFeeSats: 200_000, maxFeerateSatVb: 200, windowMaxFeeSats: 1_000_000 };
export const FEERATE_MAX_DEFAULT = 1000;
/** A day. */
export const WINDOW_SECONDS_DEFAULT = 86400;

/** Sums since some moment: amounts, fees, payments. */
export interface Spent {
  sats: number;
  feeSats: number;
  count: number;
}
