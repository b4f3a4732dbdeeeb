/** Starts the modems and puts them together with what HSM-Cold does by SMS. */
import { createModems, startModems } from '../../modem/failover';
import { holds } from '../../modem/lines';
import { noteTrouble } from '../alarms/notices';
import type { Cold } from '../cold';
import { sendStore } from './send-store';
import { receiveSms } from './sms';

/** SMS that wait for a task at a time: what anybody sends while one runs long stays on the SIM and costs no memory. */
export const SMS_HELD_MAX = 3;

/** Reports of a modem that are no trouble. */
const QUIET_EVENTS = ' starting ready registered sent time ';

/** Keeps what a modem reports for status, unless it is no trouble. */
function noteModemEvent(name: string, value: number | string, index: number, cold: Cold): void {
  if (!holds(QUIET_EVENTS, ' ' + name + ' ')) noteTrouble(cold, 'modem ' + index + ' ' + name + ' ' + value);
}

/** Starts the board's modems, where it has any. */
export function startModem(cold: Cold): void {
  if (cold.modem || !cold.hal.modems.length) return;
  cold.modem = createModems(cold.hal.modems, cold.hal.clock, {
    onSms: receiveSms,
    onEvent: noteModemEvent,
    store: sendStore,
    power: cold.hal.power,
    maxHeld: SMS_HELD_MAX,
    owner: cold,
  });
  startModems(cold.modem);
}
