// Token buckets by the runtime's clock: so many calls at once, so many a second after. Guards against mistakes and
// guesses. One process keeps the count in memory. Several on one database share it: each draws a few tokens at a time
// from the bucket in the database, so that a caller gets no more from many processes than from one.

import type { Runtime } from '../../kit/runtime';
import type { Db } from '../../kit/sql';

/** Callers remembered; the oldest go first. */
const MAX_CALLERS = 10_000;

export interface RateLimit {
  /**
   * Takes `cost`, at most a whole bucket, from the caller's bucket. Returns 0, or the seconds after which it has so
   * much.
   */
  take(caller: string, cost?: number): number | Promise<number>;
}

export interface MemoryRateLimit extends RateLimit {
  take(caller: string, cost?: number): number;
}

export function createRateLimit(runtime: Runtime, burst: number, perSecond: number): MemoryRateLimit {
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

/** A process draws so many parts of a burst at once: what it draws and does not use is lost to the caller. */
const DRAWS_A_BURST = 50;
/** Buckets that nobody took from for so long are full, and forgotten, once in so many draws. */
const FORGET_AFTER_MS = 3_600_000;
const DRAWS_BEFORE_FORGETTING = 1000;

/** As createRateLimit for all processes of a database together. `take` throws `db-lost`. */
export function createSharedRateLimit(db: Db, runtime: Runtime, burst: number, perSecond: number): RateLimit {
  const drawn = new Map<string, number>();
  let draws = 0;

  async function draw(caller: string, tokens: number): Promise<boolean> {
    const nowMs = runtime.nowMs();
    if (++draws % DRAWS_BEFORE_FORGETTING === 0)
      await db.run('DELETE FROM rate_buckets WHERE at < ?', [nowMs - FORGET_AFTER_MS]);
    const full = 'LEAST(?, b.tokens + GREATEST(0, ? - b.at) * CAST(? AS DOUBLE PRECISION) / 1000)';
    const filled = [burst, nowMs, perSecond];
    const row = await db.get(
      `INSERT INTO rate_buckets AS b (caller, tokens, at) VALUES (?, CAST(? AS DOUBLE PRECISION), ?)
       ON CONFLICT (caller) DO UPDATE SET tokens = ${full} - CAST(? AS DOUBLE PRECISION), at = GREATEST(b.at, ?)
       WHERE ${full} >= CAST(? AS DOUBLE PRECISION) RETURNING b.tokens`,
      [caller, burst - tokens, nowMs, ...filled, tokens, nowMs, ...filled, tokens],
    );
    return row !== undefined;
  }

  return {
    async take(caller, cost = 1) {
      const taken = Math.min(cost, burst);
      const left = drawn.get(caller) ?? 0;
      if (left >= taken) {
        drawn.set(caller, left - taken);
        return 0;
      }
      drawn.delete(caller); // what is left is this call's own while it waits for the database
      const some = Math.max(taken, Math.floor(burst / DRAWS_A_BURST));
      const got = (await draw(caller, some)) ? some : (await draw(caller, taken)) ? taken : 0;
      drawn.set(caller, (drawn.get(caller) ?? 0) + left + (got > 0 ? got - taken : 0));
      if (drawn.size > MAX_CALLERS) drawn.delete(drawn.keys().next().value as string);
      return got > 0 ? 0 : Math.max(1, Math.ceil((taken - left) / perSecond));
    },
  };
}
