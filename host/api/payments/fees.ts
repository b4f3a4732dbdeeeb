// The fee rate of requests with is_dynamic_fee=1: the node's own estimate, looked up once a minute, within sane bounds.

import type { Rpc } from '../../bitcoin/rpc';
import type { Runtime } from '../../kit/runtime';

const TARGET_BLOCKS = 6;
const MAX_AGE_MS = 60_000;
const MIN_SAT_VB = 1;
const MAX_SAT_VB = 500;

export interface FeeEstimate {
  /** The last estimate, or the fallback. */
  satVb(): number;
  /** Asks the node when the estimate is old. Throws when the node cannot be reached. */
  refresh(): Promise<void>;
}

export function createFeeEstimate(rpc: Rpc, runtime: Runtime, fallbackSatVb: number): FeeEstimate {
  let satVb = fallbackSatVb;
  let askedAtMs = -Infinity;
  return {
    satVb: () => satVb,
    async refresh() {
      if (runtime.nowMs() - askedAtMs < MAX_AGE_MS) return;
      const { feerate } = await rpc.call<{ feerate?: number }>('estimatesmartfee', [TARGET_BLOCKS]);
      askedAtMs = runtime.nowMs();
      const estimate = typeof feerate === 'number' && feerate > 0 ? (feerate * 1e8) / 1000 : fallbackSatVb;
      satVb = Math.min(MAX_SAT_VB, Math.max(MIN_SAT_VB, Math.ceil(estimate * 100) / 100));
    },
  };
}
