// The queue of what HSM-Cold is asked to do, as the gateway fetches and answers it. A job stays open until it has a
// final answer, so nothing is lost when gateway, link or a board stops at any moment; the boards answer a repeated job
// the same. A job that cannot be given out, or whose answer cannot be taken, is postponed alone: those behind it go on.

import {
  REFUSAL_NAMES,
  REFUSE_BAD_STATE,
  REFUSE_BUSY,
  REFUSE_COLD_UNREACHABLE,
  REFUSE_CONFLICT,
  REFUSE_INTERNAL,
  REFUSE_LOCKED,
  REFUSE_NOT_PROVISIONED,
  REFUSE_NOT_READY,
  REFUSE_RATE,
  REFUSE_WIPED,
} from '../../../protocol/wire';
import { signedTx } from '../../bitcoin/payment';
import type { Job, JobResult } from '../calls/gateway';
import { accountRow } from '../accounts/account';
import { takeAttestation } from '../accounts/attestations';
import type { Context } from '../context';
import { apiFail } from '../http/errors';
import { jobOf, type JobRow } from './job-of';
import { claimJob, type Asker } from './leases';
import { planOf } from './planner';
import { failRequest, pauseAfterMs, type RequestRow } from './request-row';

/**
 * Refusals that pass: the device, its operator or time removes their cause. A conflict is for the platform's admin to
 * solve.
 */
const PASSING = new Set([
  REFUSE_BAD_STATE,
  REFUSE_NOT_READY,
  REFUSE_BUSY,
  REFUSE_LOCKED,
  REFUSE_NOT_PROVISIONED,
  REFUSE_WIPED,
  REFUSE_RATE,
  REFUSE_COLD_UNREACHABLE,
  REFUSE_INTERNAL,
  REFUSE_CONFLICT,
]);
const TAG_MAX = 64;

/** The next job for this gateway (leases.ts), or null. */
export async function nextJob(context: Context, asker: Asker): Promise<Job | null> {
  for (;;) {
    const row = await claimJob(context, asker);
    if (!row) return null;
    try {
      const job = await jobOf(context, row);
      if (job) return job;
      await postpone(context, row, 'no-request');
    } catch (error) {
      const { code = 'internal' } = error as { code?: string };
      if (code === 'db-lost') throw error;
      await postpone(context, row, code);
    }
  }
}

/** Jobs may be due whose postponement ended while nobody rang: of before a restart, or of another process. */
export async function ringForDueJobs({ db, runtime, jobAdded }: Context): Promise<void> {
  const nowMs = runtime.nowMs();
  const due = await db.get("SELECT 1 AS one FROM jobs WHERE state = 'open' AND not_before <= ? AND leased_until <= ?", [
    nowMs,
    nowMs,
  ]);
  if (due) jobAdded();
}

/**
 * Takes the gateway's answer. A second answer to a job that is done changes nothing. Throws `not-found`.
 */
export async function finishJob(context: Context, jobId: number, result: JobResult): Promise<void> {
  const job = await jobRow(context, jobId);
  if (!job) throw apiFail('not-found', 'no job has this id');
  if (job.state !== 'open') return;
  if (!result.ok) {
    if ('refusal' in result && !PASSING.has(result.refusal.code)) return refused(context, job, result.refusal);
    return postpone(context, job, 'refusal' in result ? refusalText(result.refusal) : result.failure.code);
  }
  if (job.kind === 'sign') return signed(context, job, result.signatures ?? []);
  if (job.kind === 'attest') return attested(context, job, result);
  if (job.kind === 'ping') return pinged(context, job);
  return done(context, job, JSON.stringify(result.status ?? []));
}

/** An answer that is none: the job, if there is one, comes again later; the gateway goes on with others. */
export async function refuseResult(context: Context, jobId: number): Promise<void> {
  const job = await jobRow(context, jobId);
  if (job?.state === 'open') await postpone(context, job, 'bad-result');
}

function jobRow({ db }: Context, jobId: number): Promise<JobRow | undefined> {
  return db.get<JobRow>('SELECT * FROM jobs WHERE id = ?', [jobId]);
}

function refusalText({ code, tag }: { code: number; tag: string }): string {
  const name = REFUSAL_NAMES[code] ?? `refusal-${code}`;
  const shown = tag.replace(/[^\x20-\x7e]/g, '?').slice(0, TAG_MAX);
  return shown === '' || shown === name ? name : `${name}: ${shown}`;
}

async function done(context: Context, job: JobRow, answer: string | null): Promise<void> {
  await context.db.run("UPDATE jobs SET state = 'done', answer = ? WHERE id = ?", [answer, job.id]);
}

async function postpone(context: Context, job: JobRow, why: string): Promise<void> {
  const pauseMs = pauseAfterMs(job.tries);
  await context.db.run(
    'UPDATE jobs SET tries = tries + 1, not_before = ?, leased_until = 0, last_failure = ? WHERE id = ?',
    [context.runtime.nowMs() + pauseMs, why, job.id],
  );
  context.jobAdded(pauseMs);
  if (job.tries === 0 && job.kind !== 'attest')
    context.log.warn(`a ${job.kind} job waits: ${why}`, { account: job.account, job: job.id });
}

async function refused(context: Context, job: JobRow, refusal: { code: number; tag: string }): Promise<void> {
  const reason = refusalText(refusal);
  await context.db.transaction(async (tx) => {
    await tx.run("UPDATE jobs SET state = 'done', last_failure = ? WHERE id = ?", [reason, job.id]);
    if (job.request_id !== null) await failRequest(tx, job.request_id, reason);
    if (job.kind === 'attest')
      await tx.run('UPDATE attestations SET refused = ? WHERE account = ? AND side = ? AND batch_no = ?', [
        reason,
        job.account,
        job.side,
        job.batch_no,
      ]);
  });
  context.log.warn(`HSM refused a ${job.kind} job: ${reason}`, { account: job.account, job: job.id });
}

async function attested(
  context: Context,
  job: JobRow,
  { digest = '', signature = '' }: { digest?: string; signature?: string },
): Promise<void> {
  const key = { account: job.account as number, side: job.side as number, batchNo: job.batch_no as number };
  const problem = await takeAttestation(context, key, { digest, signature });
  return problem === undefined ? done(context, job, null) : postpone(context, job, problem);
}

async function pinged(context: Context, job: JobRow): Promise<void> {
  await context.db.transaction(async (tx) => {
    await tx.run("UPDATE requests SET state = 'sent', tx_at = ? WHERE id = ? AND state = 'planned'", [
      context.runtime.nowMs(),
      job.request_id,
    ]);
    await tx.run("UPDATE jobs SET state = 'done' WHERE id = ?", [job.id]);
  });
  context.log.info('PING went through to HSM-Cold', { account: job.account });
}

/** Keeps the whole transaction on disk before anybody sees it; broadcaster.ts sends it next. */
async function signed(context: Context, job: JobRow, signatures: string[]): Promise<void> {
  const request = await context.db.get<RequestRow>("SELECT * FROM requests WHERE id = ? AND state = 'planned'", [
    job.request_id,
  ]);
  const row = await accountRow(context.db, job.account as number);
  if (!request || !row) return done(context, job, null);
  let made: { rawTx: string; txid: string };
  try {
    made = signedTx(await planOf(context.db, context, row, request), signatures);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === undefined) throw error;
    context.log.warn(`HSM's answer to a sign job is not usable: ${message}`, { account: job.account, job: job.id });
    return postpone(context, job, code);
  }
  await context.db.transaction(async (tx) => {
    await tx.run(
      "UPDATE requests SET state = 'signed', tries = 0, raw_tx = ?, tx_hash = ? WHERE id = ? AND state = 'planned'",
      [made.rawTx, made.txid, request.id],
    );
    await tx.run("UPDATE jobs SET state = 'done' WHERE id = ?", [job.id]);
  });
  context.log.info('HSM-Cold signed a payment', {
    account: job.account,
    user_tx_no: request.user_tx_no,
    tx_hash: made.txid,
  });
}
