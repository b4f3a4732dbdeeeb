/**
 * The sum of a day, which HSM-Cold itself tells an account's admins: V and website may be hacked. Where the payments of
 * the last 24 hours are above the account's tell_above_sats, each of its phones gets an SMS, one in 24 hours at most,
 * over restarts too:
 *   CC:SUM:<account>: <sats> sats in <n> payments within a day. Account <name>.
 * Spec: SPEC.md 10.
 */
import type { Cold } from '../cold';
import { DAY_SECONDS } from '../../../protocol/time';
import { spentSince } from '../payments/window';
import { requireAccount } from '../state/accounts';
import { nowSeconds, saveStanding } from '../state/store';
import { scheduleOnce } from '../scheduler';
import { post } from './notices';

/** Notifies the admins of an account, unless it is too early or the sum is not above. It is written down before. */
function tellSum(cold: Cold, n: number): void {
  const account = requireAccount(cold, n);
  const now = nowSeconds(cold);
  const above = account.policy.tellAboveSats;
  if (!above || now < account.toldSeconds + DAY_SECONDS) return;
  const spent = spentSince(cold, n, now - DAY_SECONDS);
  if (spent.sats <= above) return;
  account.toldSeconds = now;
  saveStanding(cold, account, account.closed, account.refusalTimes);
  const text =
    'CC:SUM:' +
    n +
    ': ' +
    spent.sats +
    ' sats in ' +
    spent.count +
    ' payments within a day. Account ' +
    account.name +
    '.';
  for (let i = 0; i < account.adminPhones.length; i++) post(cold, account.adminPhones[i], text, true);
}

/**
 * Looks at one account that paid since the last look, in a task of its own: as little stands on the stack as may be,
 * and no request that goes on and on keeps an SMS back.
 */
export function tellSums(cold: Cold): void {
  if (!cold.keys || !cold.modem) return;
  for (let n = 0; n < cold.state.accountCount; n++) {
    if (!(cold.sumsDue & (1 << n))) continue;
    cold.sumsDue &= ~(1 << n);
    return scheduleOnce(cold, function () {
      tellSum(cold, n);
    });
  }
}
