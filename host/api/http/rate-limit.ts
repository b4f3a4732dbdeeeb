// Token buckets by the runtime's clock: so many calls at once, so many a second after. Guards against mistakes and
// guesses; the count is kept in memory.

import type { Runtime } from '../../kit/runtime';

/** Callers remembered; the oldest go first. */
const MAX_CALLERS = 10_000;

export interface RateLimit {
  /** Takes `cost` from the caller's bucket; false when it is empty. */
  take(caller: string, cost?: number): boolean;
}

export function createRateLimit(runtime: Runtime, burst: number, perSecond: number): RateLimit {
  const buckets = new Map<string, { left: number; atMs: number }>();
  return {
    take(caller, cost = 1) {
      const nowMs = runtime.nowMs();
      const bucket = buckets.get(caller) ?? { left: burst, atMs: nowMs };
      buckets.delete(caller);
      buckets.set(caller, bucket);
      if (buckets.size > MAX_CALLERS) buckets.delete(buckets.keys().next().value as string);
      bucket.left = Math.min(burst, bucket.left + (Math.max(0, nowMs - bucket.atMs) / 1000) * perSecond);
      bucket.atMs = nowMs;
      if (bucket.left < cost) return false;
      bucket.left -= cost;
      return true;
    },
  };
}
