// A withdrawal from the website on its way to an authority: decrypt, check, policy, balance, then the authority itself.
// Spec: docs/published-app.md 6.2, 6.3 and 6.6. The website's table may be the attacker's: what is not sealed as it
// should be, or comes again in another form, stops everything. What is genuine and must not be paid is refused alone.
// What happens once an authority exists is send-loop.ts.

import { createHash } from 'node:crypto';
import { FEE_LIMITS_DEFAULT } from '../../../protocol/request/policy';
import { DAY_MS, NUMBER_AHEAD_MS } from '../../../protocol/time';
import { anOuts, decryptBoundInfo, sumSats, type Out, type VtestInfo } from '../../v1';
import { readBalance } from './api-calls';
import type { VContext } from '../context';
import type { HsmLink } from '../link/hsm-link';
import { askApproval, historyOf, settleApproval, wordOn, type Question } from '../admins/approvals';
import { giveNotice } from '../admins/notices';
import type { Verdict } from '../policy/policy';
import type { Withdrawal } from '../state';

/**
 * stop: tell the admin `words`, stop the loop. refused: genuine, and not to be paid; `row` is not written down yet,
 * `words` are the published app's. wait: look again at the next poll. known: V had it before, `row` says how it went.
 */
export type Intake =
  | { kind: 'none' }
  | { kind: 'wait'; why: string }
  | { kind: 'stop'; words: string; why: string }
  | { kind: 'refused'; row: Withdrawal; words: string; why: string }
  | { kind: 'known'; row: Withdrawal }
  | { kind: 'authorised'; row: Withdrawal };

/** The limit of the day holds a withdrawal for what it is and lets those behind it pass, for so long. */
const PASSED_TAG = 'policy-velocity';
const PASSED_MS = DAY_MS;
/** The number of the withdrawal is ahead of V's clock. */
const AHEAD_TAG = 'vtest-ahead';
/** What waits for its time, for a person, or for a looser policy, lets those behind it pass for as long as it waits. */
const ALWAYS_PASSED: readonly string[] = [AHEAD_TAG, 'policy-approval', 'policy-new-destination', 'policy-loosened'];
/** Withdrawals held by the limit of the day that are looked at in one go; and all that are. */
const LOOKS_MAX = 10;
const PASSED_MAX = 100;
/** What HSM-Cold takes as a number; any other id is a name. Spec: protocol/SPEC.md 5.2. */
const IS_NUMBER = /^(0|[1-9][0-9]{0,14})$/;
const INVALID = 'tx out invalid';
const TOO_LITTLE = 'balance is not enough and loop is stop';

/** What an admin reads of a withdrawal that is refused alone: the published words would not be true. */
export function refusalWords({ row, words, why }: { row: Withdrawal; words: string; why: string }): string {
  if (why.startsWith('policy-')) return words;
  return `${why === 'balance' ? 'balance is not enough' : words}: withdrawal ${row.vtest_id}`;
}

interface Pulled {
  id: string;
  info: string;
}

/**
 * Pulls the next withdrawal and takes it as far as an authority, which is on disk when this returns. Where it is held
 * for its amount or waits for a person, the one behind it is pulled instead, and so on: a website that gives only its
 * oldest one ends that.
 */
export async function takeNext(context: VContext, link: HsmLink): Promise<Intake> {
  const seen: string[] = [];
  let looks = 0;
  let held: Intake = { kind: 'none' };
  while (looks < LOOKS_MAX && seen.length < PASSED_MAX) {
    const query = seen.length ? '?after=' + encodeURIComponent(seen[seen.length - 1]) : '';
    const answer = await context.website.get('/api/v1/open/vtest' + query);
    const pulled = answer.status === 200 ? readPulled(answer.body) : null;
    if (!pulled || seen.includes(pulled.id)) return held;
    const intake = await takePulled(context, link, pulled);
    if (intake.kind !== 'wait' || !isPassed(intake.why)) return intake;
    if (intake.why === PASSED_TAG && looks++ === 0 && isHeldLong(context, pulled.id)) return intake;
    if (seen.length === 0) held = intake;
    seen.push(pulled.id);
  }
  return held;
}

const isPassed = (why: string): boolean => why === PASSED_TAG || ALWAYS_PASSED.includes(why);

/**
 * Whether the oldest withdrawal that the day's limit holds has let others pass for so long that now they wait for it.
 */
function isHeldLong({ state, steadyMs }: VContext, id: string): boolean {
  const sinceMs = state.getNumber('passed-since-ms', 0);
  if (state.getText('passed') === id && steadyMs() >= sinceMs) return steadyMs() - sinceMs >= PASSED_MS;
  state.setText('passed', id);
  state.setNumber('passed-since-ms', steadyMs());
  return false;
}

async function takePulled(context: VContext, link: HsmLink, pulled: Pulled): Promise<Intake> {
  const infoHash = createHash('sha256').update(pulled.info).digest('hex');
  const known = usedOne(context.state.withdrawal(pulled.id));
  const twin = usedOne(context.state.withdrawalOfInfo(infoHash));
  if ((known && known.info_hash !== infoHash) || (twin && twin.vtest_id !== pulled.id)) {
    return {
      kind: 'stop',
      words: `withdrawal ${pulled.id} is another one under a used id, or a used one again`,
      why: 'vtest-replay',
    };
  }
  if (known) return { kind: 'known', row: known };
  return examine(context, link, pulled, infoHash);
}

/** A withdrawal that was only refused had no authority: it may come again, changed or not. */
function usedOne(row: Withdrawal | undefined): Withdrawal | undefined {
  return row?.state === 'refused' ? undefined : row;
}

async function examine(context: VContext, link: HsmLink, pulled: Pulled, infoHash: string): Promise<Intake> {
  const { state } = context;
  const row: Withdrawal = {
    vtest_id: pulled.id,
    info_hash: infoHash,
    outs: '',
    dynamic: 0,
    confirmed: 0,
    sats: 0,
    state: 'refused',
    channel_id: null,
    vc_code: null,
    max_fee_sats: null,
    authorised_ms: null,
    tries: 0,
    tx_hash: null,
    reported: 0,
  };
  /** Written down, so that the operator can have it reported as failed (dismiss). */
  const stop = (words: string, why: string): Intake => {
    state.putWithdrawal(row);
    return { kind: 'stop', words, why };
  };
  const refuse = (words: string, why: string): Intake => ({ kind: 'refused', row, words, why });
  let info: VtestInfo;
  let outs: Out[];
  try {
    info = await decrypt(context, pulled, infoHash);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'vtest-coin') return refuse(INVALID, code);
    return stop('AES decrypt error', code ?? 'vtest-decrypt');
  }
  // Once the website has sealed, an item without a seal is an attacker's or a rollback of the website: not for V to
  // guess.
  if (!info.sealed && state.getNumber('sealed-seen', 0) === 1) return stop('AES decrypt error', 'vtest-unsealed');
  try {
    outs = anOuts(info.outs, context.account.network);
  } catch {
    return refuse(INVALID, 'out-invalid');
  }
  Object.assign(row, { outs: info.outs, dynamic: info.dynamic, confirmed: info.confirmed, sats: sumSats(outs) });
  const word = wordOn(context, pulled.id, infoHash);
  if (word === 'dismissed') return refuse('withdrawal is dismissed', word);
  if (info.sealed && isAhead(context, pulled.id)) return wait(context, pulled.id, AHEAD_TAG);
  const verdict = judge(context, outs, info.dynamic, word === 'approved');
  if (verdict.verdict === 'refuse') return refuse(`${verdict.tag} refuses withdrawal ${pulled.id}`, verdict.tag);
  if (verdict.verdict !== 'ok') return hold(context, verdict, { id: pulled.id, infoHash, sats: row.sats, outs });
  const balance = await readBalance(context.api);
  if (balance === null) return { kind: 'wait', why: 'balance-unknown' };
  if (balance < row.sats) return refuse(TOO_LITTLE, 'balance');
  if (!link.current()) return { kind: 'wait', why: 'no-channel' };
  warnLowBalance(context, balance - row.sats);
  return { kind: 'authorised', row: authorise(context, link, row, info.sealed) };
}

function judge(context: VContext, outs: Out[], dynamic: number, isApproved: boolean): Verdict {
  const { clock, policies, runtime, time } = context;
  const proposal = { outs, dynamic, nowMs: runtime.nowMs(), time, windowEndMs: clock.earlierMs(), isApproved };
  return policies.check(proposal, historyOf(context));
}

/** A later moment, or a person, may allow it. The admins are asked, or hear of it once. */
function hold(context: VContext, { verdict, tag }: Exclude<Verdict, { verdict: 'ok' }>, question: Question): Intake {
  const isAsked = verdict === 'approve' && askApproval(context, question);
  return isAsked ? { kind: 'wait', why: tag } : wait(context, question.id, tag);
}

function wait(context: VContext, id: string, tag: string): Intake {
  tellOnce(context, id, `${tag} holds withdrawal ${id}`);
  return { kind: 'wait', why: tag };
}

/**
 * Whether the number is too far ahead of V's clock: once it was paid, HSM-Cold could take all below it for old. Names
 * have no time, nor have ids of published sites, which seal nothing.
 */
function isAhead({ runtime }: VContext, id: string): boolean {
  return IS_NUMBER.test(id) && Number(id) > runtime.nowMs() + NUMBER_AHEAD_MS;
}

async function decrypt(context: VContext, pulled: Pulled, infoHash: string): Promise<VtestInfo> {
  const { decrypted } = context;
  const last = decrypted.get(pulled.id);
  if (last?.infoHash === infoHash) return last.info;
  const info = await decryptBoundInfo(pulled.info, pulled.id, context.password);
  if (decrypted.size >= PASSED_MAX) decrypted.clear();
  decrypted.set(pulled.id, { infoHash, info });
  return info;
}

/** Writes the authority down; the same withdrawal under the same channel gets the same one. */
export function authorise(context: VContext, link: HsmLink, row: Withdrawal, sealed: boolean): Withdrawal {
  const { vtest_id: userTxNo, outs, dynamic } = row;
  const feeLimitSats = context.policy.txMaxFeeSats || FEE_LIMITS_DEFAULT.txMaxFeeSats;
  const { channelId, vcCode, maxFeeSats } = link.authorise({ userTxNo, outs, dynamic, maxFeeSats: feeLimitSats });
  const done: Withdrawal = {
    ...row,
    state: 'authorised',
    channel_id: channelId,
    vc_code: vcCode,
    max_fee_sats: maxFeeSats,
    authorised_ms: row.authorised_ms ?? context.clock.laterMs(),
    tries: 0,
  };
  context.state.transaction(() => {
    context.state.putWithdrawal(done);
    settleApproval(context, done);
    if (sealed) context.state.setNumber('sealed-seen', 1);
  });
  return done;
}

function readPulled(body: unknown): Pulled | null {
  const { vtest_id: id, vtest_info: info } = (body ?? {}) as Record<string, unknown>;
  const text = typeof id === 'number' && Number.isSafeInteger(id) ? String(id) : id;
  if (typeof text !== 'string' || !/^[A-Za-z0-9._-]{1,64}$/.test(text) || typeof info !== 'string') return null;
  return { id: text, info };
}

function tellOnce(context: VContext, id: string, words: string): void {
  const told = (context.state.getText('held') ?? '').split(' ');
  if (told.includes(id)) return;
  context.state.setText('held', [...told, id].slice(-PASSED_MAX).join(' '));
  giveNotice(context, 'held', words);
}

function warnLowBalance(context: VContext, balance: number): void {
  const { minBalanceSats } = context.policy;
  if (minBalanceSats === undefined) return;
  const isLow = balance < minBalanceSats;
  if (isLow && context.state.getNumber('low-balance', 0) === 0) {
    context.tellAdmins('Balance has reached the minimum limit, please recharge as soon as possible');
  }
  context.state.setNumber('low-balance', isLow ? 1 : 0);
}
