// The driver's ground floor: giving a command, and starting from the beginning, by which every doubt is settled.
// Leaves what is given when to start-up.ts and ready.ts.
import { endSend, SEND_NO_ANSWER, SEND_OK } from './outbox';
import { failDelete, failRead } from './places';
import {
  COMMAND_DELETE,
  COMMAND_LIST,
  COMMAND_NONE,
  COMMAND_POLL,
  COMMAND_READ,
  COMMAND_START,
  Modem,
  N_ACCEPTED,
  N_COMMAND,
  N_FAILURES,
  N_INDEX,
  N_LIST_FAILURES,
  N_MUTES,
  N_MUTE_STEP,
  N_PASSED,
  N_SINCE,
  N_SLOW,
  N_STATE,
  N_STEP,
  N_TIMER,
  STATE_OFF,
  STATE_READY,
  STATE_STARTING,
  STAT_RESTARTS,
  STAT_SENT,
  STEP_PIN,
  arm,
  notify,
} from './state';

/**
 * Commands by step: the start-up, then a poll, short or full. A full one also sets up again what a modem that restarted
 * without a word has lost. Split when needed so that they stay in flash.
 */
const SCRIPT =
  'ATQ0V1|ATE0|AT+CMEE=1|AT+CPIN?|AT+CREG=1|AT+CREG?|AT+CLTS=1|AT+CMGF=0|AT+CPMS="SM","SM","SM"|AT+CNMI=2,1,0,0,0|' +
  'AT+CREG?|AT+CSQ|AT+CPMS?|AT+COPS?|AT+CBC|AT+CCLK?|AT+CMGF=0|AT+CNMI=2,1,0,0,0';
/** Where a short and a full poll end; a full one ends with the script. */
export const POLL_SHORT = 13;
export const POLL_FULL = 18;
/** After an ESC, so that what was on its way is over before the first command; 8 times as long by N_SLOW. */
export const QUIET_MS = 300;
/** Time of an answer (SIM800 manual: maximum response time), the first command's, and of a modem that is slow. */
export const ANSWER_MS = 5000;
const AT_MS = 1500;
/** Times in a row that a step may have no answer before it is passed over. */
const STEP_MUTES = 3;
/** Seconds from the first answer after which a start-up has no more time: a step that fails once is passed over. */
const START_S = 180;

/** Writes `text` for the purpose `command`; tick() comes when the answer has not come within `answerMs`. */
export function give(modem: Modem, command: number, text: string, answerMs: number): void {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  modem.n[N_COMMAND] = command;
  arm(modem, answerMs === ANSWER_MS ? answerMs << modem.n[N_SLOW] : answerMs);
  modem.uart.write(bytes);
}

/** Gives the command of the present step. */
export function giveStep(modem: Modem, command: number): void {
  modem.n[N_ACCEPTED] = 0;
  const isFirst = modem.n[N_STEP] === 0 && modem.n[N_SLOW] === 0;
  give(modem, command, SCRIPT.split('|')[modem.n[N_STEP]] + '\r', isFirst ? AT_MS : ANSWER_MS);
}

/** Goes to the next step that is not passed over, at most to the end of the script. */
export function nextStep(modem: Modem): void {
  do modem.n[N_STEP]++;
  while (modem.n[N_STEP] < POLL_FULL && (modem.n[N_PASSED] >> modem.n[N_STEP]) & 1);
}

/** The modem refuses the present step or never answers it: it is passed over from now on. No step is a must. */
export function passStep(modem: Modem): void {
  modem.n[N_PASSED] |= 1 << modem.n[N_STEP];
  notify(modem, 'step-passed', SCRIPT.split('|')[modem.n[N_STEP]]);
}

/** Whether the start-up has no more time; the SIM's step has as long as it takes. */
export function isStartLate(modem: Modem): boolean {
  const sinceS = modem.n[N_SINCE];
  return sinceS > 0 && modem.n[N_STEP] !== STEP_PIN && modem.outbox.clock.uptimeMs() / 1000 - sinceS >= START_S;
}

/** Hands the message in flight, if any, back to the queue. */
export function dropSend(modem: Modem, result: number): void {
  const send = modem.send;
  modem.send = null;
  if (!send) return;
  if (result === SEND_OK) modem.n[STAT_SENT]++;
  if (endSend(modem.outbox, send, result)) notify(modem, result === SEND_OK ? 'sent' : 'send-failed', result);
}

/** The command in flight has had no answer, or the modem restarted over it. */
function dropCommand(modem: Modem): void {
  const n = modem.n;
  const command = n[N_COMMAND];
  n[N_COMMAND] = COMMAND_NONE;
  if (command === COMMAND_READ) failRead(modem, false);
  else if (command === COMMAND_DELETE) failDelete(modem, false);
  else if (command === COMMAND_LIST) n[N_LIST_FAILURES]++;
  else if ((command === COMMAND_START || command === COMMAND_POLL) && n[N_STEP] > 0) {
    n[N_MUTES] = n[N_MUTE_STEP] === n[N_STEP] ? n[N_MUTES] + 1 : 1;
    n[N_MUTE_STEP] = n[N_STEP];
    if (n[N_MUTES] >= STEP_MUTES || isStartLate(modem)) passStep(modem);
  }
}

/** Starts up from the first step. Leaves an open prompt first, so that no command can become the text of an SMS. */
export function begin(modem: Modem): void {
  const wasReady = modem.n[N_STATE] === STATE_READY;
  dropCommand(modem);
  modem.n[N_STATE] = STATE_STARTING;
  modem.n[N_STEP] = 0;
  modem.n[N_FAILURES] = 0;
  modem.line = '';
  modem.pdu = '';
  dropSend(modem, modem.n[N_ACCEPTED] ? SEND_OK : SEND_NO_ANSWER);
  modem.n[N_ACCEPTED] = 0;
  if (wasReady) {
    modem.n[STAT_RESTARTS]++;
    notify(modem, 'restart', modem.n[STAT_RESTARTS]);
  }
  give(modem, COMMAND_NONE, '\x1b\r', QUIET_MS << (3 * modem.n[N_SLOW]));
}

/** Starts up, with the power switched on before where there is a switch, and off for `offMs` before that. */
export function powerUp(modem: Modem, offMs: number): void {
  const power = modem.outbox.opts.power;
  begin(modem);
  if (!power) return;
  modem.outbox.clock.cancel(modem.n[N_TIMER]);
  if (offMs) {
    notify(modem, 'power-cycle', offMs);
    power.modemOff(modem.n[N_INDEX]);
  }
  modem.n[N_TIMER] = modem.outbox.clock.after(offMs, function () {
    power.modemOn(modem.n[N_INDEX], function () {
      if (modem.n[N_STATE] !== STATE_OFF) begin(modem);
    });
  });
}
