// Reads the customer's policy file: every name known, every value of its kind, before V starts. A name that V does not
// know would be a limit that the customer believes in and nobody applies.

import { fail } from '../../../protocol/errors';
import { isAnyAddress } from '../../bitcoin/address';
import { aMinuteOfDay } from '../loops/local-time';
import { OUTS_COUNT_MAX } from '../../../protocol/wire';
import { dayLimitOf } from './policy';
import type { VPolicy, VPolicyFile } from '../types';

const WINDOW_FIELDS = ['windowSeconds', 'windowMaxSats', 'windowMaxFeeSats', 'windowMaxCount'];
const NUMBER_FIELDS = [
  'txMaxSats',
  'txMaxFeeSats',
  'maxFeerateSatVb',
  ...WINDOW_FIELDS,
  'maxOutputs',
  'minOutputSats',
  'fromMinute',
  'toMinute',
  'maxOutSats',
  'minBalanceSats',
  'approveAboveSats',
];
const SWITCHES = ['isAllowListOnly', 'dynamicFee', 'stopAtRefusal', 'approveNewDestinations'];
/** All names of a policy. */
export const V_POLICY_FIELDS = [...NUMBER_FIELDS, ...SWITCHES, 'allowList', 'windows', 'hours'];
const LAST_MINUTE = 1439;

type Raw = { [name: string]: unknown };

/** Returns the policy, without the word `none`. Throws `bad-policy` naming the field, `bad-time`. */
export function aPolicy(given: VPolicyFile): VPolicy {
  const policy = withoutNone(given);
  const raw = policy as Raw;
  knownOnly(raw, V_POLICY_FIELDS, '');
  numbers(raw, NUMBER_FIELDS, '');
  checkBounds(policy);
  for (const name of SWITCHES)
    if (raw[name] !== undefined && typeof raw[name] !== 'boolean') throw bad(name, 'expected true or false');
  checkAllowList(policy);
  checkWindows(policy.windows);
  if (policy.hours !== undefined) {
    aMinuteOfDay(policy.hours.from);
    aMinuteOfDay(policy.hours.to);
  }
  return policy;
}

/**
 * Returns the policy that V's settings have. It must limit what a day pays: left out by mistake, a hacked website would
 * have the whole balance. Throws as aPolicy.
 */
export function aLimitedPolicy(given: VPolicyFile): VPolicy {
  const policy = aPolicy(given);
  if (given.windowMaxSats !== 'none' && dayLimitOf(policy) === 'none')
    throw bad('windowMaxSats', 'expected the most satoshi that a day may pay, or "none": V runs with a written limit');
  return policy;
}

function withoutNone(given: VPolicyFile): VPolicy {
  const { windowMaxSats, ...others } = given;
  if (windowMaxSats === 'none') return others;
  return given as VPolicy;
}

function checkBounds(policy: VPolicy): void {
  if (policy.maxOutputs !== undefined && policy.maxOutputs > OUTS_COUNT_MAX)
    throw bad('maxOutputs', `expected at most ${OUTS_COUNT_MAX}`);
  if (policy.approveAboveSats === 0)
    throw bad('approveAboveSats', 'expected satoshi from 1: 1 has every withdrawal approved, none is to leave it out');
  for (const name of ['fromMinute', 'toMinute'] as const)
    if ((policy[name] ?? 0) > LAST_MINUTE) throw bad(name, `expected 0 to ${LAST_MINUTE}`);
}

function checkAllowList({ allowList, isAllowListOnly }: VPolicy): void {
  if (allowList === undefined) return;
  if (!Array.isArray(allowList) || !allowList.every((each) => typeof each === 'string'))
    throw bad('allowList', 'expected addresses');
  const at = allowList.findIndex((each) => !isAnyAddress(each));
  if (at >= 0) throw bad(`allowList ${at}`, 'expected an address, nothing around it');
  if (isAllowListOnly === false) throw bad('isAllowListOnly', 'false beside an allowList: leave one out');
}

function checkWindows(windows: VPolicy['windows']): void {
  if (windows !== undefined && !Array.isArray(windows)) throw bad('windows', 'expected a list');
  for (const [i, window] of (windows ?? []).entries()) {
    if (typeof window !== 'object' || window === null) throw bad(`windows ${i}`, 'expected an object');
    knownOnly(window, WINDOW_FIELDS, `windows ${i} `);
    numbers(window, WINDOW_FIELDS, `windows ${i} `);
  }
}

function bad(name: string, what: string): Error {
  return fail('bad-policy', `"${name}" ${what}`);
}

function knownOnly(raw: Raw, known: string[], where: string): void {
  for (const name of Object.keys(raw))
    if (!known.includes(name)) throw bad(where + name, `is no limit of V: expected ${known.join(', ')}`);
}

function numbers(raw: Raw, names: string[], where: string): void {
  for (const name of names) {
    const value = raw[name];
    if (value !== undefined && (!Number.isSafeInteger(value) || (value as number) < 0))
      throw bad(where + name, 'expected a whole number from 0');
  }
}
