/**
 * SMS to HSM-Cold. Binary ones on the protocol's port are the operations of SPEC.md 6; text ones are the published app's
 * (sms-v1.ts, when an account uses it) or an admin's acknowledgement. Senders' numbers decide nothing but where a text of the
 * old protocol is answered: binary answers go to the phone registered for the account. What does not hold is counted and never
 * answered. An SMS is acked, that is deleted, after its effect is durable; one that comes twice finds its channel's replay window.
 */
import { ACCEPT_AGAIN, ACCEPT_NOT, acceptBegin, acceptStep, acceptVerdict, channelKey, pairChannel, pairKey, wipeChannel, type Channel } from '../../protocol/channel';
import { batchProof } from '../../protocol/authority';
import { BATCH_DERIVING, BATCH_OK, SIDE_COLD, SIDE_HOT, SMS_BATCH_ANSWER, SMS_BATCH_VERIFY, SMS_OPEN, SMS_RENEW, SMS_STATUS, SMS_STATUS_ANSWER } from '../../protocol/wire';
import { aBatchVerify, batchAnswerFields, openSms, sealAccept, sealSms, smsChannelHint, statusAnswerFields } from '../../protocol/sms/v2';
import type { ModemSms } from '../modem/types';
import { batchDigestOf, countBatches, secondsToBatch, wantBatch } from './batches';
import { acknowledge, post } from './closing';
import type { Cold } from './context';
import { saveChannels, type OpenAccount } from './secrets';
import { promoteChannel } from './authority';
import { PROTO_V2, type Account } from './state';
import { AUDIT_CHANNEL, audit, nowSeconds } from './store';
import { addJob, addTask } from './work';

function ignore(cold: Cold, ack: () => void): void {
  cold.counters.ignoredSms++;
  ack();
}

/** The channel that carries OPEN. Its key costs one multiplication, once an account. */
export function pairOf(cold: Cold, account: Account): Channel {
  const it = account.open as OpenAccount;
  if (!it.gate || !it.gate.length) {
    it.gate = pairKey(cold.crypto, { network: account.network, account: account.n, coldIdentity33: account.identity, vIdentity33: account.vIdentity }, it.identityPriv, account.vIdentity);
  }
  return pairChannel(account.n, it.gate);
}

function send(cold: Cold, account: Account, bytes: Uint8Array): void {
  if (account.vPhones.length) post(cold, account.vPhones[0], bytes, false);
}

/** A sound OPEN or RENEW: the same ACCEPT again, or the exchange in slices; the new channel is durable before V hears of it. */
function exchange(cold: Cold, opened: OpenedUnder, ack: () => void): void {
  const account = opened.account;
  const base = opened.channel;
  const it = account.open as OpenAccount;
  const isOpen = opened.op === SMS_OPEN;
  const fields = opened.fields;
  const verdict = account.closed || !(account.protos & PROTO_V2) ? ACCEPT_NOT : acceptVerdict(opened.op, fields, base, it.next, it.vCounter);
  if (verdict === ACCEPT_AGAIN) {
    send(cold, account, sealAccept(cold.crypto, it.next as Channel));
    return ack();
  }
  if (verdict === ACCEPT_NOT || it.isAccepting) return ignore(cold, ack);
  it.isAccepting = true;
  const work = acceptBegin(base, it.lastId + 1, fields.length ? fields[fields.length - 1] : new Uint8Array(0), isOpen ? { priv32: it.identityPriv, v33: account.vIdentity } : undefined);
  let isMade = false;
  addJob(cold, {
    isIdle: false,
    step: function () {
      if (account.open !== it) {
        ack();
        return false;
      }
      // Sealing and writing it takes an event of its own, with the room that the curve gives back.
      if (!isMade) {
        isMade = acceptStep(cold.crypto, work);
        return true;
      }
      it.isAccepting = false;
      if (!isOpen && base !== it.channel) {
        ignore(cold, ack);
        return false;
      }
      const id = ++it.lastId;
      if (isOpen) it.vCounter = fields[0];
      if (it.next) wipeChannel(it.next);
      it.next = work.channel;
      const sms = sealAccept(cold.crypto, it.next as Channel);
      saveChannels(cold, account);
      audit(cold, AUDIT_CHANNEL, account.n, new Uint8Array([id >>> 24, id >>> 16, id >>> 8, id]));
      send(cold, account, sms);
      ack();
      return false;
    },
    failed: function () {
      it.isAccepting = false;
      ignore(cold, ack);
    },
  });
}

function answerBatch(cold: Cold, account: Account, fields: any[]): void {
  const it = account.open as OpenAccount;
  const m = aBatchVerify(fields);
  const channel = it.channel as any;
  const digest = batchDigestOf(cold, account.n, m.side, m.batchNo);
  if (!digest) wantBatch(cold, account.n, m.side, m.batchNo, true);
  const answer = digest
    ? { side: m.side, batchNo: m.batchNo, status: BATCH_OK, seconds: 0, proof: batchProof(cold.crypto, channelKey(cold.crypto, channel, 'proof', 32), m.side, m.batchNo, digest) }
    : { side: m.side, batchNo: m.batchNo, status: BATCH_DERIVING, seconds: secondsToBatch(cold, account.n, m.side, m.batchNo) };
  reply(cold, account, SMS_BATCH_ANSWER, batchAnswerFields(answer));
  if (digest) wantBatch(cold, account.n, m.side, m.batchNo + 1, false);
}

/** Seals, counts the number as used on flash, then sends. */
function reply(cold: Cold, account: Account, op: number, fields: any[]): void {
  const it = account.open as OpenAccount;
  const sms = sealSms(cold.crypto, it.channel as any, 'to-v', op, fields);
  saveChannels(cold, account);
  send(cold, account, sms);
}

function answerStatus(cold: Cold, account: Account): void {
  reply(
    cold, account, SMS_STATUS_ANSWER,
    statusAnswerFields({
      deviceState: 3, accountState: account.closed ? 2 : 1, unixSeconds: nowSeconds(cold), batchesHot: countBatches(cold, account.n, SIDE_HOT), batchesCold: countBatches(cold, account.n, SIDE_COLD),
    }),
  );
}

interface OpenedUnder {
  account: Account;
  channel: Channel;
  op: number;
  fields: any[];
}

/** Finds the channel that an operation belongs to and opens it; undefined when none fits. */
function openUnderChannel(cold: Cold, data: Uint8Array): OpenedUnder | undefined {
  const hint = smsChannelHint(data);
  const isOpen = data[0] === SMS_OPEN;
  for (let i = 0; i < cold.state.accounts.length; i++) {
    const account = cold.state.accounts[i];
    const it = account.open as OpenAccount;
    if (!it || (isOpen && account.n !== hint)) continue;
    for (let k = isOpen ? 2 : 0; k < (isOpen ? 3 : 2); k++) {
      const channel = k > 1 ? pairOf(cold, account) : k ? it.next : it.channel;
      if (!channel || (channel.id & 65535) !== hint) continue;
      try {
        const opened = openSms(cold.crypto, channel, 'to-cold', data);
        if (k === 1) promoteChannel(cold, account);
        return { account: account, channel: channel, op: opened.op, fields: opened.fields };
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
    if (opened.op === SMS_BATCH_VERIFY && !opened.account.closed) answerBatch(cold, opened.account, opened.fields);
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
  addTask(cold, function () {
    take(cold, sms, ack);
  });
}

function take(cold: Cold, sms: ModemSms, ack: () => void): void {
  if (sms.data && sms.port === cold.smsPort && cold.keys) return takeData(cold, sms.data, ack);
  const text = sms.text;
  if (text && text.substr(0, 7) === 'CC:ACK:') {
    if (cold.journal && !cold.fault && acknowledge(cold, sms.from, parseInt(text.substr(7, 4), 10))) return ack();
  } else if (text && cold.v1 && cold.keys && cold.v1.takeText(sms.from, text, ack)) return;
  ignore(cold, ack);
}
