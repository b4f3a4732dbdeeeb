/**
 * Closing accounts and telling people. A request whose authority does not hold closes its account: durably, before anything is
 * answered. So do REFUSALS_MAX refusals within REFUSALS_WINDOW_S. Nothing on a wire or by SMS opens it again; only the console
 * with the PIN does (console/accounts). The alarm SMS to the platform's admins goes out again every ALARM_EVERY_MS until one
 * of them sends back `CC:ACK:<number>` from a registered phone, or ALARM_TIMES were sent: spoofing that answer ends reminders
 * and nothing else.
 */
import { textBytes } from '../crypto/bytes';
import { drbgGenerate } from '../crypto/index';
import { R_ALARM } from '../journal/records';
import { sendData, sendText } from '../modem/modem';
import { ALARM_CLOSED, ALARM_FORGERY, SMS_ALARM } from '../../protocol/wire';
import { alarmFields, sealSms } from '../../protocol/sms/v2';
import type { Cold } from './context';
import { openOf, saveChannels, theAccount } from './account-store';
import { isAlarmed, isClosed, type Account } from './state';
import { AUDIT_CLOSED, AUDIT_REFUSED, audit, nowSeconds, saveCbor, saveStanding } from './store';
import { addTask } from './work';

export const REFUSALS_MAX = 20;
export const REFUSALS_WINDOW_S = 3600;
export const ALARM_EVERY_MS = 600000;
export const ALARM_TIMES = 6;
const NEVER_MS = 1e15;

function isPhoneOf(phones: string[], from: string): boolean {
  return phones.indexOf(from) >= 0;
}

/**
 * Queues an SMS: a text, or octets for the protocol's port. The modem's queue retries, over a restart too when `isKept`. One that
 * finds no room, or no modem, is trouble to be shown and nothing more: whoever sends has written down what matters.
 */
export function post(cold: Cold, to: string, body: string | Uint8Array, isKept: boolean): void {
  try {
    if (typeof body === 'string') sendText(cold.modem, to, body, null, isKept);
    else sendData(cold.modem, to, body, cold.smsPort, null, isKept);
  } catch (error) {
    if (cold.modem && (error as any).code !== 'modem-queue-full') throw error;
    cold.modemTrouble = 'an SMS found ' + (cold.modem ? 'the queue full' : 'no modem');
  }
}

/** Sends text to every phone of the platform's admins. */
export function tellAdmins(cold: Cold, text: string): void {
  const phones = cold.state.phones;
  for (let i = 0; i < phones.length; i++) post(cold, phones[i], text, true);
}

function alarmText(account: Account): string {
  const what = account.alarm === 'forgery' ? 'A forged send request. Nothing was signed.' : 'Too many refused requests.';
  return 'CC:ALARM:' + account.alarm + ':' + account.n + ': ' + what + ' Account ' + account.name + ' is closed. Answer CC:ACK:' + account.alarmAck;
}

/** Tells V under its channel, when there is one. */
function tellV(cold: Cold, account: Account, code: number): void {
  const channel = cold.keys && openOf(cold, account).channel;
  if (!channel || !account.vPhones.length) return;
  const sms = sealSms(cold.crypto, channel, 'to-v', SMS_ALARM, alarmFields({ code: code, accountState: isClosed(cold.state, account.n) ? 2 : 1, unixSeconds: nowSeconds(cold) }));
  saveChannels(cold, account);
  post(cold, account.vPhones[0], sms, true);
}

function sendAlarm(cold: Cold, account: Account): void {
  saveCbor(cold, R_ALARM, [account.n, account.alarm, account.alarmAck, account.alarmSent + 1]);
  cold.alarmDueMs[account.n] = cold.hal.clock.uptimeMs() + ALARM_EVERY_MS;
  tellAdmins(cold, alarmText(account));
}

/** What an alarm stands for: the account is closed. Should the power go between the two, repeatAlarms() does the second. */
function close(cold: Cold, account: Account): void {
  saveStanding(cold, account, account.alarm, account.refusals, account.refusalsFrom);
  audit(cold, AUDIT_CLOSED, account.n, textBytes(account.alarm));
}

/** Sends an account's alarm in a slice of its own, if it is due then. */
function sendWhenDue(cold: Cold, n: number): void {
  addTask(cold, function () {
    const account = theAccount(cold, n);
    if (account.alarmSent >= ALARM_TIMES) cold.alarmDueMs[n] = NEVER_MS;
    else if (account.alarm && cold.hal.clock.uptimeMs() >= (cold.alarmDueMs[n] || 0)) sendAlarm(cold, account);
  });
}

/**
 * Closes the account of this number for good reason, durably on return. reason: `forgery` or `refusals`. The alarm goes out in slices
 * of its own; should the board go off before, repeatAlarms() sends it.
 */
export function closeAccount(cold: Cold, n: number, reason: string): void {
  if (isClosed(cold.state, n)) return;
  const account = theAccount(cold, n);
  const number = drbgGenerate(cold.drbg, 2);
  saveCbor(cold, R_ALARM, [n, reason, 1000 + (((number[0] << 8) | number[1]) % 9000), 0]);
  close(cold, account);
  cold.alarmDueMs[n] = 0;
  sendWhenDue(cold, n);
  addTask(cold, function () {
    tellV(cold, theAccount(cold, n), reason === 'forgery' ? ALARM_FORGERY : ALARM_CLOSED);
  });
}

/** Counts a refusal that a good V would not cause; at the limit closes the account. */
export function countRefusal(cold: Cold, n: number, what: string): void {
  cold.counters.refusals++;
  if (isClosed(cold.state, n)) return;
  const account = theAccount(cold, n);
  const now = nowSeconds(cold);
  const isNew = now - account.refusalsFrom > REFUSALS_WINDOW_S;
  const refusals = isNew ? 1 : account.refusals + 1;
  saveStanding(cold, account, '', refusals, isNew ? now : account.refusalsFrom);
  audit(cold, AUDIT_REFUSED, n, textBytes(what));
  if (refusals >= REFUSALS_MAX) closeAccount(cold, n, 'refusals');
}

/** Repeats alarms that are due, and completes a closing that the power cut. Called every now and then. */
export function repeatAlarms(cold: Cold): void {
  for (let n = 0; n < cold.state.accountCount; n++) {
    if (!isAlarmed(cold.state, n)) continue;
    if (!((cold.state.closedBits >> n) & 1)) close(cold, theAccount(cold, n));
    if (cold.hal.clock.uptimeMs() >= (cold.alarmDueMs[n] || 0)) sendWhenDue(cold, n);
  }
}

/** Ends an alarm's repetition: `number` from a platform admin's phone, or from the console (from empty). */
export function acknowledge(cold: Cold, from: string, number: number): boolean {
  if (from && !isPhoneOf(cold.state.phones, from)) return false;
  for (let n = 0; n < cold.state.accountCount; n++) {
    if (!isAlarmed(cold.state, n)) continue;
    const account = theAccount(cold, n);
    if (account.alarmAck !== number) continue;
    // The alarm may be all that holds the account closed.
    if (!account.closed) close(cold, account);
    saveCbor(cold, R_ALARM, [n, '', 0, 0]);
    return true;
  }
  return false;
}

/**
 * Does what a refusal asks for (refusal.ts), durably, before it is answered: by whoever catches it, so that nothing of the request
 * is on the stack any more. Answers the error to be told: another one when the journal does not take it.
 */
export function settle(cold: Cold, error: any): any {
  try {
    if (error.closes !== undefined) closeAccount(cold, error.closes, 'forgery');
    else if (error.counts !== undefined) countRefusal(cold, error.counts, error.code);
  } catch (second) {
    return second;
  }
  return error;
}
