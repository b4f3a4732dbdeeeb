// The send queue that all modems of a board share: SMS-SUBMITs waiting for a modem, tried again with growing pauses,
// through the other modem after a failure; what is to survive a reboot lies in a store, in one of as many places as the
// queue has. Delivery is "at least once": after a crash between the network's answer and the store's forgetting a
// message goes out again, and the receiver's replay check drops it. Leaves AT commands to ready.ts, PDUs to
// protocol/sms.
import { CodedError, fail } from '../../protocol/errors';
import { CODING_8BIT, CODING_GSM7, encodeSubmit, portHeader } from '../../protocol/sms/pdu';
import { septetsOfText } from '../../protocol/sms/pdu-alphabet';
import { Clock } from '../hal';
import { N_REGISTERED, N_STATE, Outbox, STATE_READY, Send, wakeModems } from './state';
import { ModemOptions, SendDone, SendStore } from './types';

/** Messages waiting at a time unless the options say otherwise; one more throws `modem-queue-full`. */
export const MAX_QUEUE = 8;
/** Results that are no +CMS code. */
export const SEND_OK = 0;
export const SEND_NO_ANSWER = -1;
export const SEND_ERROR = -2;

/** 24 hours (3GPP TS 23.040 9.2.3.12.1). */
export const VALIDITY_DAY = 0xa7;
/** With the pauses below a message is tried for twelve minutes. */
const DEFAULT_TRIES = 16;
/** Attempts when the network or the modem says that the message itself is at fault. */
const REFUSED_TRIES = 3;
const BUSY_PAUSE_MS = 2000;
const FIRST_PAUSE_MS = 5000;
/** An alarm has to go out within ten minutes through a modem that fails most of its sends. */
const LONGEST_PAUSE_MS = 60000;
/**
 * A message that waited so long for a modem that is registered goes to one that is not: a network that takes SMS may
 * say nothing of it. What then fails counts as no try.
 */
const BLIND_MS = 120000;

function addSend(outbox: Outbox, id: number, pdu: Uint8Array | null, done: SendDone | null): void {
  outbox.queue.push({ id: id, pdu: pdu, done: done, tries: 0, due: outbox.clock.uptimeMs(), by: -1, not: -1 });
}

/** Makes the queue and takes up what the store kept. */
export function createOutbox(clock: Clock, opts: ModemOptions): Outbox {
  const outbox: Outbox = { clock: clock, opts: opts, queue: [], list: [] };
  if (opts.store)
    for (let id = 0; id < (opts.maxQueue || MAX_QUEUE); id++)
      if (opts.store.readPlace(id, opts.owner).length) addSend(outbox, id, null, null);
  return outbox;
}

/** Queues an SMS-SUBMIT, durably when `isKept` and there is a store. Throws `modem-queue-full`. */
export function queueSend(outbox: Outbox, bytes: Uint8Array, done: SendDone | null, isKept: boolean): void {
  const queue = outbox.queue;
  const max = outbox.opts.maxQueue || MAX_QUEUE;
  if (queue.length >= max) throw fail('modem-queue-full', 'at most ' + max);
  let id = 0;
  for (let i = 0; i < queue.length; i++) {
    if (queue[i].id === id) {
      id++;
      i = -1;
    }
  }
  const store = outbox.opts.store;
  let pdu: Uint8Array | null = bytes;
  if (isKept && store) {
    try {
      store.writePlace(id, bytes, outbox.opts.owner);
      pdu = null;
    } catch (error) {
      // A full store: the message goes out from memory, this once.
      if ((error as CodedError).code !== 'journal-full') throw error;
    }
  }
  addSend(outbox, id, pdu, done);
  wakeModems(outbox);
}

/**
 * Queues a text of at most 160 septets. Throws `pdu-address`, `pdu-length`, `pdu-text` (not GSM-7), `modem-queue-full`.
 */
export function sendText(outbox: Outbox, to: string, text: string, done: SendDone | null, isKept: boolean): void {
  const septets = septetsOfText(text);
  if (!septets) throw fail('pdu-text', 'characters of GSM-7');
  queueSend(outbox, encodeSubmit(to, CODING_GSM7, null, septets, VALIDITY_DAY), done, isKept);
}

/** Queues data, at most 133 bytes, to a port. Throws `pdu-address`, `pdu-length`, `modem-queue-full`. */
export function sendData(
  outbox: Outbox,
  to: string,
  data: { port: number; bytes: Uint8Array },
  done: SendDone | null,
  isKept: boolean,
): void {
  queueSend(outbox, encodeSubmit(to, CODING_8BIT, portHeader(data.port), data.bytes, VALIDITY_DAY), done, isKept);
}

/** The SMS-SUBMIT of a message. */
export function pduOf(outbox: Outbox, send: Send): Uint8Array {
  return send.pdu || (outbox.opts.store as SendStore).readPlace(send.id, outbox.opts.owner);
}

/**
 * The modem that should carry `send`: the first that is registered, or does not say whether it is, but not the one that
 * failed last when there is another; one that is not registered after BLIND_MS; -1 none.
 */
function chooseModem(outbox: Outbox, send: Send): number {
  let found = -1;
  let blind = -1;
  for (let i = outbox.list.length - 1; i >= 0; i--) {
    const n = outbox.list[i].n;
    if (n[N_STATE] !== STATE_READY) continue;
    if (n[N_REGISTERED] && (i !== send.not || found < 0)) found = i;
    if (!n[N_REGISTERED] && (i !== send.not || blind < 0)) blind = i;
  }
  return found < 0 && outbox.clock.uptimeMs() - send.due >= BLIND_MS ? blind : found;
}

/** Whether a message waits for nothing but a modem. */
export function hasDue(outbox: Outbox): boolean {
  const nowMs = outbox.clock.uptimeMs();
  for (let i = 0; i < outbox.queue.length; i++) if (outbox.queue[i].by < 0 && outbox.queue[i].due <= nowMs) return true;
  return false;
}

/** Takes the next message that is due for this modem, or returns null. */
export function takeSend(outbox: Outbox, modem: number): Send | null {
  const nowMs = outbox.clock.uptimeMs();
  for (let i = 0; i < outbox.queue.length; i++) {
    const send = outbox.queue[i];
    if (send.by < 0 && send.due <= nowMs && chooseModem(outbox, send) === modem) {
      send.by = modem;
      send.tries++;
      return send;
    }
  }
  return null;
}

/** Milliseconds until this modem may have something to send, at most `limitMs`. */
export function sendWaitMs(outbox: Outbox, modem: number, limitMs: number): number {
  const nowMs = outbox.clock.uptimeMs();
  let waitMs = limitMs;
  for (let i = 0; i < outbox.queue.length; i++) {
    const send = outbox.queue[i];
    if (send.by < 0 && chooseModem(outbox, send) === modem && send.due - nowMs < waitMs) waitMs = send.due - nowMs;
  }
  return waitMs < 0 ? 0 : waitMs;
}

/**
 * Pause before attempt number `tries` + 1. -1 when the message itself is at fault: unassigned number, unidentified
 * subscriber, not subscribed, invalid or unsupported message (27.005 3.2.5, 24.011 8.2).
 */
function pauseMs(cms: number, tries: number): number {
  if (cms === 314) return BUSY_PAUSE_MS;
  if (cms === 1 || cms === 28 || cms === 50 || cms === 69 || cms === 96 || (cms > 302 && cms < 306)) return -1;
  const ms = FIRST_PAUSE_MS << (tries < 5 ? tries - 1 : 4);
  return ms > LONGEST_PAUSE_MS ? LONGEST_PAUSE_MS : ms;
}

/**
 * Ends an attempt with SEND_OK, SEND_NO_ANSWER, SEND_ERROR or a +CMS code. Returns whether the message has left the
 * queue.
 */
export function endSend(outbox: Outbox, send: Send, result: number): boolean {
  if (result !== SEND_OK && !outbox.list[send.by].n[N_REGISTERED]) {
    send.tries--;
    send.not = send.by;
    send.by = -1;
    send.due = outbox.clock.uptimeMs();
    return false;
  }
  const waitMs = pauseMs(result, send.tries);
  if (result !== SEND_OK && send.tries < (waitMs < 0 ? REFUSED_TRIES : outbox.opts.maxTries || DEFAULT_TRIES)) {
    send.not = send.by;
    send.by = -1;
    send.due = outbox.clock.uptimeMs() + (waitMs < 0 ? FIRST_PAUSE_MS : waitMs);
    wakeModems(outbox);
    return false;
  }
  if (!send.pdu) (outbox.opts.store as SendStore).writePlace(send.id, new Uint8Array(0), outbox.opts.owner);
  outbox.queue.splice(outbox.queue.indexOf(send), 1);
  if (send.done)
    send.done(
      result === SEND_OK
        ? null
        : fail(waitMs < 0 ? 'modem-refused' : 'modem-tries', 'SMS not sent, last result ' + result),
    );
  return true;
}
