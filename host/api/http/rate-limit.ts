// Token buckets by the runtime's clock: so many calls at once, so many a second after. Guards against mistakes and
// guesses; the count is kept in memory.

import type { Runtime } from '../../kit/runtime';

/** Callers remembered; the oldest go first. */
const MAX_CALLERS = 10_000;

export interface RateLimit {
  /**
   * Takes `cost`, at most a whole bucket, from the caller's bucket. Returns 0, or the seconds after which it has so
   * much.
   */
  take(caller: string, cost?: number): number;
}

export function createRateLimit(runtime: Runtime, burst: number, perSecond: number): RateLimit {
  const buckets = new Map<string, { left: number; atMs: number }>();

  function bucketOf(caller: string, nowMs: number): { left: number; atMs: number } {
    const known = buckets.get(caller);
    if (known && buckets.size < MAX_CALLERS / 2) return known; // none is forgotten soon: their order does not matter
    const bucket = known ?? { left: burst, atMs: nowMs };
    buckets.delete(caller);
    buckets.set(caller, bucket);
    if (buckets.size > MAX_CALLERS) buckets.delete(buckets.keys().next().value as string);
    return bucket;
  }

  return {
    take(caller, cost = 1) {
      const nowMs = runtime.nowMs();
      const bucket = bucketOf(caller, nowMs);
      const taken = Math.min(cost, burst);
      bucket.left = Math.min(burst, bucket.left + (Math.max(0, nowMs - bucket.atMs) / 1000) * perSecond);
      bucket.atMs = nowMs;
      if (bucket.left < taken) return Math.max(1, Math.ceil((taken - bucket.left) / perSecond));
      bucket.left -= taken;
      return 0;
    },
  };
}
