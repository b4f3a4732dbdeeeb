/**
 * What an account may spend, whatever its V-Device signed. One check returns the first rule that is broken, as a stable
 * tag. The table (each tag is proved by test/firmware/cold/signing/policy.test.ts):
 *   policy-outputs       more outputs than allowed
 *   policy-dust          an output below the smallest allowed
 *   policy-destination   an address that is not on the allow-list
 *   policy-tx-amount     one payment above its limit
 *   policy-tx-fee        one fee above its limit
 *   policy-fee-rate      fee per virtual byte above its limit
 *   policy-velocity      amount paid in the rolling window above its limit
 *   policy-fee-velocity  fees paid in the rolling window above their limit
 *   policy-count         more payments in the rolling window than allowed
 *   policy-time          outside the hours of the day (UTC)
 *   policy-clock         a rule needs the time and the clock was not set
 * Amounts in satoshi, exact up to 21e14. Leaves to others: summing the window (payments/window.ts), the allow-list's
 * storage.
 */
import {
  WINDOW_SECONDS_DEFAULT,
  FEERATE_MAX_DEFAULT,
  type PolicyLimits,
  type Spent,
} from '../../../protocol/request/policy';
import { DAY_SECONDS } from '../../../protocol/time';
import { AMOUNT_MAX_SATS, OUTS_COUNT_MAX } from '../../../protocol/wire';

/** Positional in the journal and in the account data. */
export interface Policy extends PolicyLimits {
  /** 1: only addresses of the allow-list. */
  allowList: number;
  /** HSM-Cold notifies the account's admins of a day that paid more (alarms/day-sum.ts); 0: never. */
  tellAboveSats: number;
}

const POLICY_FIELDS = 13;
/** windowMaxSats of an account for which `none` was written: more than there is. */
export const NO_DAY_LIMIT_SATS = AMOUNT_MAX_SATS;

/** What one payment does. A fee bump has amountSats and count 0 and the fee difference as debitFeeSats. */
export interface Payment {
  outputs: number;
  smallestSats: number;
  isAllListed: boolean;
  amountSats: number;
  feeSats: number;
  vbytes: number;
  debitSats: number;
  debitFeeSats: number;
  debitCount: number;
}

/** Reads the positional form: an array of POLICY_FIELDS non-negative safe integers; undefined when it is not. */
export function policyFrom(value: unknown): Policy | undefined {
  const fields = value as number[];
  if (!fields || fields.length !== POLICY_FIELDS) return undefined;
  for (let i = 0; i < POLICY_FIELDS; i++) {
    const field = fields[i];
    if (typeof field !== 'number' || !(field >= 0) || field > AMOUNT_MAX_SATS || Math.floor(field) !== field)
      return undefined;
  }
  if (fields[9] > 1439 || fields[10] > 1439 || fields[11] > 1 || fields[7] > OUTS_COUNT_MAX) return undefined;
  return {
    txMaxSats: fields[0],
    txMaxFeeSats: fields[1],
    maxFeerateSatVb: fields[2],
    windowSeconds: fields[3] || WINDOW_SECONDS_DEFAULT,
    windowMaxSats: fields[4],
    windowMaxFeeSats: fields[5],
    windowMaxCount: fields[6],
    maxOutputs: fields[7],
    minOutputSats: fields[8],
    fromMinute: fields[9],
    toMinute: fields[10],
    allowList: fields[11],
    tellAboveSats: fields[12],
  };
}

/** The numbers that policyFrom reads, in their order. */
export function policyFields(policy: Policy): number[] {
  return [
    policy.txMaxSats,
    policy.txMaxFeeSats,
    policy.maxFeerateSatVb,
    policy.windowSeconds,
    policy.windowMaxSats,
    policy.windowMaxFeeSats,
    policy.windowMaxCount,
    policy.maxOutputs,
    policy.minOutputSats,
    policy.fromMinute,
    policy.toMinute,
    policy.allowList,
    policy.tellAboveSats,
  ];
}

/** Is there a limit for a day, in figures or as `none`? A window that is shorter limits no day. */
export function hasDayLimit(policy: Policy): boolean {
  if (policy.windowMaxSats === NO_DAY_LIMIT_SATS) return true;
  return policy.windowMaxSats > 0 && policy.windowSeconds >= DAY_SECONDS;
}

/** The limit for a day as it is shown: satoshi, or `none`. */
export function dayLimitText(policy: Policy): string {
  return policy.windowMaxSats === NO_DAY_LIMIT_SATS ? 'none' : '' + policy.windowMaxSats;
}

/** Rules about the payment alone. */
function paymentRule(policy: Policy, payment: Payment): string {
  if (payment.outputs > (policy.maxOutputs || OUTS_COUNT_MAX)) return 'policy-outputs';
  if (payment.smallestSats < policy.minOutputSats) return 'policy-dust';
  if (policy.allowList && !payment.isAllListed) return 'policy-destination';
  if (policy.txMaxSats && payment.amountSats > policy.txMaxSats) return 'policy-tx-amount';
  if (policy.txMaxFeeSats && payment.feeSats > policy.txMaxFeeSats) return 'policy-tx-fee';
  if (payment.feeSats > (policy.maxFeerateSatVb || FEERATE_MAX_DEFAULT) * payment.vbytes) return 'policy-fee-rate';
  return '';
}

/** The rule about the time of day. nowSeconds 0: the clock is not set. */
function timeRule(policy: Policy, nowSeconds: number): string {
  const from = policy.fromMinute;
  const to = policy.toMinute;
  if (from === to) return '';
  if (!nowSeconds) return 'policy-clock';
  const minute = Math.floor((nowSeconds % DAY_SECONDS) / 60);
  const isInside = from < to ? minute >= from && minute < to : minute >= from || minute < to;
  if (!isInside) return 'policy-time';
  return '';
}

/** Rules about the rolling window, whose sums without this payment are `spent`. */
function windowRule(policy: Policy, payment: Payment, spent: Spent): string {
  if (policy.windowMaxSats && spent.sats + payment.debitSats > policy.windowMaxSats) return 'policy-velocity';
  if (policy.windowMaxFeeSats && spent.feeSats + payment.debitFeeSats > policy.windowMaxFeeSats)
    return 'policy-fee-velocity';
  if (policy.windowMaxCount && spent.count + payment.debitCount > policy.windowMaxCount) return 'policy-count';
  return '';
}

/** The first rule that the payment breaks, as a tag; empty when it keeps all. nowSeconds 0: the clock is not set. */
export function policyTag(policy: Policy, payment: Payment, spent: Spent, nowSeconds: number): string {
  return paymentRule(policy, payment) || timeRule(policy, nowSeconds) || windowRule(policy, payment, spent);
}
