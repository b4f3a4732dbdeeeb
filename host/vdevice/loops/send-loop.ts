// The send loop: pull, authorise, post, poll, report, one withdrawal at a time. Spec: docs/published-app.md 6.1 and
// 6.3 to 6.5. Stricter than the published app where it lost money: 404 and 400 on the status are not a failure, code 3
// is compared, the id that is reported is V's own, a hash must pay what was asked, and contradictions stop the loop
// instead of being booked. A fee beyond V's limits stops it too, once the payment is booked.

import { anOuts } from '../../v1';
import { postRequest, readOutcome, readPayment, type Payment, type RequestForm } from './api-calls';
import type { VContext } from '../context';
import type { HsmLink } from '../link/hsm-link';
import { authorise, takeNext } from './intake';
import { feeTag, hasFeeLimit } from '../policy/policy';
import type { Withdrawal } from '../state';
import type { LoopState } from '../types';

/** Polls of a request that the API does not know before it is posted again, unchanged. */
const REPOST_AFTER = 5;
/** Polls for the detail of a sent transaction before it is reported without. */
const DETAIL_TRIES = 10;
/** Tries of one step after which the admin hears of it, once. */
const PATIENCE = 20;
/** Steps in one go; more than one withdrawal ever needs between two pauses. */
const STEPS_MAX = 8;

export interface SendLoop {
  isRunning(): boolean;
  state(): LoopState;
  stoppedBecause(): string | null;
  start(): void;
  stop(why: string | null): void;
  /** Works until something has to be waited for. HTTP: call it inside tracked work. */
  run(): Promise<void>;
}

export function sendLoop(context: VContext, link: HsmLink): SendLoop {
  const { state } = context;
  let loopState: LoopState = 'stopped';

  const isRunning = () => state.getNumber('loop-running', 0) === 1;

  function stop(why: string | null): void {
    state.setNumber('loop-running', 0);
    state.setText('loop-stopped-because', why);
    loopState = 'stopped';
  }

  function stopAndTell(words: string, why: string): false {
    state.transaction(() => {
      stop(why);
      context.tellAdmins(words);
    });
    context.tell('loop stops: ' + why);
    return false;
  }

  /** Counts a try of the present step; at PATIENCE the admin hears `words`. */
  function tryLater(row: Withdrawal, words: string): false {
    state.putWithdrawal({ ...row, tries: row.tries + 1 });
    if (words !== '' && row.tries + 1 === PATIENCE) context.tellAdmins(words);
    return false;
  }

  /** True: go on at once. False: pause. */
  async function step(): Promise<boolean> {
    const row = state.openWithdrawal();
    if (!row) return pull();
    if (row.state === 'authorised') return post(row);
    if (row.state === 'posted') return poll(row);
    return report(row);
  }

  async function pull(): Promise<boolean> {
    const intake = await takeNext(context, link);
    loopState = intake.kind === 'wait' ? 'waiting' : 'idle';
    if (intake.kind === 'stop') return stopAndTell(intake.words, intake.why);
    if (intake.kind === 'known') {
      state.putWithdrawal({ ...intake.row, reported: 0, tries: 0 });
      return true;
    }
    if (intake.kind !== 'authorised') return false;
    context.tell(
      `authorises withdrawal ${intake.row.vtest_id}, ${intake.row.sats} sats, under channel ${intake.row.channel_id}`,
    );
    return true;
  }

  async function post(row: Withdrawal): Promise<boolean> {
    loopState = 'authorised';
    if (link.current()?.id !== row.channel_id) return renew(row);
    const posted = await postRequest(context.api, formOf(row));
    if (posted === 'retry') return tryLater(row, 'post tx to ChainCloud is error');
    state.putWithdrawal({ ...row, state: 'posted', tries: 0 });
    context.tell(`posts withdrawal ${row.vtest_id} to the API`, 'http');
    return posted === 'known';
  }

  /**
   * The channel changed before the API said that it has the request: only if it plainly has not, a new authority is
   * made.
   */
  async function renew(row: Withdrawal): Promise<boolean> {
    const outcome = await readOutcome(context.api, formOf(row));
    if (outcome.kind === 'open' && row.tries < PATIENCE) return tryLater(row, '');
    if (outcome.kind !== 'unknown') {
      state.putWithdrawal({ ...row, state: 'posted', tries: 0 });
      return true;
    }
    if (!link.current()) return false;
    authorise(context, link, row, false);
    return true;
  }

  async function poll(row: Withdrawal): Promise<boolean> {
    loopState = 'posted';
    const outcome = await readOutcome(context.api, formOf(row));
    if (outcome.kind === 'contradiction')
      return stopAndTell(
        `ChainCloud contradicts itself on withdrawal ${row.vtest_id}: ${outcome.what}`,
        'contradiction',
      );
    if (outcome.kind === 'unknown') {
      tryLater(row, `ChainCloud does not know withdrawal ${row.vtest_id}`);
      if ((row.tries + 1) % REPOST_AFTER === 0) await postRequest(context.api, formOf(row));
      return false;
    }
    if (outcome.kind === 'open') return false;
    if (outcome.kind === 'failed') return finish(row, 'failed', null);
    const payment = await readPayment(context.api, outcome.txHash, anOuts(row.outs, context.account.network));
    if (payment && !payment.paid)
      return stopAndTell(`tx of withdrawal ${row.vtest_id} does not pay what was asked`, 'wrong-payment');
    const isFeeDue = payment?.feeSats == null && hasFeeLimit(context.policy);
    if ((!payment || isFeeDue) && row.tries < DETAIL_TRIES) return tryLater(row, '');
    return settle(row, outcome.txHash, payment);
  }

  /**
   * Books a sent withdrawal with its fee. A fee beyond a limit, or one that the API hides where there is a limit, stops
   * the loop: the payment is out, the next one is not. A hidden fee counts as the most that one may be.
   */
  function settle(row: Withdrawal, txHash: string, payment: Payment | null): boolean {
    const feeSats = payment?.feeSats ?? null;
    const tag = feeTag(context.policy, feeSats, payment?.vbytes ?? 0, context.runtime.nowMs(), (sinceMs) =>
      state.spentSince(sinceMs),
    );
    state.transaction(() => {
      state.putFee(row.vtest_id, feeSats ?? context.policy.txMaxFeeSats ?? 0);
      finish(row, 'sent', txHash);
      if (tag === '') return;
      stop(tag);
      context.tellAdmins(`${tag}: withdrawal ${row.vtest_id} paid a fee of ${feeSats ?? 'unknown'} sats, loop is stop`);
    });
    if (tag !== '') context.tell('loop stops: ' + tag);
    return tag === '';
  }

  function finish(row: Withdrawal, result: 'sent' | 'failed', txHash: string | null): true {
    state.putWithdrawal({ ...row, state: result, tx_hash: txHash, tries: 0 });
    context.tell(`withdrawal ${row.vtest_id} ${result === 'sent' ? 'is sent: ' + txHash : 'failed'}`);
    return true;
  }

  async function report(row: Withdrawal): Promise<boolean> {
    loopState = 'final';
    const answer = await context.website.postForm('/api/v1/open/vtest', {
      vtest_id: row.vtest_id,
      tx_hash: row.tx_hash,
    });
    const { result } = (answer.body ?? {}) as { result?: unknown };
    if (answer.status !== 200 || (result !== true && result !== 'true'))
      return tryLater(row, `website refuses the report of withdrawal ${row.vtest_id}`);
    state.putWithdrawal({ ...row, reported: 1, tries: 0 });
    context.tell(`reports withdrawal ${row.vtest_id} to the website`, 'http');
    return false;
  }

  return {
    isRunning,
    state: () => (isRunning() ? (loopState === 'stopped' ? 'idle' : loopState) : 'stopped'),
    stoppedBecause: () => state.getText('loop-stopped-because'),
    start() {
      state.setNumber('loop-running', 1);
      state.setText('loop-stopped-because', null);
    },
    stop,
    async run() {
      for (let i = 0; i < STEPS_MAX && isRunning(); i++) if (!(await step())) return;
    },
  };
}

/** The request of a row, always the one that was written down. */
export function formOf(row: Withdrawal): RequestForm {
  return {
    userTxNo: row.vtest_id,
    outs: row.outs,
    dynamic: row.dynamic,
    confirmed: row.confirmed,
    vcCode: row.vc_code!,
    channelId: row.channel_id!,
  };
}
