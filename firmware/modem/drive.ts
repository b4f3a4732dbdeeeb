// The driver's ground floor: giving a command, and starting from the beginning, by which every doubt is settled.
// Leaves what is given when to start-up.ts and ready.ts.
import { endSend, hasDue, SEND_NO_ANSWER, SEND_OK } from './outbox';
import { POLL_FULL, STEP_MODE, STEP_PIN, STEP_POLL, commandOf, storeName } from './kinds/kinds';
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
  N_KIND,
  N_LEFT_OUT,
  N_LIST_FAILURES,
  N_MUTES,
  N_MUTE_STEP,
  N_NOTICES,
  N_OPEN,
  N_OPEN_AT,
  N_PASSED,
  N_SINCE,
  N_SLOW,
  N_STATE,
  N_STEP,
  N_STORE,
  N_TIMER,
  STATE_OFF,
  STATE_READY,
  STATE_STARTING,
  STAT_RESTARTS,
  STAT_SENT,
  arm,
  notify,
} from './state';

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

/** Command of the present step, whole; '' when it is no step of this modem. */
function stepCommand(modem: Modem): string {
  const parts = commandOf(modem.n[N_KIND], modem.n[N_STEP]).split('$');
  return parts.join(parts.length > 2 ? '"' + storeName(modem.n[N_STORE]) + '"' : '' + modem.n[N_NOTICES]);
}

/** Gives the command of the present step. */
export function giveStep(modem: Modem, command: number): void {
  modem.n[N_ACCEPTED] = 0;
  if (modem.n[N_STEP] === 0 && !modem.n[N_OPEN]++) modem.n[N_OPEN_AT] = modem.outbox.clock.uptimeMs();
  const isFirst = modem.n[N_STEP] === 0 && modem.n[N_SLOW] === 0;
  give(modem, command, stepCommand(modem) + '\r', isFirst ? AT_MS : ANSWER_MS);
}

/**
 * Whether the present step is one of this modem's and not passed over. A modem that had no answer lately may take
 * minutes over all of them: while a message is due it is given what sending needs, and the rest when none is.
 */
function hasStep(modem: Modem): boolean {
  const n = modem.n;
  if ((n[N_PASSED] >> n[N_STEP]) & 1 || commandOf(n[N_KIND], n[N_STEP]) === '') return false;
  if (n[N_STATE] === STATE_READY || n[N_STEP] >= STEP_POLL || n[N_STEP] === STEP_PIN || n[N_STEP] === STEP_MODE)
    return true;
  if (!n[N_SLOW] || !hasDue(modem.outbox)) return true;
  n[N_LEFT_OUT] = 1;
  return false;
}

/** Goes to the next step of this modem that is not passed over, at most to the end of a full poll. */
export function nextStep(modem: Modem): void {
  do modem.n[N_STEP]++;
  while (modem.n[N_STEP] < POLL_FULL && !hasStep(modem));
}

/** The modem refuses the present step or never answers it: it is passed over from now on. No step is a must. */
export function passStep(modem: Modem): void {
  modem.n[N_PASSED] |= 1 << modem.n[N_STEP];
  notify(modem, 'step-passed', stepCommand(modem));
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
  modem.n[N_LEFT_OUT] = 0;
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
    modem.n[N_OPEN] = 0;
    notify(modem, 'power-cycle', offMs);
    power.modemOff(modem.n[N_INDEX]);
  }
  modem.n[N_TIMER] = modem.outbox.clock.after(offMs, function () {
    power.modemOn(modem.n[N_INDEX], function () {
      if (modem.n[N_STATE] !== STATE_OFF) begin(modem);
    });
  });
}
