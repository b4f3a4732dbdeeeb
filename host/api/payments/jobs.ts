// The queue of what HSM-Cold is asked to do, as the gateway fetches and answers it. A job stays open until it has a
// final answer, so nothing is lost when gateway, link or a board stops at any moment; the boards answer a repeated job
// the same.

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
import type { Job, JobResult } from '../../gateway/types';
import { LOCKTIME, SEQUENCE, signedTx, TX_VERSION } from './assemble';
import { takeAttestation } from '../accounts/attestations';
import type { Context } from '../context';
import { apiFail } from '../http/errors';
import { accountRow, planOf } from './plan';
import { failRequest, type RequestRow } from './requests';

interface JobRow {
  id: number;
  kind: 'sign' | 'ping' | 'attest' | 'status';
  account: number | null;
  request_id: number | null;
  side: number | null;
  batch_no: number | null;
  state: 'open' | 'done';
  tries: number;
}

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
const FIRST_PAUSE_MS = 1000;
const LAST_PAUSE_MS = 30_000;

async function describe(context: Context, job: JobRow): Promise<Job | undefined> {
  const { db } = context;
  if (job.kind === 'status') return { id: job.id, kind: 'status', board: job.side === 1 ? 'hot' : 'cold' };
  const account = job.account as number;
  if (job.kind === 'attest')
    return { id: job.id, kind: 'attest', account, side: job.side as 1 | 2, batch_no: job.batch_no as number };
  const request = await db.get<RequestRow>('SELECT * FROM requests WHERE id = ?', [job.request_id]);
  const row = await accountRow(db, account);
  if (!request || !row) return undefined;
  const common = {
    id: job.id,
    account,
    proto: request.proto,
    channel_id: request.c_id,
    user_tx_no: request.user_tx_no,
    dynamic: request.is_dynamic_fee,
    authority: request.authority,
  };
  if (job.kind === 'ping') return { ...common, kind: 'ping' };
  const plan = await planOf(db, context, row, request);
  return {
    ...common,
    kind: 'sign',
    outs: request.outs,
    tx_version: TX_VERSION,
    locktime: LOCKTIME,
    fee_sats: plan.feeSats,
    change_index: plan.changeIndex,
    inputs: plan.inputs.map((input) => ({
      prev_txid: input.txid,
      vout: input.vout,
      sequence: SEQUENCE,
      chain: input.chain as 0 | 1,
      index: input.idx,
      prev_tx: input.rawPrev,
    })),
  };
}

/** The oldest job that is due, or null. The same one again until it is answered. */
export async function nextJob(context: Context): Promise<Job | null> {
  const row = await context.db.get<JobRow>(
    "SELECT * FROM jobs WHERE state = 'open' AND not_before <= ? ORDER BY id LIMIT 1",
    [context.runtime.nowMs()],
  );
  return row ? ((await describe(context, row)) ?? null) : null;
}

/**
 * Takes the gateway's answer. A second answer to a job that is done changes nothing. Throws `not-found`,
 * `bad-parameter`.
 */
export async function finishJob(context: Context, jobId: number, result: JobResult): Promise<void> {
  const job = await context.db.get<JobRow>('SELECT * FROM jobs WHERE id = ?', [jobId]);
  if (!job) throw apiFail('not-found', 'no job has this id');
  if (job.state !== 'open') return;
  if (!result.ok) {
    if ('refusal' in result && !PASSING.has(result.refusal.code)) return refused(context, job, result.refusal);
    const why = 'refusal' in result ? refusalText(result.refusal) : result.failure.code;
    return postpone(context, job, why);
  }
  if (job.kind === 'sign') return signed(context, job, result.signatures ?? []);
  if (job.kind === 'attest') {
    const problem = await takeAttestation(
      context,
      job.account as number,
      job.side as number,
      job.batch_no as number,
      result.digest ?? '',
      result.signature ?? '',
    );
    return problem === undefined ? done(context, job, null) : postpone(context, job, problem);
  }
  if (job.kind === 'ping') {
    await context.db.transaction(async (tx) => {
      await tx.run("UPDATE requests SET state = 'sent', tx_at = ? WHERE id = ? AND state = 'planned'", [
        context.runtime.nowMs(),
        job.request_id,
      ]);
      await tx.run("UPDATE jobs SET state = 'done' WHERE id = ?", [job.id]);
    });
    return context.tell('PING went through to HSM-Cold', { account: job.account });
  }
  return done(context, job, JSON.stringify(result.status ?? []));
}

function refusalText({ code, tag }: { code: number; tag: string }): string {
  const name = REFUSAL_NAMES[code] ?? `refusal-${code}`;
  const shown = String(tag)
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, 64);
  return shown === '' || shown === name ? name : `${name}: ${shown}`;
}

async function done(context: Context, job: JobRow, answer: string | null): Promise<void> {
  await context.db.run("UPDATE jobs SET state = 'done', answer = ? WHERE id = ?", [answer, job.id]);
}

async function postpone(context: Context, job: JobRow, why: string): Promise<void> {
  const pauseMs = Math.min(LAST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(job.tries, 10));
  await context.db.run('UPDATE jobs SET tries = tries + 1, not_before = ?, last_failure = ? WHERE id = ?', [
    context.runtime.nowMs() + pauseMs,
    why,
    job.id,
  ]);
  context.jobAdded(pauseMs);
  if (job.tries === 0 && job.kind !== 'attest')
    context.tell(`a ${job.kind} job waits: ${why}`, { account: job.account, job: job.id });
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
  context.tell(`HSM refused a ${job.kind} job: ${reason}`, { account: job.account, job: job.id });
}

/** Keeps the whole transaction on disk before anybody sees it; broadcasting is the next step of the work loop. */
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
    context.tell(`HSM's answer to a sign job is not usable: ${message}`, { account: job.account, job: job.id });
    return postpone(context, job, code);
  }
  await context.db.transaction(async (tx) => {
    await tx.run("UPDATE requests SET state = 'signed', raw_tx = ?, tx_hash = ? WHERE id = ? AND state = 'planned'", [
      made.rawTx,
      made.txid,
      request.id,
    ]);
    await tx.run("UPDATE jobs SET state = 'done' WHERE id = ?", [job.id]);
  });
  context.tell('HSM-Cold signed a payment', {
    account: job.account,
    user_tx_no: request.user_tx_no,
    tx_hash: made.txid,
  });
}
