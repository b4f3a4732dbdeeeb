// The SIM800 driver: start-up, one command at a time, incoming and outgoing SMS, diagnostics; survives restarts of the modem
// in the middle of anything, lost and mangled answers, a full store. Spec: 3GPP TS 27.005 3 (SMS), 27.007 (general),
// SIM800 Series AT Command Manual. A message is deleted only when the handler has acknowledged it; every doubt is settled by
// starting up again and looking at the store, so an SMS can come twice but is not lost.
// Leaves the send queue to outbox.ts, lines to lines.ts, several modems to failover.ts, trust in content to the caller.
import { CODING_8BIT, CODING_GSM7, bytesOfHex, decodePdu, encodeSubmit, hexOfBytes, portHeader, Pdu } from '../../protocol/sms/pdu';
import { septetsOfText } from '../../protocol/sms/pdu-alphabet';
import { fail } from '../../protocol/errors';
import { Clock, Uart } from '../hal';
import { RESULT_NONE, fieldOf, numberIn, quotedIn, resultOf, timeOf } from './lines';
import { Outbox, SEND_ERROR, SEND_NO_ANSWER, SEND_OK, createOutbox, endSend, queueSend, sendWaitMs, takeSend } from './outbox';
import {
  COMMAND_DELETE, COMMAND_LIST, COMMAND_NONE, COMMAND_PIN, COMMAND_POLL, COMMAND_PROMPT, COMMAND_READ, COMMAND_SEND, COMMAND_START,
  MAX_PLACES, Modem, STATE_OFF, STATE_READY, STATE_STARTING, createState,
} from './state';
import { ModemEventName, ModemOptions, ModemStatus, SendDone } from './types';

/** Commands of the start-up in order, and of a poll; split when needed so that they stay in flash. */
const START = 'AT|ATE0|AT+CMEE=1|AT+CPIN?|AT+CREG=1|AT+CREG?|AT+CLTS=1|AT+CMGF=0|AT+CPMS="SM","SM","SM"|AT+CNMI=2,1,0,0,0|AT+CMGL=4';
const STEP_PIN = 3;
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
const QUIET_MS = 300;
const RETRY_MS = 2000;
const POWER_OFF_MS = 2000;
/** AT without answer before the power is cycled; failures of a later step before starting again; reads before giving a place up. */
const AT_TRIES = 10;
const STEP_TRIES = 15;
const READ_TRIES = 3;
/** 24 hours (3GPP TS 23.040 9.2.3.12.1). */
export const VALIDITY_DAY = 0xa7;
const NO_SIM = 10;
const CTRL_Z = '\x1a';
const ESCAPE = '\x1b';

function tell(modem: Modem, name: ModemEventName, value: number | string): void {
  if (modem.opts.onEvent) modem.opts.onEvent(name, value, modem.index);
}

function writeText(modem: Modem, text: string): void {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  modem.uart.write(bytes);
}

/** Calls tick() in `ms`; there is one timer a modem. */
function arm(modem: Modem, ms: number): void {
  modem.clock.cancel(modem.timer);
  modem.timer = modem.clock.after(ms, modem.tick);
}

function give(modem: Modem, command: number, text: string, answerMs: number): void {
  modem.command = command;
  arm(modem, answerMs);
  writeText(modem, text + '\r');
}

function setRegistered(modem: Modem, status: number): void {
  const registered = status === 1 || status === 5;
  if (registered !== modem.registered) {
    modem.registered = registered;
    tell(modem, registered ? 'registered' : 'unregistered', status);
  }
  modem.outbox.ready[modem.index] = registered && modem.state === STATE_READY;
}

/** Hands a message in flight back to the queue. */
function dropSend(modem: Modem, result: number): void {
  const send = modem.send;
  modem.send = null;
  if (!send) return;
  if (result === SEND_OK) modem.sent++;
  if (endSend(modem.outbox, send, result)) tell(modem, result === SEND_OK ? 'sent' : 'send-failed', result);
}

/**
 * Starts up from the first step. Leaves an open prompt first, so that no command can become the text of an SMS. A deletion
 * without an answer is forgotten: its place may hold a new message by now, and if not, the old one only comes again.
 */
function begin(modem: Modem): void {
  const wasReady = modem.state === STATE_READY;
  modem.state = STATE_STARTING;
  if (modem.command === COMMAND_DELETE) modem.deletes.splice(0, 1);
  modem.command = COMMAND_NONE;
  modem.step = 0;
  modem.failures = 0;
  modem.line = '';
  modem.outbox.ready[modem.index] = false;
  dropSend(modem, modem.isAccepted ? SEND_OK : SEND_NO_ANSWER);
  modem.isAccepted = false;
  modem.pdu = '';
  if (wasReady) {
    modem.restarts++;
    tell(modem, 'restart', modem.restarts);
  }
  writeText(modem, ESCAPE);
  arm(modem, QUIET_MS);
}

function powerCycle(modem: Modem): void {
  const power = modem.opts.power;
  begin(modem);
  if (!power) return;
  tell(modem, 'power-cycle', modem.index);
  modem.clock.cancel(modem.timer);
  power.off();
  modem.timer = modem.clock.after(POWER_OFF_MS, function () {
    powerUp(modem);
  });
}

function powerUp(modem: Modem): void {
  const power = modem.opts.power;
  if (!power) return begin(modem);
  power.on(function () {
    if (modem.state !== STATE_OFF) begin(modem);
  });
}

function giveStep(modem: Modem): void {
  const isList = modem.step === STEP_LAST;
  give(modem, COMMAND_START, START.split('|')[modem.step], modem.step === 0 ? AT_MS : isList ? LIST_MS : ANSWER_MS);
}

/** The step of the start-up did not succeed: again in a while, from the start, or with a power cycle. */
function failStep(modem: Modem): void {
  modem.command = COMMAND_NONE;
  modem.failures++;
  if (modem.step === 0 ? modem.failures >= AT_TRIES : modem.failures >= STEP_TRIES) return modem.step === 0 ? powerCycle(modem) : begin(modem);
  arm(modem, modem.step === 0 ? QUIET_MS : RETRY_MS);
}

/** The SIM is not ready: absent, asking for its PIN, or not yet awake. A PIN that was refused is never tried again. */
function endPinStep(modem: Modem, result: number): void {
  const asked = modem.pdu;
  modem.pdu = '';
  if (result === NO_SIM) {
    modem.handed = [];
    modem.handedNumbers = [];
  }
  if (asked === 'SIM PIN' && modem.opts.pin && !modem.pinRefused) return give(modem, COMMAND_PIN, 'AT+CPIN="' + modem.opts.pin + '"', ANSWER_MS);
  if (modem.failures === 0) {
    if (result === NO_SIM) tell(modem, 'no-sim', result);
    else if (asked !== '') tell(modem, modem.pinRefused ? 'pin-wrong' : 'pin-needed', asked);
  }
  failStep(modem);
}

function endStep(modem: Modem, result: number): void {
  if (modem.step === STEP_PIN && !modem.isAccepted) return endPinStep(modem, result);
  const isOptional = modem.step === STEP_CREG || modem.step === STEP_CLTS;
  if (result !== 0 && !isOptional) return failStep(modem);
  modem.failures = 0;
  modem.isAccepted = false;
  if (modem.step < STEP_LAST) {
    modem.step++;
    return giveStep(modem);
  }
  modem.state = STATE_READY;
  modem.pollDueMs = modem.clock.uptimeMs();
  modem.polls = 0;
  setRegistered(modem, modem.registered ? 1 : 0);
  tell(modem, 'ready', modem.reads.length);
  next(modem);
}

/** Gives the next command that is worth giving, or waits until one is. */
function next(modem: Modem): void {
  modem.command = COMMAND_NONE;
  modem.pduBytes = -1;
  modem.pdu = '';
  modem.isAccepted = false;
  if (modem.deletes.length) return give(modem, COMMAND_DELETE, 'AT+CMGD=' + modem.deletes[0], ANSWER_MS);
  if (modem.reads.length && !modem.inbox) return give(modem, COMMAND_READ, 'AT+CMGR=' + modem.reads[0], ANSWER_MS);
  modem.send = takeSend(modem.outbox, modem.index);
  if (modem.send) return give(modem, COMMAND_PROMPT, 'AT+CMGS=' + modem.send.bytes.length, ANSWER_MS);
  if (modem.mustList) {
    modem.mustList = false;
    return give(modem, COMMAND_LIST, 'AT+CMGL=4', LIST_MS);
  }
  const waitMs = modem.pollDueMs - modem.clock.uptimeMs();
  if (waitMs > 0) return arm(modem, sendWaitMs(modem.outbox, modem.index, waitMs));
  give(modem, COMMAND_POLL, POLL.split('|')[modem.step = 0], ANSWER_MS);
}

function endPoll(modem: Modem): void {
  modem.step++;
  const last = modem.polls % POLL_CYCLE === 0 ? POLL_FULL : POLL_SHORT;
  if (modem.step < last) return give(modem, COMMAND_POLL, POLL.split('|')[modem.step], ANSWER_MS);
  modem.polls++;
  modem.pollDueMs = modem.clock.uptimeMs() + (modem.opts.pollMs || DEFAULT_POLL_MS);
  next(modem);
}

/** Calls the handler from an event of its own, with nothing of the driver on the stack. */
function deliver(modem: Modem): void {
  const sms = modem.inbox;
  const number = modem.received;
  modem.inbox = null;
  if (modem.state === STATE_READY && modem.command === COMMAND_NONE) arm(modem, 0);
  if (!sms) return;
  modem.opts.onSms(sms, function () {
    const at = modem.handedNumbers.indexOf(number);
    if (at < 0) return;
    modem.deletes.push(modem.handed[at]);
    modem.handed.splice(at, 1);
    modem.handedNumbers.splice(at, 1);
    if (modem.state === STATE_READY && modem.command === COMMAND_NONE) arm(modem, 0);
  });
}

/** A place could not be read, or not understood: again, and deleted after READ_TRIES. */
function failRead(modem: Modem): void {
  modem.failures++;
  if (modem.failures < READ_TRIES) return;
  modem.failures = 0;
  modem.deletes.push(modem.reads[0]);
  modem.reads.splice(0, 1);
  modem.badSms++;
  tell(modem, 'bad-sms', modem.badSms);
}

/** The message of the place that was read, or null when its line was cut or says nothing we know. */
function readPdu(modem: Modem): Pdu | null {
  try {
    const bytes = bytesOfHex(modem.pdu);
    return bytes.length === modem.pduBytes + 1 + bytes[0] ? decodePdu(bytes, false) : null;
  } catch (error) {
    return null;
  }
}

function endRead(modem: Modem, result: number): void {
  if (result === 0 && modem.pduBytes >= 0) {
    const pdu = readPdu(modem);
    if (!pdu || pdu.status >= 0) return failRead(modem);
    modem.failures = 0;
    modem.received++;
    modem.inbox = {
      from: pdu.address, text: pdu.text, data: pdu.data, port: pdu.port, total: pdu.total, part: pdu.part, ref: pdu.ref, sentAt: pdu.sentAt, modem: modem.index,
    };
    modem.handed.push(modem.reads[0]);
    modem.handedNumbers.push(modem.received);
    modem.clock.after(0, function () {
      deliver(modem);
    });
  } else if (result !== 0 && result !== 321) {
    modem.failures++;
    if (modem.failures < READ_TRIES) return;
    modem.mustList = true;
  }
  modem.failures = 0;
  modem.reads.splice(0, 1);
}

function endDelete(modem: Modem, result: number): void {
  modem.failures++;
  if (result !== 0 && modem.failures < READ_TRIES) return;
  modem.failures = 0;
  modem.deletes.splice(0, 1);
}

/** The command in flight has ended with `result` (lines.ts resultOf). */
function finish(modem: Modem, result: number): void {
  const command = modem.command;
  if (command === COMMAND_START) return endStep(modem, result);
  if (command === COMMAND_PIN) {
    modem.pinRefused = result !== 0;
    return failStep(modem);
  }
  if (command === COMMAND_POLL) return endPoll(modem);
  if (command === COMMAND_READ) endRead(modem, result);
  else if (command === COMMAND_DELETE) endDelete(modem, result);
  else if (command === COMMAND_PROMPT) dropSend(modem, result === 0 ? SEND_ERROR : result);
  else if (command === COMMAND_SEND) dropSend(modem, result === 0 && !modem.isAccepted ? SEND_NO_ANSWER : result);
  next(modem);
}

/** Keeps a place of the store in mind, once. */
function rememberPlace(modem: Modem, place: number): void {
  if (place < 1 || modem.reads.length >= MAX_PLACES) return;
  if (modem.reads.indexOf(place) >= 0 || modem.handed.indexOf(place) >= 0 || modem.deletes.indexOf(place) >= 0) return;
  modem.reads.push(place);
}

function noteStore(modem: Modem, line: string): void {
  const used = numberIn(fieldOf(line, 1));
  if (fieldOf(line, 0).indexOf('"') < 0 || used < 0) return;
  modem.stored = used;
  modem.capacity = numberIn(fieldOf(line, 2));
  if (used > modem.reads.length + modem.handed.length + modem.deletes.length) modem.mustList = true;
  if (used >= modem.capacity) tell(modem, 'store-full', used);
}

function noteTime(modem: Modem, line: string): void {
  const seconds = timeOf(line);
  if (seconds <= 0) return;
  modem.networkTime = seconds;
  tell(modem, 'time', seconds);
}

/** Lines that belong to a command or come by themselves and carry a value. */
function noteValue(modem: Modem, line: string): void {
  const name = line.substr(0, 6);
  if (name === '+CMTI:') {
    rememberPlace(modem, numberIn(fieldOf(line, 1)));
    if (modem.state === STATE_READY && modem.command === COMMAND_NONE) arm(modem, 0);
  } else if (name === '+CMGL:') rememberPlace(modem, numberIn(fieldOf(line, 0)));
  else if (name === '+CMGR:') modem.pduBytes = numberIn(fieldOf(line, 2));
  else if (name === '+CMGS:') modem.isAccepted = modem.command === COMMAND_SEND;
  else if (name === '+CREG:') {
    setRegistered(modem, numberIn(fieldOf(line, line.indexOf(',') < 0 ? 0 : 1)));
    if (modem.state === STATE_READY && modem.command === COMMAND_NONE) arm(modem, 0);
  } else if (name === '+CPIN:') {
    if (modem.state === STATE_READY) {
      if (line.substr(7, 3) === 'NOT') begin(modem);
    } else if (modem.step === STEP_PIN) {
      modem.isAccepted = line === '+CPIN: READY';
      modem.pdu = line.substr(7);
    }
  } else if (name === '+CSQ: ') modem.rssi = numberIn(line.substr(5));
  else if (name === '+COPS:') modem.operator = quotedIn(line);
  else if (name === '+CBC: ') modem.supplyMv = numberIn(fieldOf(line, 2));
  else if (name === '+CPMS:') noteStore(modem, line);
  else if (name === '+CCLK:' || name === '*PSUTT') noteTime(modem, line);
}

/** One line, without its end. What it does not know it passes over: echo, noise, calls. */
function takeLine(modem: Modem, line: string): void {
  if (line === '' || modem.state === STATE_OFF) return;
  if (line === 'RDY' || line === 'Call Ready' || line === 'SMS Ready' || line === '+CFUN: 1') return begin(modem);
  if (line.substr(0, 13) === 'UNDER-VOLTAGE') tell(modem, 'under-voltage', modem.supplyMv);
  if (line.indexOf('POWER DOWN') >= 0) return powerCycle(modem);
  const result = modem.command === COMMAND_NONE ? RESULT_NONE : resultOf(line);
  if (result !== RESULT_NONE) return finish(modem, result);
  if (modem.command === COMMAND_READ && modem.pduBytes >= 0 && modem.pdu === '' && line.charAt(0) === '0') modem.pdu = line;
  else noteValue(modem, line);
}

function takeBytes(modem: Modem, bytes: Uint8Array): void {
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i] === 13 ? 10 : bytes[i]);
  modem.line += text;
  for (let end = modem.line.indexOf('\n'); end >= 0; end = modem.line.indexOf('\n')) {
    const line = modem.isSkipping ? '' : modem.line.substr(0, end);
    modem.line = modem.line.substr(end + 1);
    modem.isSkipping = false;
    takeLine(modem, line);
  }
  if (modem.command === COMMAND_PROMPT && modem.send && modem.line.indexOf('>') >= 0) {
    modem.line = '';
    modem.command = COMMAND_SEND;
    arm(modem, SEND_MS);
    writeText(modem, '00' + hexOfBytes(modem.send.bytes) + CTRL_Z);
  } else if (modem.line.length > MAX_LINE) {
    modem.line = '';
    modem.isSkipping = true;
  }
}

/** The timer: no answer in time, a pause that is over, or work to look for. */
function tick(modem: Modem): void {
  modem.timer = 0;
  if (modem.state === STATE_OFF) return;
  if (modem.command !== COMMAND_NONE) {
    modem.timeouts++;
    if (modem.state === STATE_STARTING && modem.step === 0) failStep(modem);
    else begin(modem);
  } else if (modem.state === STATE_STARTING) giveStep(modem);
  else next(modem);
}

/** Makes a driver on a send queue of its own or a shared one; startModem() sets it going. */
export function createModem(uart: Uart, clock: Clock, opts: ModemOptions, shared?: Outbox): Modem {
  const outbox = shared || createOutbox(clock, opts.store, opts.maxTries);
  const modem = createState(uart, clock, outbox, opts);
  modem.tick = function () {
    tick(modem);
  };
  outbox.ready[modem.index] = false;
  outbox.wake[modem.index] = function () {
    if (modem.state === STATE_READY && modem.command === COMMAND_NONE) arm(modem, 0);
  };
  uart.onData(function (bytes) {
    takeBytes(modem, bytes);
  });
  return modem;
}

export function startModem(modem: Modem): void {
  if (modem.state !== STATE_OFF) return;
  modem.state = STATE_STARTING;
  tell(modem, 'starting', 0);
  powerUp(modem);
}

/** Stops at once. What waits in the queue stays there. */
export function stopModem(modem: Modem): void {
  dropSend(modem, modem.isAccepted ? SEND_OK : SEND_NO_ANSWER);
  modem.inbox = null;
  modem.state = STATE_OFF;
  modem.command = COMMAND_NONE;
  modem.outbox.ready[modem.index] = false;
  modem.clock.cancel(modem.timer);
  if (modem.opts.power) modem.opts.power.off();
}

/** Queues a text of at most 160 septets. Throws `pdu-address`, `pdu-length`, `pdu-text` (not GSM-7), `modem-queue-full`. */
export function sendText(outbox: Outbox, to: string, text: string, done: SendDone | null): void {
  const septets = septetsOfText(text);
  if (!septets) throw fail('pdu-text', 'characters of GSM-7');
  queueSend(outbox, encodeSubmit(to, CODING_GSM7, null, septets, VALIDITY_DAY), done);
}

/** Queues at most 133 octets of data to a port. Throws `pdu-address`, `pdu-length`, `modem-queue-full`. */
export function sendData(outbox: Outbox, to: string, bytes: Uint8Array, port: number, done: SendDone | null): void {
  queueSend(outbox, encodeSubmit(to, CODING_8BIT, portHeader(port), bytes, VALIDITY_DAY), done);
}

/** For diagnostics: nothing is asked of the modem. */
export function modemStatus(modem: Modem): ModemStatus {
  return {
    state: modem.state, registered: modem.registered, rssi: modem.rssi, operator: modem.operator, supplyMv: modem.supplyMv,
    networkTime: modem.networkTime, stored: modem.stored, capacity: modem.capacity, queued: modem.outbox.queue.length, sent: modem.sent,
    received: modem.received, badSms: modem.badSms, timeouts: modem.timeouts, restarts: modem.restarts,
  };
}
