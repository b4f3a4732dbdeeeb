// The driver's ground floor: giving a command, events, the state of registration, and starting from the beginning, by
// which every doubt is settled. Leaves what is given when to modem.ts.
import { endSend, SEND_NO_ANSWER, SEND_OK } from './outbox';
import {
  COMMAND_DELETE,
  COMMAND_NONE,
  Modem,
  N_ACCEPTED,
  N_COMMAND,
  N_FAILURES,
  N_INDEX,
  N_REGISTERED,
  N_STATE,
  N_STEP,
  N_TIMER,
  STATE_OFF,
  STATE_READY,
  STATE_STARTING,
  STAT_RESTARTS,
  STAT_SENT,
  arm,
} from './state';
import { ModemEventName } from './types';

/** After an ESC, so that what was on its way is over before the first command. */
export const QUIET_MS = 300;

export function tell(modem: Modem, name: ModemEventName, value: number | string): void {
  if (modem.outbox.opts.onEvent) modem.outbox.opts.onEvent(name, value, modem.n[N_INDEX], modem.outbox.opts.owner);
}

/** Writes `text` for the purpose `command`; tick() comes when the answer has not come within `answerMs`. */
export function give(modem: Modem, command: number, text: string, answerMs: number): void {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  modem.n[N_COMMAND] = command;
  arm(modem, answerMs);
  modem.uart.write(bytes);
}

export function setRegistered(modem: Modem, status: number): void {
  const registered = status === 1 || status === 5 ? 1 : 0;
  if (registered === modem.n[N_REGISTERED]) return;
  modem.n[N_REGISTERED] = registered;
  tell(modem, registered ? 'registered' : 'unregistered', status);
}

/** Hands the message in flight, if any, back to the queue. */
export function dropSend(modem: Modem, result: number): void {
  const send = modem.send;
  modem.send = null;
  if (!send) return;
  if (result === SEND_OK) modem.n[STAT_SENT]++;
  if (endSend(modem.outbox, send, result)) tell(modem, result === SEND_OK ? 'sent' : 'send-failed', result);
}

/**
 * Starts up from the first step. Leaves an open prompt first, so that no command can become the text of an SMS. A
 * deletion without an answer is forgotten: its place may hold a new message by now, and if not, the old one only comes
 * again.
 */
export function begin(modem: Modem): void {
  const wasReady = modem.n[N_STATE] === STATE_READY;
  if (modem.n[N_COMMAND] === COMMAND_DELETE) modem.dels.splice(0, 1);
  modem.n[N_STATE] = STATE_STARTING;
  modem.n[N_STEP] = 0;
  modem.n[N_FAILURES] = 0;
  modem.line = '';
  modem.pdu = '';
  dropSend(modem, modem.n[N_ACCEPTED] ? SEND_OK : SEND_NO_ANSWER);
  modem.n[N_ACCEPTED] = 0;
  if (wasReady) {
    modem.n[STAT_RESTARTS]++;
    tell(modem, 'restart', modem.n[STAT_RESTARTS]);
  }
  give(modem, COMMAND_NONE, '\x1b\r', QUIET_MS);
}

/** Starts up, with the power switched on before where there is a switch, and off for `offMs` before that. */
export function powerUp(modem: Modem, offMs: number): void {
  const power = modem.outbox.opts.power;
  begin(modem);
  if (!power) return;
  modem.outbox.clock.cancel(modem.n[N_TIMER]);
  if (offMs) {
    tell(modem, 'power-cycle', offMs);
    power.modemOff(modem.n[N_INDEX]);
  }
  modem.n[N_TIMER] = modem.outbox.clock.after(offMs, function () {
    power.modemOn(modem.n[N_INDEX], function () {
      if (modem.n[N_STATE] !== STATE_OFF) begin(modem);
    });
  });
}
