/**
 * What HSM-Cold sends unasked: SMS to the platform's admins, and alarms and notices to an account's V under its
 * channel. Sending is a matter of the modem's queue: an SMS that does not go out is trouble for status and nothing
 * more. Leaves to others: when an account's alarm is sent (alarm.ts), the heartbeat (heartbeat.ts). Spec: SPEC.md 6.
 */
import { sha256 } from '../../crypto/index';
import type { Cold } from '../cold';
import { fail } from '../../../protocol/errors';
import { sendText, sendData } from '../../modem/outbox';
import type { Thrown } from '../link/refusal';
import { isClosed, type Account } from '../state/state';
import type { CborValue } from '../../../protocol/cbor/types';
import { openOf, saveChannels } from '../state/channels';
import { sealSms } from '../../../protocol/sms/v2';
import { requireAccount } from '../state/accounts';
import { SMS_ALARM, SMS_NOTICE } from '../../../protocol/wire';
import { nowSeconds } from '../state/store';
import { cborEncode } from '../../../protocol/cbor';
import { NO_DAY_LIMIT_SATS, policyFields } from '../signing/policy';
import { WINDOW_SECONDS_DEFAULT } from '../../../protocol/request/policy';
import { alarmFields, noticeFields } from '../../../protocol/sms/operations';

/** Keeps trouble with the modems for status. what: without secrets and phone numbers. */
export function noteTrouble(cold: Cold, what: string): void {
  cold.modemTrouble = what + ' at uptime ' + Math.floor(cold.hal.clock.uptimeMs() / 1000);
}

/**
 * Queues an SMS: a text, or bytes for the protocol's port. The modem's queue retries, over a restart too when
 * `isKept`. One that cannot go out (no room, no modem, a number or a text that no SMS takes) is trouble to be shown and
 * nothing more: the sender has written down what matters. Returns whether it is queued.
 */
export function post(cold: Cold, to: string, body: string | Uint8Array, isKept: boolean): boolean {
  try {
    if (!cold.modem) throw fail('no-modem', 'no modem was started');
    if (typeof body === 'string') sendText(cold.modem, to, body, null, isKept);
    else sendData(cold.modem, to, { port: cold.smsPort, bytes: body }, null, isKept);
    return true;
  } catch (error) {
    if (!(error as Thrown).code) throw error;
    noteTrouble(cold, 'an SMS was not sent: ' + (error as Thrown).code);
    return false;
  }
}

/** Sends text to every phone of the platform's admins; returns how many SMS are queued. */
export function notifyAdmins(cold: Cold, text: string): number {
  const phones = cold.state.phones;
  let queued = 0;
  for (let i = 0; i < phones.length; i++) if (post(cold, phones[i], text, true)) queued++;
  return queued;
}

/** Seals an operation for V, when there is a channel, and sends it; the number that it takes is durable before. */
function sendToV(cold: Cold, account: Account, op: number, fields: CborValue[]): void {
  const channel = cold.keys && openOf(cold, account).channel;
  if (!channel || !account.vPhones.length) return;
  const sms = sealSms(cold.crypto, channel, 'to-v', op, fields);
  saveChannels(cold, account);
  post(cold, account.vPhones[0], sms, true);
}

/** Notifies V of something under its channel. code: ALARM_* of protocol/wire. */
export function notifyV(cold: Cold, n: number, code: number): void {
  sendToV(
    cold,
    requireAccount(cold, n),
    SMS_ALARM,
    alarmFields({ code: code, accountState: isClosed(cold.state, n) ? 2 : 1, unixSeconds: nowSeconds(cold) }),
  );
}

/**
 * Notifies V of the limits that HSM-Cold enforces from now on. policy_digest8: of the policy as CBOR, in the order of
 * the account data.
 */
export function notifyPolicy(cold: Cold, n: number): void {
  const account = requireAccount(cold, n);
  const policy = account.policy;
  const isOfDay = policy.windowSeconds === WINDOW_SECONDS_DEFAULT && policy.windowMaxSats !== NO_DAY_LIMIT_SATS;
  const digest = sha256(cborEncode(policyFields(policy)));
  const m = {
    noticeNo: cold.state.auditCount,
    maxPerTxSats: policy.txMaxSats,
    maxPerDaySats: isOfDay ? policy.windowMaxSats : 0,
    policyDigest8: digest.subarray(0, 8),
  };
  sendToV(cold, account, SMS_NOTICE, noticeFields(m));
}
