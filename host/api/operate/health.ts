// Whether the API does its duties in time: what is late, since when, and what customers notice of it.

import type { LateDuty } from '../calls/operate';
import { timeText, type Context } from '../context';
import { DUTIES } from '../duties/declared';
import type { DutyState } from '../duties/duty';

/** One failed try is no news; so many in a row are. */
const FAILURES_MIN = 2;
/** A duty that neither fails nor ends is late after this. */
const STUCK_MS = 60_000;
/** The database answers within this, by the wall clock. */
const DATABASE_LIMIT_MS = 2000;

/** Since when a duty is late; undefined while it is in time. */
function lateSinceMs({ failures, failingSinceMs, runningSinceMs }: DutyState, nowMs: number): number | undefined {
  if (failures >= FAILURES_MIN && failingSinceMs !== null) return failingSinceMs;
  if (runningSinceMs !== null && nowMs - runningSinceMs > STUCK_MS) return runningSinceMs;
  return undefined;
}

export function lateDuties(context: Pick<Context, 'dutyStates' | 'runtime'>): LateDuty[] {
  const nowMs = context.runtime.nowMs();
  return context.dutyStates().flatMap((state) => {
    const since = lateSinceMs(state, nowMs);
    if (since === undefined || state.isStandby) return [];
    const { what, whenLate } = DUTIES[state.name];
    return [{ name: state.name, since: timeText(since), code: state.lastFailureCode, what, when_late: whenLate }];
  });
}

/** Looks whether the database answers, and remembers since when it does not. */
export function createDatabaseWatch({ db, runtime }: Context): () => Promise<LateDuty[]> {
  let sinceMs: number | undefined;
  return async () => {
    let limit: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      limit = setTimeout(() => resolve('timeout'), DATABASE_LIMIT_MS);
    });
    const asked = db.get('SELECT 1 AS one').then(
      () => undefined,
      (error: { code?: string }) => error.code ?? 'internal',
    );
    const code = await Promise.race([asked, late]);
    clearTimeout(limit);
    if (code === undefined) {
      sinceMs = undefined;
      return [];
    }
    sinceMs ??= runtime.nowMs();
    const words = { what: 'keeps everything', when_late: 'calls fail' };
    return [{ name: 'database', since: timeText(sinceMs), code, ...words }];
  };
}
