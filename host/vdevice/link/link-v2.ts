// V's side of the binary SMS protocol: the daily channel, batch verification, alarms. Spec: protocol/SPEC.md 6.
// Records are on disk before an SMS leaves: a repeated counter or sequence number would be a repeated key stream.

import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../protocol/time';
import { equalBytes } from '../../../protocol/bytes';
import { batchProof, sendAuthority, sendContent } from '../../../protocol/request/authority';
import {
  MADE_BY_BOTH,
  channelKey,
  pairChannel,
  pairKey,
  wipeChannel,
  type Channel,
  type ChannelPeers,
} from '../../../protocol/channel/channel';
import {
  beginOpen,
  beginRenew,
  finishPending,
  pendingSms,
  receiveOnly,
  wipePending,
  type Pending,
} from '../../../protocol/channel/channel-v';
import type { CborValue } from '../../../protocol/cbor';
import { fail } from '../../../protocol/errors';
import {
  aAlarm,
  aBatchAnswer,
  aNotice,
  aStatusAnswer,
  batchVerifyFields,
  openSms,
  sealSms,
  smsChannelHint,
  smsOp,
} from '../../../protocol/sms/v2';
import {
  ACCOUNT_CLOSED,
  ALARM_NAMES,
  BATCH_DERIVING,
  BATCH_OK,
  SMS_ACCEPT,
  SMS_ALARM,
  SMS_BATCH_ANSWER,
  SMS_BATCH_VERIFY,
  SMS_NOTICE,
  SMS_STATUS,
  SMS_STATUS_ANSWER,
  U32_MAX,
} from '../../../protocol/wire';
import { protocolCrypto } from '../../kit/protocol-crypto';
import type { VContext } from '../context';
import { isDue, openPauseMs, retryPauseMs, type AskedRequest, type HsmLink, type HsmLinkEvents } from './hsm-link';
import { hex, unhex } from '../seal';
import type { IncomingSms } from '../types';

const BYTES = ['key32', 'own32', 'other32', 'fresh32', 'toV64'];
/**
 * Asked again by people or the clock: what was begun less than this ago is repeated; after that V opens, anew or
 * instead of renewing.
 */
const FRESH_MS = MINUTE_MS;
/**
 * A RENEW without an answer to so many tries: HSM-Cold may have lost the channel, so V opens between the identities.
 */
export const RENEW_TRIES = 4;
/** An OPEN without an answer to so many tries is begun anew. */
export const OPEN_TRIES = 6;
/** A channel that was replaced is read from until so long after HSM-Cold's first word under the new one (late SMS), */
const LATE_MS = HOUR_MS;
/** and no longer than this in all. */
const OLD_MS = 2 * DAY_MS;

interface Opening {
  pending: Pending;
  startedMs: number;
  nextMs: number;
  tries: number;
}

interface Kept {
  channel: Channel;
  openedAtMs: number;
  /** The channel before, to read from only, and until when. */
  old?: Channel;
  oldUntilMs?: number;
}

class LinkV2 implements HsmLink {
  private readonly state = this.context.state;
  private readonly runtime = this.context.runtime;
  private readonly account = this.context.account;
  private readonly crypto = protocolCrypto((lenBytes) => this.runtime.random(lenBytes));
  private readonly coldIdentity33 = unhex(this.account.identity);
  private readonly peers: ChannelPeers = {
    network: this.account.network,
    account: this.account.account,
    coldIdentity33: this.coldIdentity33,
    vIdentity33: this.crypto.pubkeyCreate(this.context.identityPriv),
  };
  private readonly pair = pairChannel(
    this.account.account,
    pairKey(this.crypto, this.peers, this.context.identityPriv, this.coldIdentity33),
  );
  private kept: Kept | undefined = thaw(this.state.getSecret('v2-channel')) as Kept | undefined;
  private opening: Opening | undefined = thaw(this.state.getSecret('v2-opening')) as Opening | undefined;

  constructor(
    private readonly context: VContext,
    private readonly events: HsmLinkEvents,
  ) {}

  private saveChannel() {
    return this.state.setSecret('v2-channel', freeze(this.kept));
  }

  private saveOpening() {
    return this.state.setSecret('v2-opening', freeze(this.opening));
  }

  private phone(attempt: number) {
    return this.context.hsmPhones[attempt % this.context.hsmPhones.length];
  }

  private baseOf(pending: Pending): Channel {
    return pending.made === MADE_BY_BOTH ? this.pair : this.kept!.channel;
  }

  /**
   * RENEW of the channel there is, OPEN when there is none or `mustOpen`. The counter follows the clock: a restored
   * copy of V's state is not behind.
   */
  private begin(mustOpen: boolean): void {
    const nowMs = this.runtime.nowMs();
    if (this.opening) wipePending(this.opening.pending);
    let pending: Pending;
    if (this.kept && !mustOpen) pending = beginRenew(this.crypto, this.kept.channel);
    else {
      const counter = Math.min(U32_MAX, Math.max(this.state.getNumber('v2-counter', 0) + 1, Math.floor(nowMs / 1000)));
      this.state.setNumber('v2-counter', counter);
      pending = beginOpen(this.crypto, counter);
    }
    const steadyMs = this.context.steadyMs();
    this.opening = { pending, startedMs: steadyMs, nextMs: steadyMs, tries: 0 };
  }

  private askForChannel(): void {
    const attempt = this.opening!.tries++;
    const isOpen = this.opening!.pending.made === MADE_BY_BOTH;
    this.opening!.nextMs = this.context.steadyMs() + (isOpen ? openPauseMs : retryPauseMs)(attempt);
    const data = pendingSms(this.crypto, this.baseOf(this.opening!.pending), this.opening!.pending);
    this.state.transaction(() => {
      this.saveChannel();
      this.saveOpening();
    });
    this.context.log
      .over('sms')
      .info(attempt === 0 ? 'asks HSM-Cold for a new channel' : 'asks HSM-Cold for a new channel again');
    this.context.sendData(this.phone(attempt), data);
  }

  private takeAccept(data: Uint8Array): boolean {
    if (!this.opening) return false;
    const { pending } = this.opening;
    const channel = finishPending(
      this.crypto,
      { priv32: this.context.identityPriv, coldIdentity33: this.peers.coldIdentity33 },
      this.baseOf(pending),
      pending,
      data,
    );
    const nowMs = this.runtime.nowMs();
    if (this.kept?.old) wipeChannel(this.kept.old);
    this.kept = this.kept
      ? { channel, openedAtMs: nowMs, old: receiveOnly(this.crypto, this.kept.channel), oldUntilMs: nowMs + OLD_MS }
      : { channel, openedAtMs: nowMs };
    wipePending(pending);
    this.opening = undefined;
    this.state.transaction(() => {
      this.saveChannel();
      this.saveOpening();
    });
    this.state.scrub();
    this.context.log.over('sms').info('channel ' + channel.id + ' is open');
    this.events.onOpened(channel.id);
    return true;
  }

  /** The channel before is over; `untilMs` in the past or absent: now. */
  private dropOld(): void {
    if (!this.kept?.old || this.runtime.nowMs() < this.kept.oldUntilMs!) return;
    wipeChannel(this.kept.old);
    this.kept = { channel: this.kept.channel, openedAtMs: this.kept.openedAtMs };
    this.saveChannel();
    this.state.scrub();
  }

  private takeSealed(data: Uint8Array): boolean {
    this.dropOld();
    const isOf = (channel?: Channel): boolean =>
      channel !== undefined && smsChannelHint(data) === (channel.id & 0xffff);
    const isOld = !isOf(this.kept?.channel);
    if (!this.kept || (isOld && !isOf(this.kept.old))) return false;
    const { op, fields } = openSms(this.crypto, isOld ? this.kept.old! : this.kept.channel, 'to-v', data);
    if (!isOld && this.kept.old) this.kept.oldUntilMs = Math.min(this.kept.oldUntilMs!, this.runtime.nowMs() + LATE_MS);
    this.saveChannel();
    if (op === SMS_BATCH_ANSWER && !isOld) this.takeBatchAnswer(aBatchAnswer(fields));
    else if (op === SMS_ALARM) {
      const alarm = aAlarm(fields);
      const closed = alarm.accountState === ACCOUNT_CLOSED;
      this.events.onAlarm('HSM-Cold alarm: ' + ALARM_NAMES[alarm.code] + (closed ? ', account closed' : ''));
    } else if (op === SMS_NOTICE) {
      const notice = aNotice(fields);
      this.events.onAlarm(`HSM-Cold policy: per tx ${notice.maxPerTxSats}, per day ${notice.maxPerDaySats} sats`);
    } else if (op === SMS_STATUS_ANSWER) {
      this.events.onStatus({ answeredMs: this.runtime.nowMs(), ...aStatusAnswer(fields) });
    } else return false;
    return true;
  }

  private takeBatchAnswer(answer: ReturnType<typeof aBatchAnswer>): void {
    const { side, batchNo, status, proof } = answer;
    if (status === BATCH_DERIVING) this.events.onBatchLater(side, batchNo, answer.seconds);
    else if (status !== BATCH_OK || !proof) this.events.onBatchRefused(side, batchNo);
    else {
      const key = channelKey(this.crypto, this.kept!.channel, 'proof', 32);
      this.events.onBatchAnswer(side, batchNo, (batch) =>
        equalBytes(batchProof(this.crypto, key, side, batchNo, unhex(batch.digest)), proof),
      );
    }
  }

  private ask(op: number, fields: CborValue[], attempt: number): void {
    if (!this.kept) throw fail('no-channel', 'no channel with HSM-Cold');
    const data = sealSms(this.crypto, this.kept.channel, 'to-cold', op, fields);
    this.saveChannel();
    this.context.sendData(this.phone(attempt), data);
  }

  open() {
    const ageMs = this.opening ? this.context.steadyMs() - this.opening.startedMs : -1;
    if (!(ageMs >= 0 && ageMs < FRESH_MS)) this.begin(this.opening !== undefined);
    this.askForChannel();
  }

  tick() {
    this.dropOld();
    if (!this.opening || !isDue(this.context.steadyMs(), this.opening.nextMs)) return;
    if (this.opening.tries >= (this.opening.pending.made === MADE_BY_BOTH ? OPEN_TRIES : RENEW_TRIES)) this.begin(true);
    this.askForChannel();
  }

  nextDueMs() {
    return this.opening?.nextMs ?? null;
  }

  current() {
    return this.kept ? { id: this.kept.channel.id, openedAtMs: this.kept.openedAtMs } : null;
  }

  isOpening() {
    return this.opening !== undefined;
  }

  authorise({ userTxNo, outs, dynamic, maxFeeSats }: AskedRequest) {
    if (!this.kept) throw fail('no-channel', 'no channel with HSM-Cold');
    const { id } = this.kept.channel;
    const { network, account } = this.account;
    const authority = sendAuthority(
      this.crypto,
      channelKey(this.crypto, this.kept.channel, 'request', 32),
      { network, account, channelId: id, userTxNo, maxFeeSats },
      sendContent(this.crypto, outs, dynamic),
    );
    return { channelId: id, maxFeeSats, vcCode: '2:' + Buffer.from(authority).toString('base64url') };
  }

  askBatch(side: number, batchNo: number, attempt: number) {
    return this.ask(SMS_BATCH_VERIFY, batchVerifyFields({ side, batchNo }), attempt);
  }

  askStatus() {
    return this.ask(SMS_STATUS, [], 0);
  }

  take(sms: IncomingSms) {
    if (!sms.data) return false;
    try {
      return smsOp(sms.data) === SMS_ACCEPT ? this.takeAccept(sms.data) : this.takeSealed(sms.data);
    } catch (error) {
      if (typeof (error as { code?: unknown }).code !== 'string') throw error;
      return false;
    }
  }
}

/**
 * Sealed records of this link: `v2-channel` {channel, openedAtMs, old, oldUntilMs}, `v2-opening`; the counter is in
 * `v2-counter`.
 */
export function linkV2(context: VContext, events: HsmLinkEvents): HsmLink {
  return new LinkV2(context, events);
}

/** Typed arrays to hex, by the names of the fields that hold them. */
function freeze(value: unknown): unknown {
  return value === undefined
    ? undefined
    : JSON.parse(JSON.stringify(value, (_name, item) => (item instanceof Uint8Array ? hex(item) : item)));
}

function thaw(value: unknown): unknown {
  if (value === undefined || value === null || typeof value !== 'object') return value;
  const copy: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value))
    copy[name] = BYTES.includes(name) ? unhex(item as string) : thaw(item);
  return copy;
}
