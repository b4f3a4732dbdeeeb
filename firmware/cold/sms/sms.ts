/**
 * SMS to HSM-Cold. Binary ones on the protocol's port are the operations of SPEC.md 6; text ones are the published
 * app's (sms-v1.ts, when an account uses it) or an admin's acknowledgement. Senders' numbers decide nothing but where a
 * text of the old protocol is answered: binary answers go to the phone registered for the account. What does not hold
 * is counted and never answered. An SMS is acked, that is deleted, after its effect is durable; one that comes twice
 * finds its channel's replay window.
 */
import { wipe } from '../../crypto/index';
import {
  ACCEPT_AGAIN,
  ACCEPT_NOT,
  acceptBegin,
  acceptStep,
  acceptVerdict,
  channelKey,
  endAccept,
  pairChannel,
  pairKey,
  wipeChannel,
  type AcceptWork,
  type Channel,
} from '../../../protocol/channel/channel';
import { decimalOf } from '../../../protocol/decimal';
import { batchProof } from '../../../protocol/request/authority';
import {
  BATCH_DERIVING,
  BATCH_OK,
  SIDE_COLD,
  SIDE_HOT,
  SMS_BATCH_ANSWER,
  SMS_BATCH_VERIFY,
  SMS_OPEN,
  SMS_RENEW,
  SMS_STATUS,
  SMS_STATUS_ANSWER,
  U32_MAX,
} from '../../../protocol/wire';
import {
  aBatchVerify,
  batchAnswerFields,
  noteSeq,
  openSms,
  sealAccept,
  sealSms,
  smsChannelHint,
  statusAnswerFields,
} from '../../../protocol/sms/v2';
import type { ModemSms } from '../../modem/types';
import { batchDigestOf, countBatches, secondsToBatch, wantBatch } from '../batches/batches';
import { acknowledge, post } from '../alarms/closing';
import type { Cold } from '../cold';
import { identityPriv, openOf, saveChannels, requireAccount } from '../state/account-store';
import { promoteChannel } from '../signing/authority';
import { takeV1Text } from './sms-v1';
import { PROTO_BIT_V2, isClosed, type Account } from '../state/state';
import { AUDIT_CHANNEL, audit, nowSeconds } from '../state/store';
import { schedule, scheduleOnce } from '../scheduler';

function ignore(cold: Cold, ack: () => void): void {
  cold.counters.ignoredSms++;
  ack();
}

/** The channel that carries OPEN. Its key costs one multiplication, once an account, and is then written down. */
export function pairOf(cold: Cold, account: Account): Channel {
  const it = openOf(cold, account);
  if (!it.gate.length) {
    const priv = identityPriv(cold, account.n);
    it.gate = pairKey(
      cold.crypto,
      {
        network: account.network,
        account: account.n,
        coldIdentity33: account.identity,
        vIdentity33: account.vIdentity,
      },
      priv,
      account.vIdentity,
    );
    wipe(priv);
    saveChannels(cold, account);
  }
  return pairChannel(account.n, it.gate);
}

function send(cold: Cold, account: Account, bytes: Uint8Array): void {
  if (account.vPhones.length) post(cold, account.vPhones[0], bytes, false);
}

/**
 * A sound OPEN or RENEW: the same ACCEPT again, or the exchange in slices; the new channel is durable before V hears of
 * it.
 */
function exchange(cold: Cold, opened: OpenedUnder, ack: () => void): void {
  const account = opened.account;
  const n = account.n;
  const it = openOf(cold, account);
  const isOpen = opened.op === SMS_OPEN;
  const fields = opened.fields;
  const baseId = opened.channel.id;
  const keys = cold.keys;
  const verdict =
    isClosed(cold.state, n) || !(account.protos & PROTO_BIT_V2)
      ? ACCEPT_NOT
      : acceptVerdict(opened.op, fields, opened.channel, it.next, it.vCounter);
  if (verdict === ACCEPT_AGAIN) {
    if (!isOpen) saveChannels(cold, account);
    send(cold, account, sealAccept(cold.crypto, it.next as Channel));
    return ack();
  }
  if (verdict === ACCEPT_NOT || (cold.accepting >> n) & 1) return ignore(cold, ack);
  cold.accepting |= 1 << n;
  const work = acceptBegin(
    opened.channel,
    it.lastId + 1,
    fields.length ? fields[fields.length - 1] : new Uint8Array(0),
    isOpen ? { priv32: identityPriv(cold, n), v33: account.vIdentity } : undefined,
  );
  let isMade = false;
  function end(isKept: boolean): void {
    cold.accepting &= ~(1 << n);
    endAccept(work, isKept);
    if (isKept) ack();
    else ignore(cold, ack);
  }
  schedule(cold, {
    isIdle: false,
    step: function () {
      // Sealing and writing it takes an event of its own, with the room that the curve gives back.
      if (cold.keys === keys && !isMade) {
        isMade = acceptStep(cold.crypto, work);
        return true;
      }
      const isKept = cold.keys === keys && keepChannel(cold, n, work, isOpen ? fields[0] : -1, baseId, opened.seq);
      end(isKept);
      return false;
    },
    failed: function () {
      end(false);
    },
  });
}

/**
 * Writes the channel of an exchange down and tells V; false when it is not wanted any more. vCounter: V's opening
 * counter, -1 of a RENEW; seq: its number.
 */
function keepChannel(cold: Cold, n: number, work: AcceptWork, vCounter: number, baseId: number, seq: number): boolean {
  const account = requireAccount(cold, n);
  const it = openOf(cold, account);
  const id = work.id;
  // Another protocol's channel may have taken the number, another channel the place.
  if (id !== it.lastId + 1 || (vCounter < 0 && !(it.channel && it.channel.id === baseId))) return false;
  it.lastId = id;
  if (vCounter >= 0) it.vCounter = vCounter;
  else noteSeq(it.channel as Channel, seq);
  if (it.next) wipeChannel(it.next);
  it.next = work.channel as Channel;
  const sms = sealAccept(cold.crypto, it.next);
  audit(cold, AUDIT_CHANNEL, n, new Uint8Array([id >>> 24, id >>> 16, id >>> 8, id]));
  saveChannels(cold, account);
  send(cold, account, sms);
  return true;
}

function answerBatch(cold: Cold, account: Account, fields: any[]): void {
  const m = aBatchVerify(fields);
  const channel = openOf(cold, account).channel as any;
  const digest = batchDigestOf(cold, account.n, m.side, m.batchNo);
  if (!digest) wantBatch(cold, account.n, m.side, m.batchNo, true);
  const key = channelKey(cold.crypto, channel, 'proof', 32);
  const answer = digest
    ? {
        side: m.side,
        batchNo: m.batchNo,
        status: BATCH_OK,
        seconds: 0,
        proof: batchProof(cold.crypto, key, m.side, m.batchNo, digest),
      }
    : {
        side: m.side,
        batchNo: m.batchNo,
        status: BATCH_DERIVING,
        seconds: secondsToBatch(cold, account.n, m.side, m.batchNo),
      };
  wipe(key);
  reply(cold, account, SMS_BATCH_ANSWER, batchAnswerFields(answer));
  if (digest) wantBatch(cold, account.n, m.side, m.batchNo + 1, false);
}

/** Seals, counts the number as used on flash, then sends. */
function reply(cold: Cold, account: Account, op: number, fields: any[]): void {
  const sms = sealSms(cold.crypto, openOf(cold, account).channel as any, 'to-v', op, fields);
  saveChannels(cold, account);
  send(cold, account, sms);
}

function answerStatus(cold: Cold, account: Account): void {
  reply(
    cold,
    account,
    SMS_STATUS_ANSWER,
    statusAnswerFields({
      deviceState: 3,
      accountState: isClosed(cold.state, account.n) ? 2 : 1,
      unixSeconds: nowSeconds(cold),
      batchesHot: countBatches(cold, account.n, SIDE_HOT),
      batchesCold: countBatches(cold, account.n, SIDE_COLD),
    }),
  );
}

interface OpenedUnder {
  account: Account;
  channel: Channel;
  op: number;
  seq: number;
  fields: any[];
}

/** Finds the channel that an operation belongs to and opens it; undefined when none fits. */
function openUnderChannel(cold: Cold, data: Uint8Array): OpenedUnder | undefined {
  const hint = smsChannelHint(data);
  const isOpen = data[0] === SMS_OPEN;
  for (let n = 0; n < cold.state.accountCount; n++) {
    if (isOpen && n !== hint) continue;
    const account = requireAccount(cold, n);
    const it = openOf(cold, account);
    for (let k = isOpen ? 2 : 0; k < (isOpen ? 3 : 2); k++) {
      const channel = k > 1 ? pairOf(cold, account) : k ? it.next : it.channel;
      if (!channel || (channel.id & 65535) !== hint) continue;
      try {
        const opened = openSms(cold.crypto, channel, 'to-cold', data);
        if (k === 1) promoteChannel(cold, account);
        return { account: account, channel: channel, op: opened.op, seq: opened.seq, fields: opened.fields };
      } catch (error) {
        if (!(error as any).code) throw error;
      }
    }
  }
  return undefined;
}

/** Takes a binary SMS of the protocol's port. */
function takeData(cold: Cold, data: Uint8Array, ack: () => void): void {
  const opened = openUnderChannel(cold, data);
  if (!opened) return ignore(cold, ack);
  if (opened.op === SMS_OPEN || opened.op === SMS_RENEW) return exchange(cold, opened, ack);
  try {
    if (opened.op === SMS_BATCH_VERIFY && !isClosed(cold.state, opened.account.n))
      answerBatch(cold, opened.account, opened.fields);
    else if (opened.op === SMS_STATUS) answerStatus(cold, opened.account);
    else cold.counters.ignoredSms++;
  } catch (error) {
    cold.counters.ignoredSms++;
    if (!(error as any).code) throw error;
  }
  ack();
}

/** The modem's handler of incoming SMS: each is work of its own, with nothing of the driver on the stack. */
export function takeSms(sms: ModemSms, ack: () => void, cold: Cold): void {
  scheduleOnce(cold, function () {
    take(cold, sms, ack);
  });
}

function take(cold: Cold, sms: ModemSms, ack: () => void): void {
  if (sms.data && sms.port === cold.smsPort && cold.keys) return takeData(cold, sms.data, ack);
  const text = sms.text;
  if (text && text.substr(0, 7) === 'CC:ACK:') {
    const number = decimalOf(text.substr(7), 0, U32_MAX);
    if (cold.journal && !cold.fault && number >= 0 && acknowledge(cold, sms.from, number)) return ack();
  } else if (text && cold.keys && takeV1Text(cold, sms.from, text, ack)) return;
  ignore(cold, ack);
}
