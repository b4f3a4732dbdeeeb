// Withdrawals that wait for a person's word: V asks its admins by SMS with a code for this one withdrawal, and takes
// the word of either by that code, or at V's own door without one. The website can make as many wait as it likes: the
// questions of a day are counted. Leaves to others: which ones need a word (policy/policy.ts).

import { DAY_MS, HOUR_MS } from '../../../protocol/time';
import { fail } from '../../../protocol/errors';
import { scriptOfAddress } from '../../bitcoin/address';
import { anOuts, type Out } from '../../v1';
import type { VContext } from '../context';
import type { History } from '../policy/policy';
import { hex } from '../seal';
import type { Withdrawal } from '../state';
import type { VWaiting } from '../types';
import type { Approval } from './approval-table';
import { codeOfText, isGood, newCode } from './codes';

/** Questions to the admins in 24 hours. */
export const QUESTIONS_PER_DAY = 30;

/** A withdrawal as a person is asked about it. */
export interface Question {
  id: string;
  infoHash: string;
  sats: number;
  outs: readonly Out[];
}

/** What a person said of this very withdrawal. */
export function wordOn({ state }: VContext, id: string, infoHash: string): Approval['word'] {
  const row = state.approvals.of(id);
  return row?.info_hash === infoHash ? row.word : 'waiting';
}

/** Keeps that the withdrawal waits, and asks the admins unless a code is out. Returns whether it is known to them. */
export function askApproval(context: VContext, { id, infoHash, sats, outs }: Question): boolean {
  const { state, steadyMs } = context;
  const { approvals } = state;
  const found = approvals.of(id);
  const nowMs = steadyMs();
  const known = found?.info_hash === infoHash ? found : undefined;
  const isAsked = known !== undefined && known.code !== null && isGood(context, known.asked_ms);
  if (isAsked && Math.abs(nowMs - known.seen_ms) < HOUR_MS) return true;
  const row: Approval = {
    ...{ vtest_id: id, info_hash: infoHash, sats, outputs: outs.length, first_address: outs[0].address },
    ...{ code: known?.code ?? null, asked_ms: known?.asked_ms ?? 0, seen_ms: nowMs, word: 'waiting' },
  };
  return state.transaction(() => {
    const mayAsk = !isAsked && countQuestion(context);
    if (mayAsk) Object.assign(row, { code: newCode(context), asked_ms: nowMs });
    approvals.prune(nowMs - DAY_MS);
    approvals.put(row);
    if (mayAsk) context.tellAdmins(questionText(row));
    return isAsked || mayAsk;
  });
}

/** True unless the questions of the day are used up. */
function countQuestion({ state, steadyMs }: VContext): boolean {
  const nowMs = steadyMs();
  const sinceMs = state.getNumber('questions-since', 0);
  const isNewDay = nowMs - sinceMs >= DAY_MS || nowMs < sinceMs;
  const count = isNewDay ? 0 : state.getNumber('questions', 0);
  if (count >= QUESTIONS_PER_DAY) return false;
  if (isNewDay) state.setNumber('questions-since', nowMs);
  state.setNumber('questions', count + 1);
  return true;
}

/** The id comes last: it may be long, and an SMS ends at 160 characters. */
function questionText({ code, sats, outputs, first_address, vtest_id }: Approval): string {
  const count = outputs === 1 ? '1 output' : `${outputs} outputs`;
  return `CC:APPROVE:${code} pays ${sats} sats, ${count}, first ${first_address}: withdrawal ${vtest_id}`;
}

/** Approves what waits under a code that is good. Returns its id; null: the code is nobody's. */
export function takeApprovalCode(context: VContext, text: string): string | null {
  const row = context.state.approvals.ofCode(codeOfText(text));
  if (!row || !isGood(context, row.asked_ms)) return null;
  return approve(context, row);
}

/** Approves what waits, by its id or its code. Throws `not-waiting`. */
export function approveAtDoor(context: VContext, idOrCode: string): string {
  const row = context.state.approvals.of(idOrCode);
  const id = row?.word === 'waiting' ? approve(context, row) : takeApprovalCode(context, idOrCode);
  if (id === null) throw fail('not-waiting', 'no withdrawal waits for an approval under that id or code');
  return id;
}

function approve(context: VContext, row: Approval): string {
  context.state.approvals.put({ ...row, code: null, word: 'approved' });
  context.log.info(`withdrawal ${row.vtest_id} is approved`, { vtest_id: row.vtest_id });
  return row.vtest_id;
}

/** Refuses what waits. Returns false where nothing does under the id. */
export function dismissWaiting({ state }: VContext, id: string): boolean {
  const row = state.approvals.of(id);
  if (row?.word !== 'waiting') return false;
  state.approvals.put({ ...row, code: null, word: 'dismissed' });
  return true;
}

/**
 * Part of writing a withdrawal's authority down: where a person approved it, the scripts that it pays are known from
 * now on; where it went without, nobody can approve it afterwards.
 */
export function settleApproval(context: VContext, { vtest_id, info_hash, outs, authorised_ms }: Withdrawal): void {
  const { approvals } = context.state;
  if (wordOn(context, vtest_id, info_hash) !== 'approved') return approvals.drop(vtest_id);
  for (const { address } of anOuts(outs, context.account.network))
    approvals.addDestination(scriptOf(context, address), authorised_ms!);
}

/** What the policy asks about the past, from V's state. */
export function historyOf(context: VContext): History {
  const { state } = context;
  return {
    spentSince: (sinceMs) => state.spentSince(sinceMs),
    unapprovedSince: (sinceMs) => state.approvals.unapprovedSince(sinceMs),
    isKnown: (address, untilMs) => state.approvals.isKnown(scriptOf(context, address), untilMs),
  };
}

function scriptOf({ account }: VContext, address: string): string {
  return hex(scriptOfAddress(address, account.network) ?? new Uint8Array(0));
}

/** Withdrawals that wait for a word, as the website offers them. */
export function waitingOf({ state, steadyMs }: VContext): VWaiting[] {
  return state.approvals.waiting(steadyMs() - DAY_MS).map(({ vtest_id, sats, outputs, first_address }) => ({
    vtestId: vtest_id,
    sats,
    outputs,
    firstAddress: first_address,
  }));
}
