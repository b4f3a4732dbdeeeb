// The fee rate of requests with is_dynamic_fee=1: the node's own estimate, looked up once a minute, within sane bounds.
// A node may have none (-blocksonly) or not know the call: then the fixed rate stands, and nothing else stops. A node
// that does not answer fails the duty; the last estimate stands until it is too old.

import { HOUR_MS, MINUTE_MS } from '../../../protocol/time';
import type { Rpc } from '../../bitcoin/rpc';
import { clockOf } from '../../kit/link-adapter';
import type { Log } from '../../kit/log';
import type { Runtime } from '../../kit/runtime';

const TARGET_BLOCKS = 6;
const MAX_AGE_MS = MINUTE_MS;
/** An estimate that could not be renewed for so long says nothing about today's blocks. */
const LAST_AGE_MS = HOUR_MS;
/** No answer at all, or that of a node that has no time: asked again, each time later. */
const NO_ANSWER = ['rpc-unreachable', 'rpc-timeout', 'rpc-warmup', 'rpc-busy'];
/** The least that nodes relay. */
export const MIN_SAT_VB = 1;
const MAX_SAT_VB = 500;

export interface FeeEstimate {
  /** The last estimate, or the fallback. */
  satVb(): number;
  /**
   * Asks the node when the estimate is old. Throws `rpc-unreachable`, `rpc-timeout`, `rpc-warmup`, `rpc-busy`: the last
   * estimate stands for an hour.
   */
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
  let answeredAtMs = -Infinity;
  let isRefused = false;

  /** The node's estimate, undefined when it has none. Throws without an answer. */
  async function ask(): Promise<number | undefined> {
    try {
      const { feerate } = await rpc.call<{ feerate?: number }>('estimatesmartfee', [TARGET_BLOCKS]);
      isRefused = false;
      return typeof feerate === 'number' && feerate > 0 ? (feerate * 1e8) / 1000 : undefined;
    } catch (error) {
      if (NO_ANSWER.includes((error as { code?: string }).code ?? '')) throw error;
      if (!isRefused)
        log.warn(`the node estimates no fee, ${fallbackSatVb} sat/vB stands: ${(error as Error).message}`);
      isRefused = true;
      return undefined;
    }
  }

  return {
    satVb: () => (clock.uptimeMs() - answeredAtMs < LAST_AGE_MS ? satVb : fallbackSatVb),
    async refresh() {
      if (clock.uptimeMs() - answeredAtMs < MAX_AGE_MS) return;
      const estimate = (await ask()) ?? fallbackSatVb;
      answeredAtMs = clock.uptimeMs();
      satVb = Math.min(MAX_SAT_VB, Math.max(MIN_SAT_VB, Math.ceil(estimate * 100) / 100));
    },
  };
}
