// What a new policy allows that the one before did not. Whatever is not plainly as tight counts as looser.

import { DAY_SECONDS } from '../../../protocol/time';
import { FEERATE_MAX_DEFAULT } from '../../../protocol/request/policy';
import { OUTS_COUNT_MAX } from '../../../protocol/wire';
import { destinationOf } from '../../bitcoin/address';
import { MIN_OUT_SATS } from '../../v1';
import type { VPolicy, VWindow } from '../types';
import { windowsOf } from './policy';

/** Limits from above, and what an absent one or 0 stands for. */
const CAPS = {
  txMaxSats: Infinity,
  txMaxFeeSats: Infinity,
  maxFeerateSatVb: FEERATE_MAX_DEFAULT,
  maxOutputs: OUTS_COUNT_MAX,
  maxOutSats: Infinity,
  approveAboveSats: Infinity,
} as const;
const WINDOW_CAPS = ['windowMaxSats', 'windowMaxFeeSats', 'windowMaxCount'] as const;
/** Values that are tighter than any other. */
const TIGHT = { dynamicFee: false, stopAtRefusal: true, approveNewDestinations: true } as const;

/** Names of what is looser in `after`; empty: nothing is. */
export function looserFields(before: VPolicy, after: VPolicy): string[] {
  const caps = (Object.keys(CAPS) as (keyof typeof CAPS)[]).filter(
    (name) => (after[name] || CAPS[name]) > (before[name] || CAPS[name]),
  );
  const switches = (Object.keys(TIGHT) as (keyof typeof TIGHT)[]).filter(
    (name) => before[name] === TIGHT[name] && after[name] !== TIGHT[name],
  );
  const leastOut = ({ minOutputSats }: VPolicy): number => Math.max(minOutputSats ?? 0, MIN_OUT_SATS);
  return [
    ...caps,
    ...WINDOW_CAPS.filter((cap) => isWindowLooser(cap, before, after)),
    ...(leastOut(after) < leastOut(before) ? ['minOutputSats'] : []),
    ...(isListLooser(before, after) ? ['allowList'] : []),
    ...switches,
    ...timesLooser(before, after),
  ];
}

/** Is there a limit before that no window after keeps, over as long a time? */
function isWindowLooser(cap: (typeof WINDOW_CAPS)[number], before: VPolicy, after: VPolicy): boolean {
  const keeps = (later: VWindow, window: VWindow): boolean =>
    Boolean(later[cap]) &&
    later[cap]! <= window[cap]! &&
    (later.windowSeconds || DAY_SECONDS) >= (window.windowSeconds || DAY_SECONDS);
  return windowsOf(before).some(
    (window) => Boolean(window[cap]) && !windowsOf(after).some((later) => keeps(later, window)),
  );
}

function isListLooser(before: VPolicy, after: VPolicy): boolean {
  const hasList = ({ allowList, isAllowListOnly }: VPolicy): boolean =>
    allowList !== undefined || isAllowListOnly === true;
  const listed = (before.allowList ?? []).map(destinationOf);
  if (!hasList(before)) return false;
  return !hasList(after) || (after.allowList ?? []).some((address) => !listed.includes(destinationOf(address)));
}

/** Hours that are others. */
function timesLooser(before: VPolicy, after: VPolicy): string[] {
  const minutes = ({ fromMinute, toMinute }: VPolicy): string => `${fromMinute ?? 0} ${toMinute ?? 0}`;
  const hours = (policy: VPolicy): string => (policy.hours ? `${policy.hours.from} ${policy.hours.to}` : '');
  const hadMinutes = (before.fromMinute ?? 0) !== (before.toMinute ?? 0);
  return [
    ...(hadMinutes && minutes(before) !== minutes(after) ? ['fromMinute'] : []),
    ...(before.hours && hours(before) !== hours(after) ? ['hours'] : []),
  ];
}
