// Address batches: pull from the website, ask HSM-Cold by SMS, report 2 (verified) or 3 (failed). Spec:
// docs/published-app.md
// 8. HSM-Cold's word is kept by the digest of the list: the same list again needs no SMS, another list for a
// batch that is known good is false at once. The website may be hacked: what it can make V spend on SMS is bounded.

import { isAddress } from '../../bitcoin/address';
import { batchDigest, type IndexedAddress } from '../../bitcoin/batch';
import { batchText } from '../../v1';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../protocol/time';
import { BATCH_NO_MAX, BATCH_SIZE, SIDE_COLD } from '../../../protocol/wire';
import type { LogFields } from '../../kit/log';
import type { VContext } from '../context';
import { isDue, retryPauseMs, type HsmLink } from '../link/hsm-link';
import { hex } from '../seal';
import type { Batch } from '../state';

/** Batch questions to HSM-Cold in 24 hours. */
const ASKS_PER_DAY = 100;
/** Empty answers after which the website counts as idle, and the longest pause then. */
const IDLE_POLLS = 10;
const SLOWEST_POLL_MS = 5 * MINUTE_MS;
/** After a refusal by HSM-Cold. */
const REFUSED_PAUSE_MS = HOUR_MS;

export interface BatchLoop {
  /** Pulls and reports. HTTP: call it inside tracked work. */
  poll(): Promise<void>;
  /**
   * Until the next poll: `pollMs`, ten times that (5 minutes at most, as in the published app) once the website has
   * been idle.
   */
  pauseMs(pollMs: number): number;
  /** Repeats questions that were not answered in time. No HTTP. */
  tick(): void;
  /** When `tick` will have something to do, ms of VContext.steadyMs(); null: nothing. */
  nextDueMs(): number | null;
  /** After a new channel: everything open is asked again under it. */
  askAgain(): void;
  answered(side: number, batchNo: number, matches: (batch: Batch) => boolean): void;
  later(side: number, batchNo: number, seconds: number): void;
  refused(side: number, batchNo: number): void;
}

class AddressBatchLoop implements BatchLoop {
  private readonly state = this.context.state;
  /** The last list that was read in full: while HSM-Cold thinks, the website gives the same one again and again. */
  private lastBody = '';
  private idlePolls = 0;

  constructor(
    private readonly context: VContext,
    private readonly link: HsmLink,
  ) {}

  private ask(batch: Batch): void {
    if (!this.link.current() || !this.mayAsk(batch)) return;
    const nowMs = this.context.steadyMs();
    this.state.putBatch({
      ...batch,
      asked_ms: nowMs,
      next_ask_ms: nowMs + retryPauseMs(batch.tries),
      tries: batch.tries + 1,
    });
    this.context.log.over('sms').info(`asks HSM-Cold to vouch for ${name(batch)}`, about(batch));
    this.link.askBatch(batch.side, batch.batch_no, batch.tries);
  }

  private mayAsk(batch: Batch): boolean {
    const nowMs = this.context.steadyMs();
    const since = this.state.getNumber('asks-since', 0);
    const isNewDay = nowMs - since >= DAY_MS || nowMs < since;
    const count = isNewDay ? 0 : this.state.getNumber('asks', 0);
    if (count >= ASKS_PER_DAY) {
      this.state.putBatch({ ...batch, next_ask_ms: since + DAY_MS });
      return false;
    }
    if (isNewDay) this.state.setNumber('asks-since', nowMs);
    this.state.setNumber('asks', count + 1);
    if (count + 1 === ASKS_PER_DAY) this.context.tellAdmins('too many address batches today, the rest must wait');
    return true;
  }

  private recordVerdict(batch: Batch, verified: boolean): void {
    this.state.transaction(() => {
      this.state.putBatch({ ...batch, state: verified ? 'verified' : 'failed', content: '', reported: 0 });
      if (!verified)
        this.context.tellAdmins(`address batch ${batch.batch_no} ${sideName(batch.side)} is false, do not use it`);
    });
    const log = this.context.log.over('sms');
    if (verified) log.info(`${name(batch)} is as HSM-Cold has it`, about(batch));
    else log.warn(`${name(batch)} is FALSE`, about(batch));
  }

  private take(side: 1 | 2, batchNo: number, list: IndexedAddress[] | null, raw: unknown): void {
    const { network, account } = this.context.account;
    const digest = list
      ? hex(batchDigest({ network, account, side, batchNo }, list))
      : hex(this.context.crypto.sha256(Buffer.from(JSON.stringify(raw) ?? '')));
    const known = this.state.batch(side, batchNo, digest);
    if (known) {
      if (known.state !== 'asking' && known.reported === 1) this.state.putBatch({ ...known, reported: 0 });
      return;
    }
    const nowMs = this.context.steadyMs();
    const batch: Batch = {
      side,
      batch_no: batchNo,
      digest,
      content: list ? batchText(list) : '',
      state: 'asking',
      asked_ms: nowMs,
      next_ask_ms: nowMs,
      tries: 0,
      reported: 0,
    };
    const hasGoodOne = this.state.batchesOf(side, batchNo).some((other) => other.state === 'verified');
    if (list === null || hasGoodOne) return this.recordVerdict(batch, false);
    this.state.dropAskingBatches(side, batchNo);
    this.state.putBatch(batch);
    this.ask(batch);
  }

  private async report(batch: Batch): Promise<void> {
    const form = {
      batch_no: batch.batch_no,
      status: batch.state === 'verified' ? 2 : 3,
      type: batch.side,
      coin_type: 'BTC',
      digest: batch.digest,
    };
    const answer = await this.context.website.postForm('/api/v1/open/batch', form);
    if (answer.status !== 200) return;
    this.state.putBatch({ ...batch, reported: 1 });
    this.context.log.over('http').info(`reports ${name(batch)} ${batch.state}`, about(batch));
  }

  private openOne(side: number, batchNo: number): Batch | undefined {
    return this.state.batchesOf(side, batchNo).find((batch) => batch.state === 'asking');
  }

  async poll() {
    for (const batch of this.state.unreportedBatches()) await this.report(batch);
    const answer = await this.context.website.get('/api/v1/open/batch');
    const body = JSON.stringify(answer.body ?? null);
    if (answer.status !== 200 || (body === this.lastBody && this.state.askingBatches().length > 0)) return;
    this.lastBody = body;
    this.idlePolls = answer.body === null ? this.idlePolls + 1 : 0;
    const pulled = readPulled(answer.body, this.context.account.network);
    if (!pulled) return;
    this.take(pulled.side, pulled.batchNo, pulled.list, pulled.raw);
    for (const batch of this.state.unreportedBatches()) await this.report(batch);
  }

  pauseMs(pollMs: number) {
    return this.idlePolls < IDLE_POLLS || this.state.unreportedBatches().length > 0
      ? pollMs
      : Math.max(pollMs, Math.min(pollMs * 10, SLOWEST_POLL_MS));
  }

  tick() {
    const nowMs = this.context.steadyMs();
    for (const batch of this.state.askingBatches()) if (isDue(nowMs, batch.next_ask_ms, DAY_MS)) this.ask(batch);
  }

  nextDueMs() {
    return this.state
      .askingBatches()
      .reduce<number | null>((least, batch) => Math.min(least ?? Infinity, batch.next_ask_ms), null);
  }

  askAgain() {
    for (const batch of this.state.askingBatches()) this.ask({ ...batch, tries: 0 });
  }

  answered(side: number, batchNo: number, matches: (batch: Batch) => boolean) {
    const batch = this.openOne(side, batchNo);
    if (batch) this.recordVerdict(batch, matches(batch));
  }

  later(side: number, batchNo: number, seconds: number) {
    const batch = this.openOne(side, batchNo);
    if (batch)
      this.state.putBatch({ ...batch, next_ask_ms: this.context.steadyMs() + Math.max(seconds, 5) * 1000, tries: 0 });
  }

  refused(side: number, batchNo: number) {
    const batch = this.openOne(side, batchNo);
    if (!batch) return;
    if (batch.tries <= 1)
      this.context.tellAdmins(`HSM-Cold does not vouch for address batch ${batchNo} ${sideName(side)} now`);
    this.state.putBatch({ ...batch, next_ask_ms: this.context.steadyMs() + REFUSED_PAUSE_MS });
  }
}

export function batchLoop(context: VContext, link: HsmLink): BatchLoop {
  return new AddressBatchLoop(context, link);
}

/**
 * What the website handed out. list null: it cannot be HSM-Cold's whatever HSM-Cold says. Null: nothing, or nothing
 * that has a name.
 */
function readPulled(
  body: unknown,
  network: VContext['account']['network'],
): { batchNo: number; side: 1 | 2; list: IndexedAddress[] | null; raw: unknown } | null {
  const { batch_no: batchNo, address_type: side, address_list: raw } = (body ?? {}) as Record<string, unknown>;
  if (
    !Number.isInteger(batchNo) ||
    (batchNo as number) < 0 ||
    (batchNo as number) > BATCH_NO_MAX ||
    (side !== 1 && side !== 2)
  )
    return null;
  const first = (batchNo as number) * BATCH_SIZE;
  const isList = Array.isArray(raw) && raw.length === BATCH_SIZE;
  const sorted = isList ? [...(raw as IndexedAddress[])].sort((a, b) => Number(a?.index) - Number(b?.index)) : [];
  const isGood =
    isList &&
    sorted.every(
      (item, i) => item?.index === first + i && typeof item.address === 'string' && isAddress(item.address, network),
    );
  return { batchNo: batchNo as number, side, list: isGood ? sorted : null, raw };
}

function sideName(side: number): string {
  return side === SIDE_COLD ? 'cold' : 'hot';
}

function name(batch: Batch): string {
  return `${sideName(batch.side)} batch ${batch.batch_no}`;
}

function about(batch: Batch): LogFields {
  return { side: batch.side, batch_no: batch.batch_no };
}
