// The modem driver: start-up, one command at a time, incoming and outgoing SMS, diagnostics; survives restarts of the
// modem in the middle of anything, lost and mangled answers, commands that it refuses, a full store. Spec: 3GPP TS
// 27.005 3 (SMS), 27.007 (general), the kinds' manuals. A message is deleted only when the handler has acknowledged it;
// every doubt is settled by starting up again and looking at the store, so an SMS can come twice but is not lost. Here
// are the lines that come and the timer. Leaves what differs by model to kinds/, the start-up to start-up.ts, what is
// given next to ready.ts, sending and its queue to outbox.ts, what lines carry to incoming.ts, several modems to
// failover.ts, trust in content to the caller.
import { hexOfBytes } from '../../protocol/sms/pdu';
import { RADIO_LTE, RADIO_UNKNOWN } from '../../protocol/wire';
import { Uart } from '../hal';
import { begin, dropSend, give, giveStep, powerUp } from './drive';
import { handOver, noteValue } from './incoming';
import { isReadyLine, radioOf } from './kinds/kinds';
import { RESULT_NONE, holds, resultOf } from './lines';
import { SEND_NO_ANSWER, SEND_OK, pduOf } from './outbox';
import { endList, endPollStep, endSubmit, endStore, next } from './ready';
import { POWER_OFF_MS, endStep, failStep } from './start-up';
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
  NET_LTE,
  NET_TOLD,
  N_ACCEPTED,
  N_COMMAND,
  N_INDEX,
  N_KIND,
  N_NETS,
  N_PDU_BYTES,
  N_PIN_REFUSED,
  N_REGISTERED,
  N_SKIPPING,
  N_SLOW,
  N_STATE,
  N_STEP,
  N_TECHNOLOGY,
  N_TIMER,
  Outbox,
  STATE_OFF,
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
  STAT_TIMEOUTS,
  STAT_TIME_AT,
  arm,
  createState,
  notify,
} from './state';
import { ModemStatus } from './types';

/** Longest line that is kept: a PDU of 176 bytes in hex. */
export const MAX_LINE = 360;
const SEND_MS = 60000;

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
    if (endPollStep(modem, result)) return;
  } else if (command === COMMAND_READ || command === COMMAND_DELETE) endStore(modem, result);
  else if (command === COMMAND_LIST) endList(modem, result);
  else if (command === COMMAND_PROMPT || command === COMMAND_SEND) endSubmit(modem, result);
  next(modem);
}

/** One line, without its end. What it does not know it passes over: echo, noise, calls. */
function takeLine(modem: Modem, line: string): void {
  const n = modem.n;
  if (line === '' || n[N_STATE] === STATE_OFF) return;
  if (isReadyLine(line)) return begin(modem);
  if (line.substr(0, 13) === 'UNDER-VOLTAGE') notify(modem, 'under-voltage', n[STAT_SUPPLY_MV]);
  if (holds(line, 'POWER DOWN')) return powerUp(modem, POWER_OFF_MS);
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
 * RADIO_ code of the technology in use: +COPS's, or LTE where none is named and +CEREG alone is registered; unknown
 * while unregistered.
 */
export function modemRadio(modem: Modem): number {
  const n = modem.n;
  if (n[N_REGISTERED] !== 1) return RADIO_UNKNOWN;
  return n[N_TECHNOLOGY] < 0 && n[N_NETS] % NET_TOLD === NET_LTE ? RADIO_LTE : radioOf(n[N_KIND], n[N_TECHNOLOGY]);
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
