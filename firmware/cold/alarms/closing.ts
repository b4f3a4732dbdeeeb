/**
 * Closing accounts and telling people. A request whose authority does not hold closes its account: durably, before
 * anything is answered. So do REFUSALS_MAX refusals within REFUSALS_WINDOW_S. Nothing on a wire or by SMS opens it
 * again; only the console with the PIN does (console/accounts). The alarm SMS to the platform's admins goes out again
 * every ALARM_EVERY_MS until one of them sends back `CC:ACK:<number>` from a registered phone, or ALARM_TIMES were
 * sent: spoofing that answer ends reminders and nothing else.
 */
import { textBytes } from '../../crypto/bytes';
import { drbgGenerate, sha256 } from '../../crypto/index';
import { cborEncode } from '../../../protocol/cbor';
import { fail } from '../../../protocol/errors';
import { R_ALARM, readU32, writeU32 } from '../../journal/records';
import { sendData, sendText } from '../../modem/modem';
import { policyFields, WINDOW_SECONDS_DEFAULT } from '../signing/policy';
import {
  ALARM_CLOSED,
  ALARM_CONFLICT,
  ALARM_FORGERY,
  ALARM_POLICY,
  SMS_ALARM,
  SMS_NOTICE,
} from '../../../protocol/wire';
import { alarmFields, noticeFields, sealSms } from '../../../protocol/sms/v2';
import { openOf, saveChannels, requireAccount } from '../state/account-store';
import type { Cold } from '../cold';
import { isAlarmed, isClosed, type Account } from '../state/state';
import {
  AUDIT_ACKNOWLEDGED,
  AUDIT_CLOSED,
  AUDIT_REFUSED,
  audit,
  nowSeconds,
  saveCbor,
  saveStanding,
} from '../state/store';
import { scheduleFirst, scheduleOnce } from '../scheduler';

export const REFUSALS_MAX = 20;
export const REFUSALS_WINDOW_S = 3600;
export const ALARM_EVERY_MS = 600000;
export const ALARM_TIMES = 6;
const NEVER_MS = 1e15;

/**
 * Queues an SMS: a text, or octets for the protocol's port. The modem's queue retries, over a restart too when
 * `isKept`. One that cannot go out (no room, no modem, a number or a text that no SMS takes) is trouble to be shown and
 * nothing more: whoever sends has written down what matters. Answers whether it is queued.
 */
export function post(cold: Cold, to: string, body: string | Uint8Array, isKept: boolean): boolean {
  try {
    if (!cold.modem) throw fail('no-modem', 'no modem was started');
    if (typeof body === 'string') sendText(cold.modem, to, body, null, isKept);
    else sendData(cold.modem, to, body, cold.smsPort, null, isKept);
    return true;
  } catch (error) {
    if (!(error as any).code) throw error;
    cold.modemTrouble =
      'an SMS was not sent: ' + (error as any).code + ' at uptime ' + Math.floor(cold.hal.clock.uptimeMs() / 1000);
    return false;
  }
}

/** Sends text to every phone of the platform's admins; answers how many SMS are queued. */
export function notifyAdmins(cold: Cold, text: string): number {
  const phones = cold.state.phones;
  let queued = 0;
  for (let i = 0; i < phones.length; i++) if (post(cold, phones[i], text, true)) queued++;
  return queued;
}

function alarmText(account: Account): string {
  const what =
    account.alarm === 'forgery' ? 'A forged send request. Nothing was signed.' : 'Too many refused requests.';
  return 'CC:ALARM:' + account.alarm + ':' + account.n + ': ' + what + ' Account ' + account.name + ' is closed.';
}

/** Seals an operation for V, when there is a channel, and sends it; the number that it takes is durable before. */
function sendToV(cold: Cold, account: Account, op: number, fields: any[]): void {
  const channel = cold.keys && openOf(cold, account).channel;
  if (!channel || !account.vPhones.length) return;
  const sms = sealSms(cold.crypto, channel, 'to-v', op, fields);
  saveChannels(cold, account);
  post(cold, account.vPhones[0], sms, true);
}

/** Tells V of something under its channel. code: ALARM_* of protocol/wire/index.ts. */
export function notifyV(cold: Cold, n: number, code: number): void {
  sendToV(
    cold,
    requireAccount(cold, n),
    SMS_ALARM,
    alarmFields({ code: code, accountState: isClosed(cold.state, n) ? 2 : 1, unixSeconds: nowSeconds(cold) }),
  );
}

/**
 * Tells V which limits HSM-Cold enforces from now on. policy_digest8: of the policy as CBOR, in the order of the
 * account data.
 */
export function notifyPolicy(cold: Cold, n: number): void {
  const account = requireAccount(cold, n);
  const policy = account.policy;
  const digest = sha256(cborEncode(policyFields(policy)));
  const m = {
    noticeNo: cold.state.auditCount,
    maxPerTxSats: policy.txMaxSats,
    maxPerDaySats: policy.windowSeconds === WINDOW_SECONDS_DEFAULT ? policy.windowMaxSats : 0,
    policyDigest8: digest.subarray(0, 8),
  };
  sendToV(cold, account, SMS_NOTICE, noticeFields(m));
}

/**
 * The first alarm goes to the account's admins too; the platform's are reminded. Counts as sent when an SMS is queued.
 */
function sendAlarm(cold: Cold, account: Account): void {
  cold.alarmDueMs[account.n] = cold.hal.clock.uptimeMs() + ALARM_EVERY_MS;
  const text = alarmText(account);
  let queued = notifyAdmins(cold, text + ' Answer CC:ACK:' + account.alarmAck);
  for (let i = 0; !account.alarmSent && i < account.adminPhones.length; i++)
    if (cold.state.phones.indexOf(account.adminPhones[i]) < 0 && post(cold, account.adminPhones[i], text, true))
      queued++;
  if (queued) saveCbor(cold, R_ALARM, [account.n, account.alarm, account.alarmAck, account.alarmSent + 1]);
}

/**
 * What an alarm stands for: the account is closed. Should the power go between the two, repeatAlarms() does the second.
 */
function close(cold: Cold, account: Account): void {
  audit(cold, AUDIT_CLOSED, account.n, textBytes(account.alarm));
  saveStanding(cold, account.n, account.alarm, account.refusalTimes);
}

/** Sends an account's alarm in a slice of its own, if it is due then. */
function sendWhenDue(cold: Cold, n: number): void {
  scheduleOnce(cold, function () {
    const account = requireAccount(cold, n);
    if (account.alarmSent >= ALARM_TIMES) cold.alarmDueMs[n] = NEVER_MS;
    else if (account.alarm && cold.hal.clock.uptimeMs() >= (cold.alarmDueMs[n] || 0)) sendAlarm(cold, account);
  });
}

/**
 * Closes the account of this number for good reason, durably on return. reason: `forgery` or `refusals`. The alarm goes
 * out in slices of its own; should the board go off before, repeatAlarms() sends it.
 */
export function closeAccount(cold: Cold, n: number, reason: string): void {
  if (isClosed(cold.state, n)) return;
  const account = requireAccount(cold, n);
  const number = drbgGenerate(cold.drbg, 2);
  saveCbor(cold, R_ALARM, [n, reason, 1000 + (((number[0] << 8) | number[1]) % 9000), 0]);
  close(cold, account);
  cold.alarmDueMs[n] = 0;
  sendWhenDue(cold, n);
  scheduleOnce(cold, function () {
    notifyV(cold, n, reason === 'forgery' ? ALARM_FORGERY : ALARM_CLOSED);
  });
}

/** The times of the refusals within the window that ends now, this one with them. */
function refusalsNow(times: Uint8Array, now: number): Uint8Array {
  let from = 0;
  while (from < times.length && now - readU32(times, from) > REFUSALS_WINDOW_S) from += 4;
  const recent = new Uint8Array(times.length - from + 4);
  recent.set(times.subarray(from));
  writeU32(recent, recent.length - 4, now);
  return recent;
}

/**
 * Counts a refusal that a good V would not cause; the account is closed by REFUSALS_MAX of them in any
 * REFUSALS_WINDOW_S.
 */
export function countRefusal(cold: Cold, n: number, what: string): void {
  cold.counters.refusals++;
  if (isClosed(cold.state, n)) return;
  const times = refusalsNow(requireAccount(cold, n).refusalTimes, nowSeconds(cold));
  audit(cold, AUDIT_REFUSED, n, textBytes(what));
  saveStanding(cold, n, '', times);
  if (times.length >= 4 * REFUSALS_MAX) return closeAccount(cold, n, 'refusals');
  const code = what === 'user-tx-conflict' ? ALARM_CONFLICT : what.substr(0, 7) === 'policy-' ? ALARM_POLICY : 0;
  if (!code) return;
  scheduleOnce(cold, function () {
    notifyV(cold, n, code);
  });
}

/** Repeats alarms that are due, and completes a closing that the power cut. Called every now and then. */
export function repeatAlarms(cold: Cold): void {
  for (let n = 0; n < cold.state.accountCount; n++) {
    if (!isAlarmed(cold.state, n)) continue;
    if (!((cold.state.closedBits >> n) & 1)) close(cold, requireAccount(cold, n));
    if (cold.hal.clock.uptimeMs() >= (cold.alarmDueMs[n] || 0)) sendWhenDue(cold, n);
  }
}

/** Ends an alarm's repetition: `number` from a platform admin's phone, or from the console (from undefined). */
export function acknowledge(cold: Cold, from: string | undefined, number: number): boolean {
  if (from !== undefined && cold.state.phones.indexOf(from) < 0) return false;
  for (let n = 0; n < cold.state.accountCount; n++) {
    if (!isAlarmed(cold.state, n)) continue;
    const account = requireAccount(cold, n);
    if (account.alarmAck !== number) continue;
    // The alarm may be all that holds the account closed.
    if (!account.closed) close(cold, account);
    audit(cold, AUDIT_ACKNOWLEDGED, n, new Uint8Array([from === undefined ? 0 : 1]));
    saveCbor(cold, R_ALARM, [n, '', 0, 0]);
    return true;
  }
  return false;
}

/**
 * Does what a refusal asks for (refusal.ts), durably. Answers the error to be told: another one when the journal does
 * not take it.
 */
export function applyRefusal(cold: Cold, error: any): any {
  try {
    if (error.closes !== undefined) closeAccount(cold, error.closes, 'forgery');
    else if (error.counts !== undefined) countRefusal(cold, error.counts, error.code);
  } catch (second) {
    return second;
  }
  return error;
}

/**
 * Has a refusal answered once what it asks for is done. That is a slice of its own, before all others: with nothing of
 * the request on the stack or in memory, since closing an account needs the room.
 */
export function replyRefusal(cold: Cold, thrown: any, answer: (error: any) => void): void {
  if (thrown.closes === undefined && thrown.counts === undefined) return answer(thrown);
  scheduleFirst(cold, function () {
    answer(applyRefusal(cold, thrown));
  });
}
