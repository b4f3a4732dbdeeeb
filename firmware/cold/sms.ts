/**
 * SMS to HSM-Cold. Binary ones on the protocol's port are the operations of SPEC.md 6; text ones are the published app's
 * (sms-v1.ts, when an account uses it) or an admin's acknowledgement. Senders' numbers decide nothing but where a text of the
 * old protocol is answered: binary answers go to the phone registered for the account. What does not hold is counted and never
 * answered. An SMS is acked, that is deleted, after its effect is durable; one that comes twice finds its channel's replay window.
 */
import { acceptBegin, acceptStep, gateKey, openCounter, smsAccount, type ChannelPeers } from '../../protocol/channel';
import { batchProof } from '../../protocol/authority';
import { BATCH_DERIVING, BATCH_OK, SIDE_COLD, SIDE_HOT, SMS_BATCH_ANSWER, SMS_BATCH_VERIFY, SMS_OPEN, SMS_STATUS, SMS_STATUS_ANSWER } from '../../protocol/wire';
import { aBatchVerify, batchAnswerFields, openSms, sealSms, smsChannelHint, smsOp, statusAnswerFields } from '../../protocol/sms/v2';
import type { ModemSms } from '../modem/types';
import { batchDigestOf, countBatches, secondsToBatch, wantBatch } from './batches';
import { acknowledge, ignoreSent } from './closing';
import type { Cold } from './context';
import { saveChannels, type OpenAccount } from './secrets';
import { promoteChannel } from './signing';
import { PROTO_V2, accountOf, type Account } from './state';
import { AUDIT_CHANNEL, audit, nowSeconds } from './store';
import { addJob } from './work';

function ignore(cold: Cold, ack: () => void): void {
  cold.counters.ignoredSms++;
  ack();
}

export function peersOf(cold: Cold, account: Account): ChannelPeers {
  const it = account.open as OpenAccount;
  if (!it.gate || !it.gate.length) it.gate = gateKey(cold.crypto, it.identityPriv, account.vIdentity);
  return { network: account.network, account: account.n, coldIdentity33: account.identity, vIdentity33: account.vIdentity, ssGate32: it.gate };
}

function send(cold: Cold, account: Account, bytes: Uint8Array): void {
  if (account.vPhones.length) cold.modem.sendData(account.vPhones[0], bytes, cold.smsPort, ignoreSent);
}

/** An OPEN: one cheap check, then the exchange in slices; the new channel is durable before V hears of it. */
function openChannel(cold: Cold, data: Uint8Array, ack: () => void): void {
  const account = accountOf(cold.state, smsAccount(data));
  const it = account && (account.open as OpenAccount);
  if (!account || !it || account.closed || !(account.protos & PROTO_V2)) return ignore(cold, ack);
  const peers = peersOf(cold, account);
  let counter = 0;
  try {
    counter = openCounter(cold.crypto, peers, data);
  } catch (error) {
    return ignore(cold, ack);
  }
  if (it.accept && counter === it.vCounter) {
    send(cold, account, it.accept);
    return ack();
  }
  if (counter <= it.vCounter || it.isAccepting) return ignore(cold, ack);
  it.isAccepting = true;
  const work = acceptBegin(cold.crypto, peers, data, it.lastId + 1);
  addJob(cold, {
    isIdle: false,
    step: function () {
      if (account.open !== it) {
        ack();
        return false;
      }
      if (!acceptStep(cold.crypto, peers, it.identityPriv, work)) return true;
      const done = work.done as any;
      it.isAccepting = false;
      it.lastId = done.channel.id;
      it.vCounter = counter;
      it.next = done.channel;
      it.accept = done.sms;
      saveChannels(cold, account);
      audit(cold, AUDIT_CHANNEL, account.n, new Uint8Array([done.channel.id >>> 24, done.channel.id >>> 16, done.channel.id >>> 8, done.channel.id]));
      send(cold, account, done.sms);
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
    ? { side: m.side, batchNo: m.batchNo, status: BATCH_OK, seconds: 0, proof: batchProof(cold.crypto, channel.keyToV32, m.side, m.batchNo, digest) }
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

/** Finds the channel that an operation belongs to and opens it; undefined when none fits. */
function openUnderChannel(cold: Cold, data: Uint8Array): { account: Account; op: number; fields: any[] } | undefined {
  const hint = smsChannelHint(data);
  for (let i = 0; i < cold.state.accounts.length; i++) {
    const account = cold.state.accounts[i];
    const it = account.open as OpenAccount;
    if (!it) continue;
    for (let k = 0; k < 2; k++) {
      const channel = k ? it.next : it.channel;
      if (!channel || (channel.id & 65535) !== hint) continue;
      try {
        const opened = openSms(cold.crypto, channel, 'to-cold', data);
        if (k) promoteChannel(cold, account);
        return { account: account, op: opened.op, fields: opened.fields };
      } catch (error) {
        if (!(error as any).code) throw error;
      }
    }
  }
  return undefined;
}

/** Takes a binary SMS of the protocol's port. */
function takeData(cold: Cold, data: Uint8Array, ack: () => void): void {
  if (smsOp(data) === SMS_OPEN) return openChannel(cold, data, ack);
  const opened = openUnderChannel(cold, data);
  if (!opened) return ignore(cold, ack);
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

/** The modem's handler of incoming SMS. */
export function takeSms(cold: Cold, sms: ModemSms, ack: () => void): void {
  if (sms.data && sms.port === cold.smsPort && cold.keys) return takeData(cold, sms.data, ack);
  const text = sms.text;
  if (text && text.substr(0, 7) === 'CC:ACK:') {
    if (cold.journal && !cold.fault && acknowledge(cold, sms.from, parseInt(text.substr(7, 4), 10))) return ack();
  } else if (text && cold.v1 && cold.keys && cold.v1.takeText(sms.from, text, ack)) return;
  ignore(cold, ack);
}
