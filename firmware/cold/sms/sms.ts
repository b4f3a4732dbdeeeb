/**
 * SMS to HSM-Cold. Binary ones on the protocol's port are the operations of SPEC.md 6; text ones are the published
 * app's (v1.ts, when an account uses it) or an admin's acknowledgement. A sender's number decides nothing but where a
 * text of the old protocol is replied to: binary replies go to the phone registered for the account. What does not hold
 * is counted and never replied to. An SMS is acked, that is deleted, after its effect is durable; one that comes twice
 * finds its channel's replay window.
 */
import type { Cold } from '../cold';
import { openUnderChannel } from './opened';
import { gateWanted, makeGate } from './pairing';
import { ignore, replyBatch, replyStatus } from './replies';
import { SMS_OPEN, SMS_RENEW, SMS_BATCH_VERIFY, SMS_STATUS } from '../../../protocol/wire';
import { exchange } from './exchange';
import { isClosed } from '../state/state';
import type { Thrown } from '../link/refusal';
import type { ModemSms } from '../../modem/types';
import { scheduleOnce } from '../scheduler';
import { acknowledge } from '../alarms/reminders';
import { receiveV1Text } from './v1';
import { decimalOf } from '../../../protocol/bytes';
import { U32_MAX } from '../../../protocol/wire';

/** A binary SMS on the protocol's port. */
function receiveData(cold: Cold, data: Uint8Array, ack: () => void): void {
  const opened = openUnderChannel(cold, data);
  if (!opened) return ignore(cold, ack);
  if (opened.op === SMS_OPEN || opened.op === SMS_RENEW) return exchange(cold, opened, ack);
  try {
    if (opened.op === SMS_BATCH_VERIFY && !isClosed(cold.state, opened.account.n))
      replyBatch(cold, opened.account, opened.fields);
    else if (opened.op === SMS_STATUS) replyStatus(cold, opened.account);
    else cold.counters.ignoredSms++;
  } catch (error) {
    cold.counters.ignoredSms++;
    if (!(error as Thrown).code) throw error;
  }
  ack();
}

/** Whether an SMS waits for the key of its account's pairing: the first OPEN after a restore does. */
function isWaiting(cold: Cold, sms: ModemSms, ack: () => void): boolean {
  const n = sms.data && sms.port === cold.smsPort && cold.keys ? gateWanted(cold, sms.data) : -1;
  if (n < 0) return false;
  makeGate(
    cold,
    n,
    function () {
      receiveSms(sms, ack, cold);
    },
    function () {
      ignore(cold, ack);
    },
  );
  return true;
}

/** The modem's handler of incoming SMS: each is a task of its own, with nothing of the driver on the stack. */
export function receiveSms(sms: ModemSms, ack: () => void, cold: Cold): void {
  scheduleOnce(cold, function () {
    if (!isWaiting(cold, sms, ack)) dispatch(cold, sms, ack);
  });
}

/** Gives an SMS to whom it concerns; acks it in the end. */
function dispatch(cold: Cold, sms: ModemSms, ack: () => void): void {
  if (sms.data && sms.port === cold.smsPort && cold.keys) return receiveData(cold, sms.data, ack);
  const text = sms.text;
  if (text && text.substr(0, 7) === 'CC:ACK:') {
    const number = decimalOf(text.substr(7), 0, U32_MAX);
    if (cold.journal && !cold.fault && number >= 0 && acknowledge(cold, sms.from, number)) return ack();
  } else if (text && cold.keys && receiveV1Text(cold, sms.from, text, ack)) return;
  ignore(cold, ack);
}
