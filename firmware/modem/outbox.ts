// The send queue that all modems of a board share: SMS-SUBMITs waiting for a modem, kept in a store that survives a reboot,
// tried again with growing pauses, through the other modem after a failure. Delivery is "at least once": after a crash
// between the network's answer and remove() a message goes out again, and the receiver's replay check drops it.
// Leaves AT commands to modem.ts, PDUs to protocol/sms.
import { fail } from '../../protocol/errors';
import { Clock } from '../hal';
import { ModemOptions, SendDone, SendStore } from './types';

/** Messages waiting at a time unless the options say otherwise; one more throws `modem-queue-full`. */
export const MAX_QUEUE = 8;
/** A stored SMS-SUBMIT without service centre address. */
export const MAX_RECORD_BYTES = 164;
/** Results that are no +CMS code. */
export const SEND_OK = 0;
export const SEND_NO_ANSWER = -1;
export const SEND_ERROR = -2;

const DEFAULT_TRIES = 8;
/** Attempts when the network or the modem says that the message itself is at fault. */
const REFUSED_TRIES = 3;
const BUSY_PAUSE_MS = 2000;
const FIRST_PAUSE_MS = 5000;
const LONGEST_PAUSE_MS = 300000;

export interface Send {
  id: number;
  bytes: Uint8Array;
  done: SendDone | null;
  tries: number;
  dueMs: number;
  /** Modem that has it in hand, -1 none; modem that failed last, -1 none. */
  modem: number;
  avoid: number;
}

export interface Outbox {
  clock: Clock;
  store: SendStore | null;
  maxTries: number;
  maxQueue: number;
  queue: Send[];
  nextId: number;
  /** By modem: whether it can send now, and how to tell it that there is work. */
  ready: boolean[];
  wake: (() => void)[];
}

function addSend(outbox: Outbox, id: number, bytes: Uint8Array, done: SendDone | null): void {
  outbox.queue.push({ id, bytes, done, tries: 0, dueMs: 0, modem: -1, avoid: -1 });
  if (id >= outbox.nextId) outbox.nextId = id + 1;
}

/** Makes the queue and takes up what the store kept. */
export function createOutbox(clock: Clock, opts: ModemOptions): Outbox {
  const store = opts.store || null;
  const outbox: Outbox = {
    clock: clock, store: store, maxTries: opts.maxTries || DEFAULT_TRIES, maxQueue: opts.maxQueue || MAX_QUEUE, queue: [], nextId: 1, ready: [], wake: [],
  };
  const kept = store ? store.load() : [];
  for (let i = 0; i < kept.length; i++) addSend(outbox, kept[i].id, kept[i].bytes, null);
  return outbox;
}

/** Tells every modem that there may be something to send. */
export function wakeModems(outbox: Outbox): void {
  for (let i = 0; i < outbox.wake.length; i++) if (outbox.wake[i]) outbox.wake[i]();
}

/** Queues an SMS-SUBMIT, durably where there is a store. Throws `modem-queue-full`. */
export function queueSend(outbox: Outbox, bytes: Uint8Array, done: SendDone | null): void {
  if (outbox.queue.length >= outbox.maxQueue) throw fail('modem-queue-full', 'at most ' + outbox.maxQueue);
  const id = outbox.nextId;
  if (outbox.store) outbox.store.put(id, bytes);
  addSend(outbox, id, bytes, done);
  wakeModems(outbox);
}

/** The modem that should carry `send`: the first that can, but not the one that failed last when there is another; -1 none. */
function chooseModem(outbox: Outbox, send: Send): number {
  for (let i = 0; i < outbox.ready.length; i++) if (outbox.ready[i] && i !== send.avoid) return i;
  return send.avoid >= 0 && outbox.ready[send.avoid] ? send.avoid : -1;
}

/** Takes the next message that is due for this modem, or answers null. */
export function takeSend(outbox: Outbox, modem: number): Send | null {
  const nowMs = outbox.clock.uptimeMs();
  for (let i = 0; i < outbox.queue.length; i++) {
    const send = outbox.queue[i];
    if (send.modem < 0 && send.dueMs <= nowMs && chooseModem(outbox, send) === modem) {
      send.modem = modem;
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
    if (send.modem < 0 && chooseModem(outbox, send) === modem && send.dueMs - nowMs < waitMs) waitMs = send.dueMs - nowMs;
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
  const ms = FIRST_PAUSE_MS << (tries < 8 ? tries - 1 : 7);
  return ms > LONGEST_PAUSE_MS ? LONGEST_PAUSE_MS : ms;
}

/** How an attempt ended: SEND_OK, SEND_NO_ANSWER, SEND_ERROR or a +CMS code. Answers whether the message has left the queue. */
export function endSend(outbox: Outbox, send: Send, result: number): boolean {
  const waitMs = pauseMs(result, send.tries);
  if (result !== SEND_OK && send.tries < (waitMs < 0 ? REFUSED_TRIES : outbox.maxTries)) {
    send.avoid = send.modem;
    send.modem = -1;
    send.dueMs = outbox.clock.uptimeMs() + (waitMs < 0 ? FIRST_PAUSE_MS : waitMs);
    wakeModems(outbox);
    return false;
  }
  if (outbox.store) outbox.store.remove(send.id);
  outbox.queue.splice(outbox.queue.indexOf(send), 1);
  if (send.done) send.done(result === SEND_OK ? null : fail(waitMs < 0 ? 'modem-refused' : 'modem-tries', 'SMS not sent, last result ' + result));
  return true;
}
