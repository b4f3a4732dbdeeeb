// The SIM800 driver: start-up, one command at a time, incoming and outgoing SMS, diagnostics; survives restarts of the modem
// in the middle of anything, lost and mangled answers, a full store. Spec: 3GPP TS 27.005 3 (SMS), 27.007 (general),
// SIM800 Series AT Command Manual. A message is deleted only when the handler has acknowledged it; every doubt is settled by
// starting up again and looking at the store, so an SMS can come twice but is not lost.
// Leaves the send queue to outbox.ts, what lines carry to incoming.ts, several modems to failover.ts, trust in content to the
// caller. Few and longer functions, because each costs the device about six variables.
import { CODING_8BIT, CODING_GSM7, encodeSubmit, hexOfBytes, portHeader } from '../../protocol/sms/pdu';
import { septetsOfText } from '../../protocol/sms/pdu-alphabet';
import { fail } from '../../protocol/errors';
import { Clock, Uart } from '../hal';
import { QUIET_MS, arm, begin, dropSend, give, powerUp, setRegistered, tell } from './drive';
import { READ_TRIES, handOver, noteValue } from './incoming';
import { RESULT_NONE, resultOf } from './lines';
import { Outbox, SEND_ERROR, SEND_NO_ANSWER, SEND_OK, createOutbox, queueSend, sendWaitMs, takeSend } from './outbox';
import {
  COMMAND_DECODE, COMMAND_DELETE, COMMAND_LIST, COMMAND_NONE, COMMAND_PIN, COMMAND_POLL, COMMAND_PROMPT, COMMAND_READ, COMMAND_SEND, COMMAND_START,
  Modem, STATE_OFF, STATE_READY, STATE_STARTING, STAT_BAD_SMS, STAT_CAPACITY, STAT_RECEIVED, STAT_RESTARTS, STAT_RSSI, STAT_SENT, STAT_STORED,
  STAT_SUPPLY_MV, STAT_TIME, STAT_TIMEOUTS, STEP_PIN, createState,
} from './state';
import { ModemOptions, ModemStatus, SendDone } from './types';

/** Commands of the start-up in order, and of a poll; split when needed so that they stay in flash. */
const START = 'AT|ATE0|AT+CMEE=1|AT+CPIN?|AT+CREG=1|AT+CREG?|AT+CLTS=1|AT+CMGF=0|AT+CPMS="SM","SM","SM"|AT+CNMI=2,1,0,0,0|AT+CMGL=4';
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
  give(modem, COMMAND_START, START.split('|')[modem.step] + '\r', modem.step === 0 ? AT_MS : modem.step === STEP_LAST ? LIST_MS : ANSWER_MS);
}

/** The step of the start-up did not succeed: again in a while, from the start, or with a power cycle. */
function failStep(modem: Modem): void {
  modem.command = COMMAND_NONE;
  modem.failures++;
  if (modem.step > 0 && modem.failures >= STEP_TRIES) begin(modem);
  else if (modem.step === 0 && modem.failures >= AT_TRIES) powerUp(modem, POWER_OFF_MS);
  else arm(modem, modem.step ? RETRY_MS : QUIET_MS);
}

/** A step has ended. At +CPIN? the SIM may be absent, asleep or asking for its PIN; one that was refused is never tried again. */
function endStep(modem: Modem, result: number): void {
  if (modem.step === STEP_PIN && !modem.isAccepted) {
    const asked = modem.pdu;
    modem.pdu = '';
    const pin = modem.opts.pins ? modem.opts.pins[modem.index] : '';
    if (asked === 'SIM PIN' && pin && !modem.pinRefused) return give(modem, COMMAND_PIN, 'AT+CPIN="' + pin + '"\r', ANSWER_MS);
    if (result === NO_SIM) {
      modem.handed = [];
      modem.handedNumbers = [];
    }
    if (modem.failures === 0 && result === NO_SIM) tell(modem, 'no-sim', result);
    if (modem.failures === 0 && asked !== '') tell(modem, modem.pinRefused ? 'pin-wrong' : 'pin-needed', asked);
    return failStep(modem);
  }
  if (result !== 0 && modem.step !== STEP_CREG && modem.step !== STEP_CLTS) return failStep(modem);
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
  if (modem.deletes.length) return give(modem, COMMAND_DELETE, 'AT+CMGD=' + modem.deletes[0] + '\r', ANSWER_MS);
  if (modem.reads.length) return give(modem, COMMAND_READ, 'AT+CMGR=' + modem.reads[0] + '\r', ANSWER_MS);
  modem.send = takeSend(modem.outbox, modem.index);
  if (modem.send) return give(modem, COMMAND_PROMPT, 'AT+CMGS=' + modem.send.bytes.length + '\r', ANSWER_MS);
  if (modem.mustList) {
    modem.mustList = false;
    return give(modem, COMMAND_LIST, 'AT+CMGL=4\r', LIST_MS);
  }
  const waitMs = modem.pollDueMs - modem.clock.uptimeMs();
  modem.step = 0;
  if (waitMs > 0) arm(modem, sendWaitMs(modem.outbox, modem.index, waitMs));
  else give(modem, COMMAND_POLL, POLL.split('|')[0] + '\r', ANSWER_MS);
}

/** The command in flight has ended with `result` (lines.ts resultOf). */
function finish(modem: Modem, result: number): void {
  const command = modem.command;
  if (command === COMMAND_START) return endStep(modem, result);
  if (command === COMMAND_PIN) {
    modem.pinRefused = result !== 0;
    return failStep(modem);
  }
  if (command === COMMAND_POLL) {
    modem.step++;
    if (modem.step < (modem.polls % POLL_CYCLE ? POLL_SHORT : POLL_FULL)) return give(modem, COMMAND_POLL, POLL.split('|')[modem.step] + '\r', ANSWER_MS);
    modem.polls++;
    modem.pollDueMs = modem.clock.uptimeMs() + (modem.opts.pollMs || DEFAULT_POLL_MS);
  } else if (command === COMMAND_READ && result === 0 && modem.pduBytes >= 0) {
    modem.command = COMMAND_DECODE;
    return arm(modem, 0);
  } else if (command === COMMAND_READ || command === COMMAND_DELETE) {
    // An empty place and one that will not be read leave the list alike: the next look at the store finds what is there.
    modem.failures = result === 0 || result === NO_INDEX ? 0 : modem.failures + 1;
    if (modem.failures % READ_TRIES === 0) (command === COMMAND_READ ? modem.reads : modem.deletes).splice(0, 1);
  } else if (command === COMMAND_PROMPT) dropSend(modem, result === 0 ? SEND_ERROR : result);
  else if (command === COMMAND_SEND) dropSend(modem, result === 0 && !modem.isAccepted ? SEND_NO_ANSWER : result);
  next(modem);
}

/** One line, without its end. What it does not know it passes over: echo, noise, calls. */
function takeLine(modem: Modem, line: string): void {
  if (line === '' || modem.state === STATE_OFF) return;
  if (line === 'RDY' || line === 'Call Ready' || line === 'SMS Ready' || line === '+CFUN: 1') return begin(modem);
  if (line.substr(0, 13) === 'UNDER-VOLTAGE') tell(modem, 'under-voltage', modem.stats[STAT_SUPPLY_MV]);
  if (line.indexOf('POWER DOWN') >= 0) return powerUp(modem, POWER_OFF_MS);
  const result = modem.command === COMMAND_NONE || modem.command === COMMAND_DECODE ? RESULT_NONE : resultOf(line);
  if (result !== RESULT_NONE) finish(modem, result);
  else if (modem.command === COMMAND_READ && modem.pduBytes >= 0 && modem.pdu === '' && line.charAt(0) === '0') modem.pdu = line;
  else noteValue(modem, line);
}

function takeBytes(modem: Modem, bytes: Uint8Array): void {
  modem.line += String.fromCharCode.apply(null, bytes as any);
  for (let end = modem.line.indexOf('\n'); end >= 0; end = modem.line.indexOf('\n')) {
    const line = modem.isSkipping ? '' : modem.line.substr(0, end).split('\r').join('');
    modem.line = modem.line.substr(end + 1);
    modem.isSkipping = false;
    takeLine(modem, line);
  }
  if (modem.command === COMMAND_PROMPT && modem.send && modem.line.indexOf('>') >= 0) {
    modem.line = '';
    give(modem, COMMAND_SEND, '00' + hexOfBytes(modem.send.bytes) + '\x1a', SEND_MS);
  } else if (modem.line.length > MAX_LINE) {
    modem.line = '';
    modem.isSkipping = true;
  }
}

/** The timer: no answer in time, a pause that is over, or work to look for. */
function tick(modem: Modem): void {
  modem.timer = 0;
  if (modem.state === STATE_OFF) return;
  if (modem.command === COMMAND_DECODE) handOver(modem);
  else if (modem.command !== COMMAND_NONE) {
    modem.stats[STAT_TIMEOUTS]++;
    if (modem.state === STATE_STARTING && modem.step === 0) failStep(modem);
    else begin(modem);
  } else if (modem.state === STATE_STARTING) giveStep(modem);
  else next(modem);
}

/** Makes the driver of modem `index` on a send queue of its own or a shared one; startModem() sets it going. */
export function createModem(uart: Uart, clock: Clock, opts: ModemOptions, index: number, shared: Outbox | null): Modem {
  const outbox = shared || createOutbox(clock, opts);
  const modem = createState(uart, clock, opts, index, outbox);
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
  tell(modem, 'starting', 0);
  powerUp(modem, 0);
}

/** Stops at once. What waits in the queue stays there. */
export function stopModem(modem: Modem): void {
  dropSend(modem, modem.isAccepted ? SEND_OK : SEND_NO_ANSWER);
  modem.state = STATE_OFF;
  modem.command = COMMAND_NONE;
  modem.outbox.ready[modem.index] = false;
  modem.clock.cancel(modem.timer);
  if (modem.opts.power) modem.opts.power.modemOff(modem.index);
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
  const stats = modem.stats;
  return {
    state: modem.state, registered: modem.registered, rssi: stats[STAT_RSSI], operator: modem.operator, supplyMv: stats[STAT_SUPPLY_MV],
    networkTime: stats[STAT_TIME], stored: stats[STAT_STORED], capacity: stats[STAT_CAPACITY], queued: modem.outbox.queue.length, sent: stats[STAT_SENT],
    received: stats[STAT_RECEIVED], badSms: stats[STAT_BAD_SMS], timeouts: stats[STAT_TIMEOUTS], restarts: stats[STAT_RESTARTS],
  };
}
