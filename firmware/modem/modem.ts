// The SIM800 driver: start-up, one command at a time, incoming and outgoing SMS, diagnostics; survives restarts of the
// modem in the middle of anything, lost and mangled answers, a full store. Spec: 3GPP TS 27.005 3 (SMS), 27.007
// (general), SIM800 Series AT Command Manual. A message is deleted only when the handler has acknowledged it; every
// doubt is settled by starting up again and looking at the store, so an SMS can come twice but is not lost.
// Leaves the send queue to outbox.ts, what lines carry to incoming.ts, several modems to failover.ts, trust in content
// to the caller. Few and longer functions, because each costs the device about six variables.
import { CODING_8BIT, CODING_GSM7, encodeSubmit, hexOfBytes, portHeader } from '../../protocol/sms/pdu';
import { septetsOfText } from '../../protocol/sms/pdu-alphabet';
import { fail } from '../../protocol/errors';
import { Uart } from '../hal';
import { QUIET_MS, begin, dropSend, give, powerUp, tell } from './drive';
import { READ_TRIES, handOver, noteValue } from './incoming';
import { RESULT_NONE, resultOf } from './lines';
import { SEND_ERROR, SEND_NO_ANSWER, SEND_OK, pduOf, queueSend, sendWaitMs, takeSend } from './outbox';
import {
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
  Modem,
  N_ACCEPTED,
  N_COMMAND,
  N_FAILURES,
  N_INDEX,
  N_MUST_LIST,
  N_PDU_BYTES,
  N_PIN_REFUSED,
  N_POLLS,
  N_REGISTERED,
  N_SKIPPING,
  N_STATE,
  N_STEP,
  N_TIMER,
  Outbox,
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
  arm,
  createState,
} from './state';
import { ModemStatus, SendDone } from './types';

/** Commands of the start-up in order, and of a poll; split when needed so that they stay in flash. */
const START =
  'AT|ATE0|AT+CMEE=1|AT+CPIN?|AT+CREG=1|AT+CREG?|AT+CLTS=1|AT+CMGF=0|AT+CPMS="SM","SM","SM"|AT+CNMI=2,1,0,0,0|AT+CMGL=4';
const STEP_CREG = 4;
const STEP_CLTS = 6;
const STEP_LAST = 10;
const POLL = 'AT+CREG?|AT+CSQ|AT+CPMS?|AT+COPS?|AT+CBC|AT+CCLK?';
const POLL_SHORT = 3;
const POLL_FULL = 6;
/** One poll in so many is a full one. */
const POLL_CYCLE = 10;
const DEFAULT_POLL_MS = 30000;

/** Longest line that is kept: a PDU of 176 octets in hex. */
export const MAX_LINE = 360;
const ANSWER_MS = 5000;
const LIST_MS = 40000;
const SEND_MS = 60000;
const AT_MS = 1500;
const RETRY_MS = 2000;
const POWER_OFF_MS = 2000;
/** AT without answer before the power is cycled; failures of a later step before starting again. */
const AT_TRIES = 10;
const STEP_TRIES = 15;
/** 24 hours (3GPP TS 23.040 9.2.3.12.1). */
export const VALIDITY_DAY = 0xa7;
/** +CME SIM not inserted, +CMS invalid memory index. */
const NO_SIM = 10;
const NO_INDEX = 321;

function giveStep(modem: Modem): void {
  give(
    modem,
    COMMAND_START,
    START.split('|')[modem.n[N_STEP]] + '\r',
    modem.n[N_STEP] === 0 ? AT_MS : modem.n[N_STEP] === STEP_LAST ? LIST_MS : ANSWER_MS,
  );
}

/** The step of the start-up did not succeed: again in a while, from the start, or with a power cycle. */
function failStep(modem: Modem): void {
  modem.n[N_COMMAND] = COMMAND_NONE;
  modem.n[N_FAILURES]++;
  if (modem.n[N_STEP] > 0 && modem.n[N_FAILURES] >= STEP_TRIES) begin(modem);
  else if (modem.n[N_STEP] === 0 && modem.n[N_FAILURES] >= AT_TRIES) powerUp(modem, POWER_OFF_MS);
  else arm(modem, modem.n[N_STEP] ? RETRY_MS : QUIET_MS);
}

/**
 * A step has ended. At +CPIN? the SIM may be absent, asleep or asking for its PIN; one that was refused is never tried
 * again.
 */
function endStep(modem: Modem, result: number): void {
  if (modem.n[N_STEP] === STEP_PIN && !modem.n[N_ACCEPTED]) {
    const asked = modem.pdu;
    modem.pdu = '';
    const pin = modem.outbox.opts.pins ? modem.outbox.opts.pins[modem.n[N_INDEX]] : '';
    if (asked === 'SIM PIN' && pin && !modem.n[N_PIN_REFUSED])
      return give(modem, COMMAND_PIN, 'AT+CPIN="' + pin + '"\r', ANSWER_MS);
    if (result === NO_SIM) modem.held = [];
    if (modem.n[N_FAILURES] === 0 && result === NO_SIM) tell(modem, 'no-sim', result);
    if (modem.n[N_FAILURES] === 0 && asked !== '')
      tell(modem, modem.n[N_PIN_REFUSED] ? 'pin-wrong' : 'pin-needed', asked);
    return failStep(modem);
  }
  if (result !== 0 && modem.n[N_STEP] !== STEP_CREG && modem.n[N_STEP] !== STEP_CLTS) return failStep(modem);
  modem.n[N_FAILURES] = 0;
  modem.n[N_ACCEPTED] = 0;
  if (modem.n[N_STEP] < STEP_LAST) {
    modem.n[N_STEP]++;
    return giveStep(modem);
  }
  modem.n[N_STATE] = STATE_READY;
  modem.due = modem.outbox.clock.uptimeMs();
  modem.n[N_POLLS] = 0;
  tell(modem, 'ready', modem.reads.length);
  next(modem);
}

/** Gives the next command that is worth giving, or waits until one is. */
function next(modem: Modem): void {
  modem.n[N_COMMAND] = COMMAND_NONE;
  modem.n[N_PDU_BYTES] = -1;
  modem.pdu = '';
  modem.n[N_ACCEPTED] = 0;
  if (modem.dels.length) return give(modem, COMMAND_DELETE, 'AT+CMGD=' + modem.dels[0] + '\r', ANSWER_MS);
  if (modem.reads.length) return give(modem, COMMAND_READ, 'AT+CMGR=' + modem.reads[0] + '\r', ANSWER_MS);
  modem.send = takeSend(modem.outbox, modem.n[N_INDEX]);
  if (modem.send)
    return give(modem, COMMAND_PROMPT, 'AT+CMGS=' + pduOf(modem.outbox, modem.send).length + '\r', ANSWER_MS);
  if (modem.n[N_MUST_LIST]) {
    modem.n[N_MUST_LIST] = 0;
    return give(modem, COMMAND_LIST, 'AT+CMGL=4\r', LIST_MS);
  }
  const waitMs = modem.due - modem.outbox.clock.uptimeMs();
  modem.n[N_STEP] = 0;
  if (waitMs > 0) arm(modem, sendWaitMs(modem.outbox, modem.n[N_INDEX], waitMs));
  else give(modem, COMMAND_POLL, POLL.split('|')[0] + '\r', ANSWER_MS);
}

/** The command in flight has ended with `result` (lines.ts resultOf). */
function finish(modem: Modem, result: number): void {
  const command = modem.n[N_COMMAND];
  if (command === COMMAND_START) return endStep(modem, result);
  if (command === COMMAND_PIN) {
    modem.n[N_PIN_REFUSED] = result ? 1 : 0;
    return failStep(modem);
  }
  if (command === COMMAND_POLL) {
    modem.n[N_STEP]++;
    if (modem.n[N_STEP] < (modem.n[N_POLLS] % POLL_CYCLE ? POLL_SHORT : POLL_FULL))
      return give(modem, COMMAND_POLL, POLL.split('|')[modem.n[N_STEP]] + '\r', ANSWER_MS);
    modem.n[N_POLLS]++;
    modem.due = modem.outbox.clock.uptimeMs() + (modem.outbox.opts.pollMs || DEFAULT_POLL_MS);
  } else if (command === COMMAND_READ && result === 0 && modem.n[N_PDU_BYTES] >= 0) {
    modem.n[N_COMMAND] = COMMAND_DECODE;
    return arm(modem, 0);
  } else if (command === COMMAND_READ || command === COMMAND_DELETE) {
    // An empty place and one that will not be read leave the list alike: the next look at the store finds what is
    // there.
    modem.n[N_FAILURES] = result === 0 || result === NO_INDEX ? 0 : modem.n[N_FAILURES] + 1;
    if (modem.n[N_FAILURES] % READ_TRIES === 0) (command === COMMAND_READ ? modem.reads : modem.dels).splice(0, 1);
  } else if (command === COMMAND_PROMPT) dropSend(modem, result === 0 ? SEND_ERROR : result);
  else if (command === COMMAND_SEND) dropSend(modem, result === 0 && !modem.n[N_ACCEPTED] ? SEND_NO_ANSWER : result);
  next(modem);
}

/** One line, without its end. What it does not know it passes over: echo, noise, calls. */
function takeLine(modem: Modem, line: string): void {
  if (line === '' || modem.n[N_STATE] === STATE_OFF) return;
  if (line === 'RDY' || line === 'Call Ready' || line === 'SMS Ready' || line === '+CFUN: 1') return begin(modem);
  if (line.substr(0, 13) === 'UNDER-VOLTAGE') tell(modem, 'under-voltage', modem.n[STAT_SUPPLY_MV]);
  if (line.indexOf('POWER DOWN') >= 0) return powerUp(modem, POWER_OFF_MS);
  const result =
    modem.n[N_COMMAND] === COMMAND_NONE || modem.n[N_COMMAND] === COMMAND_DECODE ? RESULT_NONE : resultOf(line);
  if (result !== RESULT_NONE) finish(modem, result);
  else if (
    modem.n[N_COMMAND] === COMMAND_READ &&
    modem.n[N_PDU_BYTES] >= 0 &&
    modem.pdu === '' &&
    line.charAt(0) === '0'
  )
    modem.pdu = line;
  else noteValue(modem, line);
}

function takeBytes(modem: Modem, bytes: Uint8Array): void {
  modem.line += String.fromCharCode.apply(null, bytes as any);
  for (let end = modem.line.indexOf('\n'); end >= 0; end = modem.line.indexOf('\n')) {
    const line = modem.n[N_SKIPPING] ? '' : modem.line.substr(0, end).split('\r').join('');
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

/** The timer: no answer in time, a pause that is over, or work to look for. */
function tick(modem: Modem): void {
  modem.n[N_TIMER] = 0;
  if (modem.n[N_STATE] === STATE_OFF) return;
  if (modem.n[N_COMMAND] === COMMAND_DECODE) handOver(modem);
  else if (modem.n[N_COMMAND] !== COMMAND_NONE) {
    modem.n[STAT_TIMEOUTS]++;
    if (modem.n[N_STATE] === STATE_STARTING && modem.n[N_STEP] === 0) failStep(modem);
    else begin(modem);
  } else if (modem.n[N_STATE] === STATE_STARTING) giveStep(modem);
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
  tell(modem, 'starting', 0);
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

/** Queues at most 133 octets of data to a port. Throws `pdu-address`, `pdu-length`, `modem-queue-full`. */
export function sendData(
  outbox: Outbox,
  to: string,
  bytes: Uint8Array,
  port: number,
  done: SendDone | null,
  isKept: boolean,
): void {
  queueSend(outbox, encodeSubmit(to, CODING_8BIT, portHeader(port), bytes, VALIDITY_DAY), done, isKept);
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
