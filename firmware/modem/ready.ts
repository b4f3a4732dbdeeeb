// What a modem that is ready is given next, and what the end of each command means: the next SMS, a place of the store,
// the list of the store, a poll. Leaves the start-up to start-up.ts, what lines carry to incoming.ts.
import { ANSWER_MS, begin, dropSend, give, giveStep, nextStep } from './drive';
import { POLL_FULL, POLL_SHORT, STEP_COUNT, STEP_MODE_AGAIN, STEP_POLL } from './kinds/kinds';
import { SEND_ERROR, SEND_NO_ANSWER, SEND_OK, hasDue, pduOf, sendWaitMs, takeSend } from './outbox';
import { PLACES, bringDue, failDelete, failRead, rememberPlace } from './places';
import {
  AGAIN_MINUTES,
  COMMAND_DELETE,
  COMMAND_LIST,
  COMMAND_NONE,
  COMMAND_POLL,
  COMMAND_PROMPT,
  COMMAND_READ,
  LIST_ALWAYS,
  LIST_PLACES,
  MAX_PLACES,
  Modem,
  NET_TOLD,
  N_ACCEPTED,
  N_AGAIN,
  N_COMMAND,
  N_INDEX,
  N_LEFT_OUT,
  N_LIST_FAILURES,
  N_MUST_LIST,
  N_NETS,
  N_NO_SMS,
  N_PASSED,
  N_PDU_BYTES,
  N_POLLS,
  N_REGISTERED,
  N_SLOW,
  N_STATE,
  N_STEP,
  N_STORE_TURN,
  REGISTERED_UNKNOWN,
  STAT_CAPACITY,
  STAT_STORED,
  STATE_STARTING,
  arm,
} from './state';

/** One poll in so many is a full one. */
const POLL_CYCLE = 10;
const DEFAULT_POLL_MS = 30000;
const LIST_MS = 40000;
/** Time for the answers that are on their way. */
export const DRAIN_MS = 20000;
/** Lists in a row that failed before the places are read one by one; how many, when the modem does not say. */
const LIST_TRIES = 3;
const DEFAULT_CAPACITY = 20;
/** +CMS: invalid memory index. */
const NO_INDEX = 321;

/** Deletes or reads a place whose time has come; returns false when there is none. */
function giveStore(modem: Modem): boolean {
  modem.n[N_STORE_TURN] = 0;
  if (bringDue(modem, modem.dels)) give(modem, COMMAND_DELETE, 'AT+CMGD=' + (modem.dels[0] % PLACES) + '\r', ANSWER_MS);
  else if (modem.held.length < (modem.outbox.opts.maxHeld || MAX_PLACES) && bringDue(modem, modem.reads))
    give(modem, COMMAND_READ, 'AT+CMGR=' + (modem.reads[0] % PLACES) + '\r', ANSWER_MS);
  else return false;
  return true;
}

/** Sends the next message that is due; returns false when there is none. */
function giveSend(modem: Modem): boolean {
  modem.send = takeSend(modem.outbox, modem.n[N_INDEX]);
  if (!modem.send) return false;
  modem.n[N_STORE_TURN] = 1;
  give(modem, COMMAND_PROMPT, 'AT+CMGS=' + pduOf(modem.outbox, modem.send).length + '\r', ANSWER_MS);
  return true;
}

/** Lists the store; where lists fail, or may say too little, reads all its places. Returns false: no command given. */
function giveList(modem: Modem): boolean {
  const n = modem.n;
  const must = n[N_MUST_LIST];
  const isDue = must >= LIST_ALWAYS;
  n[N_MUST_LIST] = 0;
  if (!must) return false;
  if (must < LIST_PLACES && n[N_LIST_FAILURES] < LIST_TRIES) {
    give(modem, COMMAND_LIST, 'AT+CMGL=4\r', LIST_MS);
    return true;
  }
  const last = n[STAT_CAPACITY] || DEFAULT_CAPACITY;
  for (let place = 1; isDue && place <= last && place < MAX_PLACES; place++) rememberPlace(modem, place, false);
  return isDue && giveStore(modem);
}

function isFullPoll(modem: Modem): boolean {
  return modem.n[N_POLLS] % POLL_CYCLE === 0;
}

/** Whether the present step belongs to the poll; none does where all are passed over. */
function isPollStep(modem: Modem): boolean {
  return modem.n[N_STEP] < (isFullPoll(modem) ? POLL_FULL : POLL_SHORT);
}

/**
 * A poll has ended. A full one has the store listed. Twice a day the steps and lists that were given up are tried
 * again, and where the modem does not count its messages each place is read: a list may show none of them.
 */
function endPoll(modem: Modem): void {
  const n = modem.n;
  const isFull = isFullPoll(modem);
  modem.due = modem.outbox.clock.uptimeMs() + (modem.outbox.opts.pollMs || DEFAULT_POLL_MS);
  n[N_POLLS]++;
  if (!isFull) return;
  n[N_MUST_LIST] = LIST_ALWAYS;
  if (n[N_POLLS] > 1) n[N_SLOW] = 0;
  const minute = Math.floor(modem.outbox.clock.uptimeMs() / 60000);
  if (minute < n[N_AGAIN]) return;
  n[N_AGAIN] = minute + AGAIN_MINUTES;
  if (!n[STAT_CAPACITY] || (n[N_PASSED] >> STEP_COUNT) & 1) n[N_MUST_LIST] = LIST_PLACES;
  n[N_PASSED] = n[N_LIST_FAILURES] = 0;
}

/**
 * Gives the next command that is worth giving, or waits until one is. Sending comes before the store, and after an SMS
 * the store has one turn, so that neither waits for the other.
 */
export function next(modem: Modem): void {
  const n = modem.n;
  n[N_COMMAND] = COMMAND_NONE;
  n[N_PDU_BYTES] = -1;
  modem.pdu = '';
  n[N_ACCEPTED] = 0;
  if (n[N_STORE_TURN] && giveStore(modem)) return;
  if (giveSend(modem) || giveStore(modem) || giveList(modem)) return;
  const waitMs = modem.due - modem.outbox.clock.uptimeMs();
  if (waitMs > 0) return arm(modem, sendWaitMs(modem.outbox, n[N_INDEX], waitMs));
  if (n[N_LEFT_OUT] && !hasDue(modem.outbox)) {
    // Not a restart of the modem's.
    n[N_STATE] = STATE_STARTING;
    return begin(modem);
  }
  n[N_STEP] = STEP_POLL - 1;
  nextStep(modem);
  if (isPollStep(modem)) return giveStep(modem, COMMAND_POLL);
  endPoll(modem);
  arm(modem, 0);
}

/**
 * A step of a poll has ended; returns whether another command was given. A registration that is not told any more may
 * mean that the answers are of the commands before: the driver starts again, once, and takes it for unknown.
 */
export function endPollStep(modem: Modem, result: number): boolean {
  const n = modem.n;
  if (n[N_STEP] === STEP_MODE_AGAIN) n[N_NO_SMS] = result ? 1 : 0;
  if (n[N_STEP] === STEP_POLL && !n[N_ACCEPTED] && n[N_NETS] >= NET_TOLD) {
    n[N_NETS] = 0;
    n[N_REGISTERED] = REGISTERED_UNKNOWN;
    n[N_COMMAND] = COMMAND_NONE;
    n[N_SLOW] = 1;
    begin(modem);
    arm(modem, DRAIN_MS);
    return true;
  }
  nextStep(modem);
  if (isPollStep(modem)) {
    giveStep(modem, COMMAND_POLL);
    return true;
  }
  endPoll(modem);
  return false;
}

/**
 * A read has ended without a message, or a deletion has ended. An empty place leaves the list: the next look at the
 * store finds what is there.
 */
export function endStore(modem: Modem, result: number): void {
  const isRead = modem.n[N_COMMAND] === COMMAND_READ;
  modem.n[N_COMMAND] = COMMAND_NONE;
  if (!isRead && result === 0 && modem.n[STAT_STORED] > 0) modem.n[STAT_STORED]--;
  if (result === 0 || result === NO_INDEX) (isRead ? modem.reads : modem.dels).splice(0, 1);
  else if (isRead) failRead(modem, false);
  else failDelete(modem, true);
}

/** AT+CMGL has ended: it failed when it did not succeed, or when the store's count says that it holds more. */
export function endList(modem: Modem, result: number): void {
  const n = modem.n;
  const known = modem.reads.length + modem.held.length + modem.dels.length;
  n[N_LIST_FAILURES] = result === 0 && known >= n[STAT_STORED] ? 0 : n[N_LIST_FAILURES] + 1;
}

/** AT+CMGS has ended: without a prompt it is an error, without the message's reference nobody knows. */
export function endSubmit(modem: Modem, result: number): void {
  if (result !== 0) dropSend(modem, result);
  else if (modem.n[N_COMMAND] === COMMAND_PROMPT) dropSend(modem, SEND_ERROR);
  else dropSend(modem, modem.n[N_ACCEPTED] ? SEND_OK : SEND_NO_ANSWER);
}
