// The fee rate of requests with is_dynamic_fee=1: the node's own estimate, looked up once a minute, within sane bounds.
// A node may have none (-blocksonly) or not know the call: then the fixed rate stands, and nothing else stops.

import { MINUTE_MS } from '../../../protocol/time';
import type { Rpc } from '../../bitcoin/rpc';
import { clockOf } from '../../kit/link-adapter';
import type { Log } from '../../kit/log';
import type { Runtime } from '../../kit/runtime';

const TARGET_BLOCKS = 6;
const MAX_AGE_MS = MINUTE_MS;
const MIN_SAT_VB = 1;
const MAX_SAT_VB = 500;

export interface FeeEstimate {
  /** The last estimate, or the fallback. */
  satVb(): number;
  /** Asks the node when the estimate is old. Never throws: a node that cannot be reached leaves the last estimate. */
  refresh(): Promise<void>;
}

export interface FeeEstimateOptions {
  rpc: Pick<Rpc, 'call'>;
  runtime: Runtime;
  log: Log;
  fallbackSatVb: number;
}

export function createFeeEstimate({ rpc, runtime, log, fallbackSatVb }: FeeEstimateOptions): FeeEstimate {
  const clock = clockOf(runtime);
  let satVb = fallbackSatVb;
  let askedAtMs = -Infinity;
  let isRefused = false;

  /** The node's estimate, undefined when it has none. Throws when it cannot be reached. */
  async function ask(): Promise<number | undefined> {
    try {
      const { feerate } = await rpc.call<{ feerate?: number }>('estimatesmartfee', [TARGET_BLOCKS]);
      isRefused = false;
      return typeof feerate === 'number' && feerate > 0 ? (feerate * 1e8) / 1000 : undefined;
    } catch (error) {
      if ((error as { code?: string }).code === 'rpc-unreachable') throw error;
      if (!isRefused)
        log.warn(`the node estimates no fee, ${fallbackSatVb} sat/vB stands: ${(error as Error).message}`);
      isRefused = true;
      return undefined;
    }
  }

  return {
    satVb: () => satVb,
    async refresh() {
      if (clock.uptimeMs() - askedAtMs < MAX_AGE_MS) return;
      try {
        const estimate = (await ask()) ?? fallbackSatVb;
        askedAtMs = clock.uptimeMs();
        satVb = Math.min(MAX_SAT_VB, Math.max(MIN_SAT_VB, Math.ceil(estimate * 100) / 100));
      } catch {
        // no node: the follower reports it
      }
    },
  };
}
