// Which job a gateway gets. A job is leased: nobody else gets it until its result is there, it is postponed, or the
// lease is over. The accounts take turns. On PostgreSQL the row is locked while it is chosen (FOR UPDATE SKIP LOCKED),
// so that many gateways at many APIs never get the same one.

import type { Context } from '../context';
import type { JobRow } from './job-of';

/** A gateway that has a name keeps its job with a call every so often; one without is asked for its result sooner. */
export const LEASE_MS = 60_000;
const NAMELESS_LEASE_MS = 10_000;

/** Begins the names of askers that gave none. */
export const NAMELESS = 'connection ';

/** Who asks for jobs: a gateway's own name, or its connection when it gives none. */
export interface Asker {
  name: string;
  isNamed: boolean;
}

const CHOICE = `SELECT j.id FROM jobs j LEFT JOIN job_turns t ON t.account = COALESCE(j.account, -1)
  WHERE j.state = 'open' AND j.not_before <= ? AND (j.leased_until <= ? OR j.leased_by = ?)
  ORDER BY CASE WHEN j.leased_by = ? AND j.leased_until > ? THEN 0 ELSE 1 END, COALESCE(t.turn, 0),
    CASE j.kind WHEN 'attest' THEN 1 ELSE 0 END, j.id LIMIT 1`;
const LOCK = { libsql: '', postgres: ' FOR UPDATE OF j SKIP LOCKED' };

/**
 * The next job for one gateway: the one that it has already, else the oldest due one of the account whose turn it is.
 * Payments go before attestations of the same account.
 */
export async function claimJob({ db, runtime }: Context, asker: Asker): Promise<JobRow | undefined> {
  const nowMs = runtime.nowMs();
  const untilMs = nowMs + (asker.isNamed ? LEASE_MS : NAMELESS_LEASE_MS);
  const job = await db.get<JobRow>(
    `UPDATE jobs SET leased_by = ?, leased_until = ? WHERE id = (${CHOICE}${LOCK[db.dialect]}) RETURNING *`,
    [asker.name, untilMs, nowMs, nowMs, asker.name, asker.name, nowMs],
  );
  if (job)
    await db.run(
      `INSERT INTO job_turns (account, turn) SELECT ?, COALESCE(MAX(turn), 0) + 1 FROM job_turns WHERE true
       ON CONFLICT (account) DO UPDATE SET turn = excluded.turn`,
      [job.account ?? -1],
    );
  return job;
}

/** Keeps a job for the gateway that works on it; false when it is not that gateway's any more. */
export async function keepLease({ db, runtime }: Context, jobId: number, asker: Asker): Promise<boolean> {
  const kept = await db.run("UPDATE jobs SET leased_until = ? WHERE id = ? AND leased_by = ? AND state = 'open'", [
    runtime.nowMs() + LEASE_MS,
    jobId,
    asker.name,
  ]);
  return kept > 0;
}

/** Gives back what askers have whose names begin so: their connections are closed. */
export async function endLeases({ db }: Pick<Context, 'db'>, prefix: string): Promise<void> {
  await db.run("UPDATE jobs SET leased_until = 0 WHERE state = 'open' AND leased_until > 0 AND leased_by LIKE ?", [
    prefix + '%',
  ]);
}
