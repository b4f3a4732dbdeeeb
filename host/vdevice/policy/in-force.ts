// The policies that hold at this moment: the one of V's settings, and those before it that were tighter, for a day of
// V's own running time. A payment keeps all of them, so that a tighter value holds at once and a looser one a day after
// V first saw it, told to the admins. Spec: SPEC.md 11.

import { DAY_MS } from '../../../protocol/time';
import type { State } from '../state';
import type { VPolicy } from '../types';
import { looserFields } from './changes';
import type { LimitClock } from './limit-clock';
import {
  checkWithdrawal,
  feeTag,
  hasFeeLimit,
  type History,
  type PolicyTag,
  type Proposal,
  type Verdict,
} from './policy';

/** An earlier policy, and how much longer V must run until it holds no more. */
interface Earlier {
  policy: VPolicy;
  leftMs: number;
  /** What the policy after it loosened. */
  looser: string[];
}

const CURRENT = 'policy';
const EARLIER = 'policies-before';

export class PoliciesInForce {
  private earlier: Earlier[];
  private countedMs = this.clock.ranMs();

  /** Compares the policy of V's settings with what V kept; `tell` is called where something is looser. */
  constructor(
    private readonly state: Pick<State, 'getText' | 'setText' | 'transaction'>,
    private readonly clock: LimitClock,
    private readonly policy: VPolicy,
    tell: (words: string) => void,
  ) {
    const kept = state.getText(CURRENT);
    this.earlier = JSON.parse(state.getText(EARLIER) ?? '[]') as Earlier[];
    const text = JSON.stringify(policy);
    if (kept === text) return;
    const looser = kept === null ? [] : looserFields(JSON.parse(kept) as VPolicy, policy);
    if (looser.length > 0) this.hold({ policy: JSON.parse(kept!) as VPolicy, leftMs: DAY_MS, looser });
    state.transaction(() => {
      state.setText(CURRENT, text);
      this.keep();
      if (looser.length > 0) tell(`limits of V are looser: ${looser.join(', ')}. They hold in 24 hours`);
    });
  }

  /** Once more, where it holds already. */
  private hold(before: Earlier): void {
    const text = JSON.stringify(before.policy);
    this.earlier = [...this.earlier.filter(({ policy }) => JSON.stringify(policy) !== text), before];
  }

  private keep(): void {
    this.state.setText(EARLIER, this.earlier.length === 0 ? null : JSON.stringify(this.earlier));
  }

  /** Counts how long V has run. Called every minute. */
  tick(): void {
    const ranMs = this.clock.ranMs() - this.countedMs;
    this.countedMs += ranMs;
    if (this.earlier.length === 0) return;
    this.earlier = this.earlier
      .map((each) => ({ ...each, leftMs: each.leftMs - ranMs }))
      .filter(({ leftMs }) => leftMs > 0);
    this.keep();
  }

  /** What waits to be looser, and for how long. */
  waiting(): { looser: string[]; leftMs: number }[] {
    return this.earlier.map(({ looser, leftMs }) => ({ looser, leftMs }));
  }

  all(): VPolicy[] {
    return [this.policy, ...this.earlier.map(({ policy }) => policy)];
  }

  /** As checkWithdrawal, by all of them. What an earlier one refuses waits until it holds no more. */
  check(proposal: Proposal, history: History): Verdict {
    return checkAll(this.all(), proposal, history);
  }

  /** As feeTag, by all of them. */
  feeTag(...fee: Parameters<typeof feeTag> extends [VPolicy, ...infer Rest] ? Rest : never): PolicyTag | '' {
    for (const policy of this.all()) {
      const tag = feeTag(policy, ...fee);
      if (tag !== '') return tag;
    }
    return '';
  }

  hasFeeLimit(): boolean {
    return this.all().some(hasFeeLimit);
  }

  stopsAtRefusal(): boolean {
    return this.all().some(({ stopAtRefusal }) => stopAtRefusal === true);
  }
}

/** policies: the present one, then earlier ones that still hold. */
export function checkAll(policies: readonly VPolicy[], proposal: Proposal, history: History): Verdict {
  const [present, ...earlier] = policies.map((policy) => checkWithdrawal(policy, proposal, history));
  if (present.verdict === 'refuse') return present;
  if (earlier.some(({ verdict }) => verdict === 'refuse')) return { verdict: 'wait', tag: 'policy-loosened' };
  const all = [present, ...earlier];
  return (
    all.find(({ verdict }) => verdict === 'wait') ??
    all.find(({ verdict }) => verdict === 'approve') ?? { verdict: 'ok' }
  );
}
