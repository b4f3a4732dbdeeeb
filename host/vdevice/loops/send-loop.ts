// The send loop: pull, authorise, post, poll, report, one withdrawal at a time. Spec: docs/published-app.md 6.1 and
// 6.3 to 6.6. Stricter than the published app where it lost money: 404 and 400 on the status are not a failure, code 3
// is compared, the id that is reported is V's own, a hash must pay what was asked, and contradictions stop the loop
// instead of being booked. A fee beyond V's limits stops it too, once the payment is booked. Less strict in one thing:
// what V refuses before any authority exists fails alone, unless the policy says `stopAtRefusal`.

import { anOuts } from '../../v1';
import { postRequest, readOutcome, readPayment, type Payment, type RequestForm } from './api-calls';
import type { VContext } from '../context';
import type { HsmLink } from '../link/hsm-link';
import { authorise, refusalWords, takeNext, type Intake } from './intake';
import { giveNotice } from '../admins/notices';
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

class WithdrawalLoop implements SendLoop {
  private readonly memory = this.context.state;
  private loopState: LoopState = 'stopped';

  constructor(
    private readonly context: VContext,
    private readonly link: HsmLink,
  ) {}

  isRunning() {
    return this.memory.getNumber('loop-running', 0) === 1;
  }

  stop(why: string | null): void {
    this.memory.setNumber('loop-running', 0);
    this.memory.setText('loop-stopped-because', why);
    this.loopState = 'stopped';
  }

  private stopAndTell(words: string, why: string): false {
    this.memory.transaction(() => {
      this.stop(why);
      this.context.tellAdmins(words);
    });
    this.context.log.warn('loop stops: ' + why);
    return false;
  }

  /** Counts a try of the present step; at PATIENCE the admin hears `words`. */
  private tryLater(row: Withdrawal, words: string): false {
    this.memory.putWithdrawal({ ...row, tries: row.tries + 1 });
    if (words !== '' && row.tries + 1 === PATIENCE) this.context.tellAdmins(words);
    return false;
  }

  /** True: go on at once. False: pause. */
  private async step(): Promise<boolean> {
    const row = this.memory.openWithdrawal();
    if (!row) return this.pull();
    if (row.state === 'authorised') return this.post(row);
    if (row.state === 'posted') return this.poll(row);
    return this.report(row);
  }

  private async pull(): Promise<boolean> {
    const intake = await takeNext(this.context, this.link);
    this.loopState = intake.kind === 'wait' ? 'waiting' : 'idle';
    if (intake.kind === 'refused') return this.refuse(intake);
    if (intake.kind === 'stop') return this.stopAndTell(intake.words, intake.why);
    if (intake.kind === 'known') {
      this.memory.putWithdrawal({ ...intake.row, reported: 0, tries: 0 });
      return true;
    }
    if (intake.kind !== 'authorised') return false;
    const { vtest_id, sats, channel_id: channelId } = intake.row;
    this.context.log.info(`authorises withdrawal ${vtest_id}, ${sats} sats, under channel ${channelId}`, { vtest_id });
    return true;
  }

  /** No authority exists: reported as failed, the admins are told, and the next one is pulled. */
  private refuse(intake: Extract<Intake, { kind: 'refused' }>): boolean {
    const { row, words, why } = intake;
    if (this.context.policies.stopsAtRefusal()) {
      this.memory.putWithdrawal(row);
      return this.stopAndTell(words, why);
    }
    this.memory.transaction(() => {
      this.memory.putWithdrawal({ ...row, state: 'failed' });
      giveNotice(this.context, 'refused', refusalWords(intake));
    });
    this.context.log.warn(`refuses withdrawal ${row.vtest_id}: ${why}`, { vtest_id: row.vtest_id });
    return true;
  }

  private async post(row: Withdrawal): Promise<boolean> {
    this.loopState = 'authorised';
    if (this.link.current()?.id !== row.channel_id) return this.renew(row);
    const posted = await postRequest(this.context.api, formOf(row));
    if (posted === 'retry') return this.tryLater(row, 'post tx to ChainCloud is error');
    this.memory.putWithdrawal({ ...row, state: 'posted', tries: 0 });
    this.context.log.over('http').info(`posts withdrawal ${row.vtest_id} to the API`, { vtest_id: row.vtest_id });
    return posted === 'known';
  }

  /**
   * The channel changed before the API said that it has the request: only if it plainly has not, a new authority is
   * made.
   */
  private async renew(row: Withdrawal): Promise<boolean> {
    const outcome = await readOutcome(this.context.api, formOf(row));
    if (outcome.kind === 'open' && row.tries < PATIENCE) return this.tryLater(row, '');
    if (outcome.kind !== 'unknown') {
      this.memory.putWithdrawal({ ...row, state: 'posted', tries: 0 });
      return true;
    }
    if (!this.link.current()) return false;
    authorise(this.context, this.link, row, false);
    return true;
  }

  private async poll(row: Withdrawal): Promise<boolean> {
    this.loopState = 'posted';
    const outcome = await readOutcome(this.context.api, formOf(row));
    if (outcome.kind === 'contradiction')
      return this.stopAndTell(
        `ChainCloud contradicts itself on withdrawal ${row.vtest_id}: ${outcome.what}`,
        'contradiction',
      );
    if (outcome.kind === 'unknown') {
      this.tryLater(row, `ChainCloud does not know withdrawal ${row.vtest_id}`);
      if ((row.tries + 1) % REPOST_AFTER === 0) await postRequest(this.context.api, formOf(row));
      return false;
    }
    if (outcome.kind === 'open') return false;
    if (outcome.kind === 'failed') return this.finish(row, 'failed', null);
    const payment = await readPayment(this.context.api, outcome.txHash, anOuts(row.outs, this.context.account.network));
    if (payment && !payment.paid)
      return this.stopAndTell(`tx of withdrawal ${row.vtest_id} does not pay what was asked`, 'wrong-payment');
    const isFeeDue = payment?.feeSats == null && this.context.policies.hasFeeLimit();
    if ((!payment || isFeeDue) && row.tries < DETAIL_TRIES) return this.tryLater(row, '');
    return this.settle(row, outcome.txHash, payment);
  }

  /**
   * Books a sent withdrawal with its fee. A fee beyond a limit, or one that the API hides where there is a limit, stops
   * the loop: the payment is out, the next one is not. A hidden fee counts as the most that one may be.
   */
  private settle(row: Withdrawal, txHash: string, payment: Payment | null): boolean {
    const feeSats = payment?.feeSats ?? null;
    const { clock, policies } = this.context;
    const tag = policies.feeTag(feeSats, payment?.vbytes ?? 0, clock.earlierMs(), (sinceMs) =>
      this.memory.spentSince(sinceMs),
    );
    this.memory.transaction(() => {
      this.memory.putFee(row.vtest_id, feeSats ?? this.context.policy.txMaxFeeSats ?? 0);
      this.finish(row, 'sent', txHash);
      if (tag === '') return;
      this.stop(tag);
      this.context.tellAdmins(
        `${tag}: withdrawal ${row.vtest_id} paid a fee of ${feeSats ?? 'unknown'} sats, loop is stop`,
      );
    });
    if (tag !== '') this.context.log.warn('loop stops: ' + tag, { vtest_id: row.vtest_id });
    return tag === '';
  }

  private finish(row: Withdrawal, result: 'sent' | 'failed', txHash: string | null): true {
    this.memory.putWithdrawal({ ...row, state: result, tx_hash: txHash, tries: 0 });
    const { vtest_id } = row;
    if (result === 'sent')
      this.context.log.info(`withdrawal ${vtest_id} is sent: ${txHash}`, { vtest_id, tx_hash: txHash });
    else this.context.log.warn(`withdrawal ${vtest_id} failed`, { vtest_id });
    return true;
  }

  private async report(row: Withdrawal): Promise<boolean> {
    this.loopState = 'final';
    const answer = await this.context.website.postForm('/api/v1/open/vtest', {
      vtest_id: row.vtest_id,
      tx_hash: row.tx_hash,
    });
    const { result } = (answer.body ?? {}) as { result?: unknown };
    if (answer.status !== 200 || (result !== true && result !== 'true')) return this.reportLater(row);
    this.memory.putWithdrawal({ ...row, reported: 1, tries: 0 });
    this.context.log.over('http').info(`reports withdrawal ${row.vtest_id} to the website`, { vtest_id: row.vtest_id });
    return false;
  }

  private reportLater(row: Withdrawal): false {
    this.tryLater(row, '');
    if (row.tries + 1 === PATIENCE)
      giveNotice(this.context, 'unreported', `website refuses the report of withdrawal ${row.vtest_id}`);
    return false;
  }

  state() {
    return this.isRunning() ? (this.loopState === 'stopped' ? 'idle' : this.loopState) : 'stopped';
  }

  stoppedBecause() {
    return this.memory.getText('loop-stopped-because');
  }

  start() {
    this.memory.setNumber('loop-running', 1);
    this.memory.setText('loop-stopped-because', null);
  }

  async run() {
    for (let i = 0; i < STEPS_MAX && this.isRunning(); i++) if (!(await this.step())) return;
  }
}

export function sendLoop(context: VContext, link: HsmLink): SendLoop {
  return new WithdrawalLoop(context, link);
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
    maxFeeSats: row.max_fee_sats,
  };
}
