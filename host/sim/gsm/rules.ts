// A test's script for the simulated network: "drop the next SMS from A to B", "hold until I say so". The first rule
// that matches a message takes it. Leaves carrying out to network.ts.
import type { Message } from './message';
import type { GsmRule, GsmRuleHandle, SmsTraffic } from './types';

interface ActiveRule {
  rule: GsmRule;
  left: number;
  hits: number;
  held: Message[];
}

export interface RuleBook {
  add(rule: GsmRule, release: (message: Message, afterMs: number) => void): GsmRuleHandle;
  /** The rule that takes this message, counted; `hold` keeps the message. */
  take(message: Message, traffic: SmsTraffic): GsmRule | undefined;
}

export function createRuleBook(): RuleBook {
  const rules: ActiveRule[] = [];
  const drop = (active: ActiveRule): void => {
    const at = rules.indexOf(active);
    if (at >= 0) rules.splice(at, 1);
  };
  return {
    add(rule, release) {
      const active: ActiveRule = { rule, left: rule.times ?? 1, hits: 0, held: [] };
      rules.push(active);
      return {
        hits: () => active.hits,
        release(afterMs = 0) {
          drop(active);
          for (const message of active.held.splice(0)) release(message, afterMs);
        },
        remove: () => drop(active),
      };
    },
    take(message, traffic) {
      const active = rules.find(
        ({ rule, left }) =>
          left > 0 &&
          (rule.from === undefined || rule.from === message.from) &&
          (rule.to === undefined || rule.to === message.to) &&
          (rule.when === undefined || rule.when(traffic)),
      );
      if (!active) return undefined;
      active.hits++;
      active.left--;
      if (active.rule.action === 'hold') active.held.push(message);
      if (active.left === 0) drop(active);
      return active.rule;
    },
  };
}
