// V's side of the binary SMS protocol: the daily channel, batch verification, alarms. Spec: protocol/SPEC.md 6.
// Records are on disk before an SMS leaves: a repeated counter or sequence number would be a repeated key stream.

import { equalBytes } from '../../../protocol/bytes';
import { batchProof, sendAuthority } from '../../../protocol/request/authority';
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
import { retryPauseMs, type HsmLink, type HsmLinkEvents } from './hsm-link';
import { hex, unhex } from '../seal';

const BYTES = ['key32', 'own32', 'other32', 'fresh32', 'toV64'];
/**
 * Asked again by people or the clock: what was begun less than this ago is repeated; after that V opens, anew or
 * instead of renewing.
 */
const FRESH_MS = 60000;
/**
 * A RENEW without an answer to so many tries: HSM-Cold may have lost the channel, so V opens between the identities.
 */
const RENEW_TRIES = 4;
/** An OPEN without an answer to so many tries is begun anew. */
const OPEN_TRIES = 6;
/** A channel that was replaced is read from until so long after HSM-Cold's first word under the new one (late SMS), */
const LATE_MS = 3600000;
/** and no longer than this in all. */
const OLD_MS = 2 * 86400000;

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

/**
 * Sealed records of this link: `v2-channel` {channel, openedAtMs, old, oldUntilMs}, `v2-opening`; the counter is in
 * `v2-counter`.
 */
export function linkV2(context: VContext, events: HsmLinkEvents): HsmLink {
  const { state, runtime, account } = context;
  const crypto = protocolCrypto((lenBytes) => runtime.random(lenBytes));
  const coldIdentity33 = unhex(account.identity);
  const peers: ChannelPeers = {
    network: account.network,
    account: account.account,
    coldIdentity33,
    vIdentity33: crypto.pubkeyCreate(context.identityPriv),
  };
  const pair = pairChannel(account.account, pairKey(crypto, peers, context.identityPriv, coldIdentity33));
  let kept: Kept | undefined = thaw(state.getSecret('v2-channel'));
  let opening: Opening | undefined = thaw(state.getSecret('v2-opening'));

  const saveChannel = () => state.setSecret('v2-channel', freeze(kept));
  const saveOpening = () => state.setSecret('v2-opening', freeze(opening));
  const phone = (attempt: number) => context.hsmPhones[attempt % context.hsmPhones.length];
  const baseOf = (pending: Pending): Channel => (pending.made === MADE_BY_BOTH ? pair : kept!.channel);

  /**
   * RENEW of the channel there is, OPEN when there is none or `mustOpen`. The counter follows the clock: a restored
   * copy of V's state is not behind.
   */
  function begin(mustOpen: boolean): void {
    const nowMs = runtime.nowMs();
    if (opening) wipePending(opening.pending);
    let pending: Pending;
    if (kept && !mustOpen) pending = beginRenew(crypto, kept.channel);
    else {
      const counter = Math.min(U32_MAX, Math.max(state.getNumber('v2-counter', 0) + 1, Math.floor(nowMs / 1000)));
      state.setNumber('v2-counter', counter);
      pending = beginOpen(crypto, counter);
    }
    opening = { pending, startedMs: nowMs, nextMs: nowMs, tries: 0 };
  }

  function askForChannel(): void {
    const attempt = opening!.tries++;
    opening!.nextMs = runtime.nowMs() + retryPauseMs(attempt);
    const data = pendingSms(crypto, baseOf(opening!.pending), opening!.pending);
    state.transaction(() => {
      saveChannel();
      saveOpening();
    });
    context.tell(attempt === 0 ? 'asks HSM-Cold for a new channel' : 'asks HSM-Cold for a new channel again', 'sms');
    context.sendData(phone(attempt), data);
  }

  function takeAccept(data: Uint8Array): boolean {
    if (!opening) return false;
    const { pending } = opening;
    const channel = finishPending(crypto, peers, context.identityPriv, baseOf(pending), pending, data);
    const nowMs = runtime.nowMs();
    if (kept?.old) wipeChannel(kept.old);
    kept = kept
      ? { channel, openedAtMs: nowMs, old: receiveOnly(crypto, kept.channel), oldUntilMs: nowMs + OLD_MS }
      : { channel, openedAtMs: nowMs };
    wipePending(pending);
    opening = undefined;
    state.transaction(() => {
      saveChannel();
      saveOpening();
    });
    state.scrub();
    context.tell('channel ' + channel.id + ' is open', 'sms');
    events.onOpened(channel.id);
    return true;
  }

  /** The channel before is over; `untilMs` in the past or absent: now. */
  function dropOld(): void {
    if (!kept?.old || runtime.nowMs() < kept.oldUntilMs!) return;
    wipeChannel(kept.old);
    kept = { channel: kept.channel, openedAtMs: kept.openedAtMs };
    saveChannel();
    state.scrub();
  }

  function takeSealed(data: Uint8Array): boolean {
    dropOld();
    const isOf = (channel?: Channel): boolean =>
      channel !== undefined && smsChannelHint(data) === (channel.id & 0xffff);
    const isOld = !isOf(kept?.channel);
    if (!kept || (isOld && !isOf(kept.old))) return false;
    const { op, fields } = openSms(crypto, isOld ? kept.old! : kept.channel, 'to-v', data);
    if (!isOld && kept.old) kept.oldUntilMs = Math.min(kept.oldUntilMs!, runtime.nowMs() + LATE_MS);
    saveChannel();
    if (op === SMS_BATCH_ANSWER && !isOld) takeBatchAnswer(aBatchAnswer(fields));
    else if (op === SMS_ALARM) {
      const alarm = aAlarm(fields);
      const closed = alarm.accountState === ACCOUNT_CLOSED;
      events.onAlarm('HSM-Cold alarm: ' + ALARM_NAMES[alarm.code] + (closed ? ', account closed' : ''));
    } else if (op === SMS_NOTICE) {
      const notice = aNotice(fields);
      events.onAlarm(`HSM-Cold policy: per tx ${notice.maxPerTxSats}, per day ${notice.maxPerDaySats} sats`);
    } else if (op === SMS_STATUS_ANSWER) {
      events.onStatus({ answeredMs: runtime.nowMs(), ...aStatusAnswer(fields) });
    } else return false;
    return true;
  }

  function takeBatchAnswer(answer: ReturnType<typeof aBatchAnswer>): void {
    const { side, batchNo, status, proof } = answer;
    if (status === BATCH_DERIVING) events.onBatchLater(side, batchNo, answer.seconds);
    else if (status !== BATCH_OK || !proof) events.onBatchRefused(side, batchNo);
    else {
      const key = channelKey(crypto, kept!.channel, 'proof', 32);
      events.onBatchAnswer(side, batchNo, (batch) =>
        equalBytes(batchProof(crypto, key, side, batchNo, unhex(batch.digest)), proof),
      );
    }
  }

  function ask(op: number, fields: CborValue[], attempt: number): void {
    if (!kept) throw fail('no-channel', 'no channel with HSM-Cold');
    const data = sealSms(crypto, kept.channel, 'to-cold', op, fields);
    saveChannel();
    context.sendData(phone(attempt), data);
  }

  return {
    open() {
      const ageMs = opening ? runtime.nowMs() - opening.startedMs : -1;
      if (!(ageMs >= 0 && ageMs < FRESH_MS)) begin(opening !== undefined);
      askForChannel();
    },
    tick() {
      dropOld();
      if (!opening || runtime.nowMs() < opening.nextMs) return;
      if (opening.tries >= (opening.pending.made === MADE_BY_BOTH ? OPEN_TRIES : RENEW_TRIES)) begin(true);
      askForChannel();
    },
    nextDueMs: () => opening?.nextMs ?? null,
    current: () => (kept ? { id: kept.channel.id, openedAtMs: kept.openedAtMs } : null),
    isOpening: () => opening !== undefined,
    authorise(userTxNo, outs, dynamic) {
      if (!kept) throw fail('no-channel', 'no channel with HSM-Cold');
      const { id } = kept.channel;
      const authority = sendAuthority(
        crypto,
        channelKey(crypto, kept.channel, 'request', 32),
        account.network,
        account.account,
        id,
        userTxNo,
        outs,
        dynamic,
      );
      return { channelId: id, vcCode: '2:' + Buffer.from(authority).toString('base64url') };
    },
    askBatch: (side, batchNo, attempt) => ask(SMS_BATCH_VERIFY, batchVerifyFields({ side, batchNo }), attempt),
    askStatus: () => ask(SMS_STATUS, [], 0),
    take(sms) {
      if (!sms.data) return false;
      try {
        return smsOp(sms.data) === SMS_ACCEPT ? takeAccept(sms.data) : takeSealed(sms.data);
      } catch (error) {
        if (typeof (error as { code?: unknown }).code !== 'string') throw error;
        return false;
      }
    },
  };
}

/** Typed arrays to hex, by the names of the fields that hold them. */
function freeze(value: unknown): unknown {
  return value === undefined
    ? undefined
    : JSON.parse(JSON.stringify(value, (_name, item) => (item instanceof Uint8Array ? hex(item) : item)));
}

function thaw(value: any): any {
  if (value === undefined || value === null || typeof value !== 'object') return value;
  const copy: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value))
    copy[name] = BYTES.includes(name) ? unhex(item as string) : thaw(item);
  return copy;
}
