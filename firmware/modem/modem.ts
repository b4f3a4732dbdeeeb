// The SIM800 driver: start-up, one command at a time, incoming and outgoing SMS, diagnostics; survives restarts of the
// modem in the middle of anything, lost and mangled answers, commands that it refuses, a full store. Spec: 3GPP TS
// 27.005 3 (SMS), 27.007 (general), SIM800 Series AT Command Manual. A message is deleted only when the handler
// has acknowledged it; every doubt is settled by starting up again and looking at the store, so an SMS can come twice
// but is not lost.
// Leaves the send queue to outbox.ts, what lines carry to incoming.ts, several modems to failover.ts, trust in content
// to the caller.
import { CODING_8BIT, CODING_GSM7, encodeSubmit, hexOfBytes, portHeader } from '../../protocol/sms/pdu';
import { septetsOfText } from '../../protocol/sms/pdu-alphabet';
import { fail } from '../../protocol/errors';
import { Uart } from '../hal';
import {
  ANSWER_MS,
  POLL_FULL,
  POLL_SHORT,
  QUIET_MS,
  begin,
  dropSend,
  give,
  giveStep,
  isStartLate,
  nextStep,
  passStep,
  powerUp,
} from './drive';
import { handOver, noteValue } from './incoming';
import { RESULT_NONE, resultOf } from './lines';
import { SEND_ERROR, SEND_NO_ANSWER, SEND_OK, pduOf, queueSend, sendWaitMs, takeSend } from './outbox';
import { PLACES, bringDue, failDelete, failRead, forgetPlaces, rememberPlace } from './places';
import {
  AGAIN_MINUTES,
  COMMAND_DECODE,
  COMMAND_DELETE,
  COMMAND_LIST,
  COMMAND_NONE,
  COMMAND_PIN,
  COMMAND_POLL,
  COMMAND_PROMPT,
  COMMAND_READ,
  COMMAND_SEND,
  COMMAND_START,
  LIST_ALWAYS,
  LIST_PLACES,
  MAX_PLACES,
  Modem,
  N_ACCEPTED,
  N_AGAIN,
  N_COMMAND,
  N_FAILURES,
  N_INDEX,
  N_LIST_FAILURES,
  N_MUST_LIST,
  N_PASSED,
  N_PDU_BYTES,
  N_PIN_REFUSED,
  N_POLLS,
  N_REGISTERED,
  N_SINCE,
  N_SKIPPING,
  N_SLOW,
  N_STATE,
  N_STEP,
  N_STORE_TURN,
  N_TIMER,
  Outbox,
  PIN_UNANSWERED,
  REGISTERED_UNKNOWN,
  STATE_OFF,
  STATE_READY,
  STATE_STARTING,
  STAT_BAD_SMS,
  STAT_CAPACITY,
  STAT_RECEIVED,
  STAT_RESTARTS,
  STAT_RSSI,
  STAT_SENT,
  STAT_STORED,
  STAT_SUPPLY_MV,
  STAT_TIME,
  STAT_TIME_AT,
  STAT_TIMEOUTS,
  STEP_PIN,
  STEP_POLL,
  arm,
  createState,
  notify,
} from './state';
import { ModemStatus, SendDone } from './types';

/** First step that needs the SIM: refused, it is tried again while the SIM may be busy. */
const STEP_MODE = 7;
/** Step of a poll that asks how many messages the store holds. */
const STEP_COUNT = 12;
/** One poll in so many is a full one. */
const POLL_CYCLE = 10;
const DEFAULT_POLL_MS = 30000;

/** Longest line that is kept: a PDU of 176 octets in hex. */
export const MAX_LINE = 360;
const LIST_MS = 40000;
const SEND_MS = 60000;
const RETRY_MS = 2000;
const POWER_OFF_MS = 2000;
/** Time for the answers that are on their way, and how often in a start-up it is given. */
const DRAIN_MS = 20000;
const DRAIN_TIMES = 3;
/** AT without answer before the power is cycled; failures of later steps before starting again or going on. */
const AT_TRIES = 10;
const AT_TRIES_SLOW = 3;
const STEP_TRIES = 15;
/** Lists in a row that failed before the places are read one by one; how many, when the modem does not say. */
const LIST_TRIES = 3;
const DEFAULT_CAPACITY = 20;
/** 24 hours (3GPP TS 23.040 9.2.3.12.1). */
export const VALIDITY_DAY = 0xa7;
/** +CME SIM not inserted, +CMS invalid memory index. */
const NO_SIM = 10;
const NO_INDEX = 321;

/** The step of the start-up did not succeed: again in a while, from the start, or with a power cycle. */
function failStep(modem: Modem): void {
  modem.n[N_COMMAND] = COMMAND_NONE;
  modem.n[N_FAILURES]++;
  if (modem.n[N_STEP] > 0 && modem.n[N_FAILURES] >= STEP_TRIES) begin(modem);
  else if (modem.n[N_STEP] === 0 && modem.n[N_FAILURES] >= (modem.n[N_SLOW] ? AT_TRIES_SLOW : AT_TRIES)) {
    // Answers that take longer than AT_MS may all have come between two commands.
    modem.n[N_SLOW] = 1;
    powerUp(modem, POWER_OFF_MS);
  } else arm(modem, modem.n[N_STEP] ? RETRY_MS : QUIET_MS);
}

/** Reports why the SIM is not ready, once a start-up. */
function notifySim(modem: Modem, result: number, asked: string): void {
  if (result === NO_SIM) notify(modem, 'no-sim', result);
  if (asked !== '') notify(modem, modem.n[N_PIN_REFUSED] ? 'pin-wrong' : 'pin-needed', asked);
}

/**
 * AT+CPIN? has ended and the SIM is not ready: absent, asleep or asking for its PIN; one that was refused is never
 * tried again, nor one without an answer until the SIM was ready. Where the modem says nothing of the SIM, it is taken
 * for ready in the end.
 */
function endPinStep(modem: Modem, result: number): void {
  const n = modem.n;
  const asked = modem.pdu;
  modem.pdu = '';
  const pin = modem.outbox.opts.pins ? modem.outbox.opts.pins[n[N_INDEX]] : '';
  if (asked === 'SIM PIN' && pin && !n[N_PIN_REFUSED]) {
    n[N_PIN_REFUSED] = PIN_UNANSWERED;
    return give(modem, COMMAND_PIN, 'AT+CPIN="' + pin + '"\r', ANSWER_MS);
  }
  if (result === NO_SIM) forgetPlaces(modem);
  if (n[N_FAILURES] === 0) notifySim(modem, result, asked);
  if (asked !== '' || result === NO_SIM || n[N_FAILURES] + 1 < STEP_TRIES) {
    failStep(modem);
    // An OK without the line may be the late answer to a command before: those behind it are waited for.
    if (result === 0 && asked === '' && n[N_FAILURES] <= DRAIN_TIMES) arm(modem, DRAIN_MS);
    return;
  }
  passStep(modem);
  n[N_FAILURES] = 0;
  nextStep(modem);
  giveStep(modem, COMMAND_START);
}

/** A step has ended. None but the SIM's is a must: what a modem refuses is passed over, once the SIM had its time. */
function endStep(modem: Modem, result: number): void {
  const n = modem.n;
  if (n[N_STEP] === STEP_PIN && !n[N_ACCEPTED]) return endPinStep(modem, result);
  if (!n[N_SINCE]) n[N_SINCE] = Math.floor(modem.outbox.clock.uptimeMs() / 1000) + 1;
  if (n[N_STEP] < STEP_MODE) n[N_FAILURES] = 0;
  else if (result !== 0) {
    if (n[N_FAILURES] < STEP_TRIES - 1 && !isStartLate(modem)) return failStep(modem);
    passStep(modem);
  }
  nextStep(modem);
  if (n[N_STEP] < STEP_POLL) return giveStep(modem, COMMAND_START);
  n[N_STATE] = STATE_READY;
  modem.due = modem.outbox.clock.uptimeMs();
  n[N_POLLS] = 0;
  n[N_SINCE] = 0;
  n[N_MUST_LIST] = 1;
  notify(modem, 'ready', modem.reads.length);
  next(modem);
}

/** Deletes or reads a place whose time has come; returns false when there is none. */
function giveStore(modem: Modem): boolean {
  modem.n[N_STORE_TURN] = 0;
  if (bringDue(modem, modem.dels)) give(modem, COMMAND_DELETE, 'AT+CMGD=' + (modem.dels[0] % PLACES) + '\r', ANSWER_MS);
  else if (bringDue(modem, modem.reads))
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
function next(modem: Modem): void {
  const n = modem.n;
  n[N_COMMAND] = COMMAND_NONE;
  n[N_PDU_BYTES] = -1;
  modem.pdu = '';
  n[N_ACCEPTED] = 0;
  if (n[N_STORE_TURN] && giveStore(modem)) return;
  if (giveSend(modem) || giveStore(modem) || giveList(modem)) return;
  const waitMs = modem.due - modem.outbox.clock.uptimeMs();
  if (waitMs > 0) return arm(modem, sendWaitMs(modem.outbox, n[N_INDEX], waitMs));
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
function endPollStep(modem: Modem): boolean {
  const n = modem.n;
  if (n[N_STEP] === STEP_POLL && !n[N_ACCEPTED] && n[N_REGISTERED] !== REGISTERED_UNKNOWN) {
    n[N_REGISTERED] = REGISTERED_UNKNOWN;
    n[N_COMMAND] = COMMAND_NONE;
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
function endStore(modem: Modem, result: number): void {
  const isRead = modem.n[N_COMMAND] === COMMAND_READ;
  modem.n[N_COMMAND] = COMMAND_NONE;
  if (!isRead && result === 0 && modem.n[STAT_STORED] > 0) modem.n[STAT_STORED]--;
  if (result === 0 || result === NO_INDEX) (isRead ? modem.reads : modem.dels).splice(0, 1);
  else if (isRead) failRead(modem, false);
  else failDelete(modem, true);
}

/** AT+CMGL has ended: it failed when it did not succeed, or when the store's count says that it holds more. */
function endList(modem: Modem, result: number): void {
  const n = modem.n;
  const known = modem.reads.length + modem.held.length + modem.dels.length;
  n[N_LIST_FAILURES] = result === 0 && known >= n[STAT_STORED] ? 0 : n[N_LIST_FAILURES] + 1;
}

/** AT+CMGS has ended: without a prompt it is an error, without the message's reference nobody knows. */
function endSend(modem: Modem, result: number): void {
  if (result !== 0) dropSend(modem, result);
  else if (modem.n[N_COMMAND] === COMMAND_PROMPT) dropSend(modem, SEND_ERROR);
  else dropSend(modem, modem.n[N_ACCEPTED] ? SEND_OK : SEND_NO_ANSWER);
}

/** The command in flight has ended with `result` (lines.ts resultOf). */
function finish(modem: Modem, result: number): void {
  const n = modem.n;
  const command = n[N_COMMAND];
  if (command === COMMAND_START) return endStep(modem, result);
  if (command === COMMAND_PIN) {
    n[N_PIN_REFUSED] = result ? 1 : 0;
    return failStep(modem);
  }
  if (command === COMMAND_READ && result === 0 && n[N_PDU_BYTES] >= 0) {
    n[N_COMMAND] = COMMAND_DECODE;
    return arm(modem, 0);
  }
  if (command === COMMAND_POLL) {
    if (endPollStep(modem)) return;
  } else if (command === COMMAND_READ || command === COMMAND_DELETE) endStore(modem, result);
  else if (command === COMMAND_LIST) endList(modem, result);
  else if (command === COMMAND_PROMPT || command === COMMAND_SEND) endSend(modem, result);
  next(modem);
}

/** The modem has just started. */
function isBootLine(line: string): boolean {
  return line === 'RDY' || line === 'Call Ready' || line === 'SMS Ready' || line === '+CFUN: 1';
}

/** One line, without its end. What it does not know it passes over: echo, noise, calls. */
function takeLine(modem: Modem, line: string): void {
  const n = modem.n;
  if (line === '' || n[N_STATE] === STATE_OFF) return;
  if (isBootLine(line)) return begin(modem);
  if (line.substr(0, 13) === 'UNDER-VOLTAGE') notify(modem, 'under-voltage', n[STAT_SUPPLY_MV]);
  if (line.indexOf('POWER DOWN') >= 0) return powerUp(modem, POWER_OFF_MS);
  const result = n[N_COMMAND] === COMMAND_NONE || n[N_COMMAND] === COMMAND_DECODE ? RESULT_NONE : resultOf(line);
  if (result !== RESULT_NONE) return finish(modem, result);
  // A PDU begins with the length of the service centre's address, at most 11.
  const isPdu = n[N_COMMAND] === COMMAND_READ && n[N_PDU_BYTES] >= 0 && line.charAt(0) === '0';
  if (isPdu && modem.pdu === '') modem.pdu = line;
  else noteValue(modem, line);
}

function takeBytes(modem: Modem, bytes: Uint8Array): void {
  modem.line += String.fromCharCode.apply(null, bytes as never);
  for (let end = modem.line.indexOf('\n'); end >= 0; end = modem.line.indexOf('\n')) {
    const line = modem.n[N_SKIPPING] ? '' : modem.line.substr(0, end).split('\r').join('').trim();
    modem.line = modem.line.substr(end + 1);
    modem.n[N_SKIPPING] = 0;
    takeLine(modem, line);
  }
  if (modem.n[N_COMMAND] === COMMAND_PROMPT && modem.send && modem.line.indexOf('>') >= 0) {
    modem.line = '';
    give(modem, COMMAND_SEND, '00' + hexOfBytes(pduOf(modem.outbox, modem.send)) + '\x1a', SEND_MS);
  } else if (modem.line.length > MAX_LINE) {
    modem.line = '';
    modem.n[N_SKIPPING] = 1;
  }
}

/** No answer in time. A message that came whole, but for the OK behind it, is taken. */
function timeOut(modem: Modem): void {
  const n = modem.n;
  n[STAT_TIMEOUTS]++;
  if (n[N_STATE] === STATE_STARTING && n[N_STEP] === 0) return failStep(modem);
  n[N_SLOW] = 1;
  if (n[N_COMMAND] === COMMAND_READ && modem.pdu !== '') handOver(modem);
  begin(modem);
}

/** The timer: no answer in time, a pause that is over, or something to look for. */
function tick(modem: Modem): void {
  const n = modem.n;
  n[N_TIMER] = 0;
  if (n[N_STATE] === STATE_OFF) return;
  if (n[N_COMMAND] === COMMAND_DECODE) handOver(modem);
  else if (n[N_COMMAND] !== COMMAND_NONE) timeOut(modem);
  else if (n[N_STATE] === STATE_STARTING) giveStep(modem, COMMAND_START);
  else next(modem);
}

/** Makes the driver of the next modem on a send queue; startModem() sets it going. */
export function createModem(uart: Uart, outbox: Outbox): Modem {
  const modem = createState(uart, outbox);
  outbox.list.push(modem);
  modem.tick = function (bytes) {
    if (bytes) takeBytes(modem, bytes);
    else tick(modem);
  };
  uart.onData(modem.tick);
  return modem;
}

export function startModem(modem: Modem): void {
  if (modem.n[N_STATE] !== STATE_OFF) return;
  notify(modem, 'starting', 0);
  powerUp(modem, 0);
}

/** Stops at once. What waits in the queue stays there. */
export function stopModem(modem: Modem): void {
  dropSend(modem, modem.n[N_ACCEPTED] ? SEND_OK : SEND_NO_ANSWER);
  modem.n[N_STATE] = STATE_OFF;
  modem.n[N_COMMAND] = COMMAND_NONE;
  modem.outbox.clock.cancel(modem.n[N_TIMER]);
  if (modem.outbox.opts.power) modem.outbox.opts.power.modemOff(modem.n[N_INDEX]);
}

/**
 * Queues a text of at most 160 septets. Throws `pdu-address`, `pdu-length`, `pdu-text` (not GSM-7), `modem-queue-full`.
 */
export function sendText(outbox: Outbox, to: string, text: string, done: SendDone | null, isKept: boolean): void {
  const septets = septetsOfText(text);
  if (!septets) throw fail('pdu-text', 'characters of GSM-7');
  queueSend(outbox, encodeSubmit(to, CODING_GSM7, null, septets, VALIDITY_DAY), done, isKept);
}

/** Queues data, at most 133 octets, to a port. Throws `pdu-address`, `pdu-length`, `modem-queue-full`. */
export function sendData(
  outbox: Outbox,
  to: string,
  data: { port: number; bytes: Uint8Array },
  done: SendDone | null,
  isKept: boolean,
): void {
  queueSend(outbox, encodeSubmit(to, CODING_8BIT, portHeader(data.port), data.bytes, VALIDITY_DAY), done, isKept);
}

/** For diagnostics: nothing is asked of the modem. */
export function modemStatus(modem: Modem): ModemStatus {
  const n = modem.n;
  return {
    state: n[N_STATE],
    registered: n[N_REGISTERED] === 1,
    rssi: n[STAT_RSSI],
    operator: modem.oper,
    supplyMv: n[STAT_SUPPLY_MV],
    networkTime: n[STAT_TIME] >>> 0,
    networkTimeAt: n[STAT_TIME_AT] >>> 0,
    stored: n[STAT_STORED],
    capacity: n[STAT_CAPACITY],
    queued: modem.outbox.queue.length,
    sent: n[STAT_SENT],
    received: n[STAT_RECEIVED],
    badSms: n[STAT_BAD_SMS],
    timeouts: n[STAT_TIMEOUTS],
    restarts: n[STAT_RESTARTS],
  };
}
