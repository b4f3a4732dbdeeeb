// The driver's ground floor: giving a command, the one timer, events, the state of registration, and starting from the
// beginning, by which every doubt is settled. Leaves what is given when to modem.ts.
import { endSend, SEND_NO_ANSWER, SEND_OK } from './outbox';
import { COMMAND_DELETE, COMMAND_NONE, Modem, STATE_OFF, STATE_READY, STATE_STARTING, STAT_RESTARTS, STAT_SENT } from './state';
import { ModemEventName } from './types';

/** After an ESC, so that what was on its way is over before the first command. */
export const QUIET_MS = 300;

export function tell(modem: Modem, name: ModemEventName, value: number | string): void {
  if (modem.opts.onEvent) modem.opts.onEvent(name, value, modem.index);
}

/** Calls tick() in `ms`; there is one timer a modem. */
export function arm(modem: Modem, ms: number): void {
  modem.clock.cancel(modem.timer);
  modem.timer = modem.clock.after(ms, modem.tick);
}

/** Writes `text` for the purpose `command`; tick() comes when the answer has not come within `answerMs`. */
export function give(modem: Modem, command: number, text: string, answerMs: number): void {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  modem.command = command;
  arm(modem, answerMs);
  modem.uart.write(bytes);
}

export function setRegistered(modem: Modem, status: number): void {
  const registered = status === 1 || status === 5;
  if (registered !== modem.registered) {
    modem.registered = registered;
    tell(modem, registered ? 'registered' : 'unregistered', status);
  }
  modem.outbox.ready[modem.index] = registered && modem.state === STATE_READY;
}

/** Hands the message in flight, if any, back to the queue. */
export function dropSend(modem: Modem, result: number): void {
  const send = modem.send;
  modem.send = null;
  if (!send) return;
  if (result === SEND_OK) modem.stats[STAT_SENT]++;
  if (endSend(modem.outbox, send, result)) tell(modem, result === SEND_OK ? 'sent' : 'send-failed', result);
}

/**
 * Starts up from the first step. Leaves an open prompt first, so that no command can become the text of an SMS. A deletion
 * without an answer is forgotten: its place may hold a new message by now, and if not, the old one only comes again.
 */
export function begin(modem: Modem): void {
  const wasReady = modem.state === STATE_READY;
  if (modem.command === COMMAND_DELETE) modem.deletes.splice(0, 1);
  modem.state = STATE_STARTING;
  modem.step = 0;
  modem.failures = 0;
  modem.line = '';
  modem.pdu = '';
  modem.outbox.ready[modem.index] = false;
  dropSend(modem, modem.isAccepted ? SEND_OK : SEND_NO_ANSWER);
  modem.isAccepted = false;
  if (wasReady) {
    modem.stats[STAT_RESTARTS]++;
    tell(modem, 'restart', modem.stats[STAT_RESTARTS]);
  }
  give(modem, COMMAND_NONE, '\x1b\r', QUIET_MS);
}

/** Starts up, with the power switched on before where there is a switch, and off for `offMs` before that. */
export function powerUp(modem: Modem, offMs: number): void {
  const power = modem.opts.power;
  begin(modem);
  if (!power) return;
  modem.clock.cancel(modem.timer);
  if (offMs) {
    tell(modem, 'power-cycle', offMs);
    power.modemOff(modem.index);
  }
  modem.timer = modem.clock.after(offMs, function () {
    power.modemOn(modem.index, function () {
      if (modem.state !== STATE_OFF) begin(modem);
    });
  });
}
