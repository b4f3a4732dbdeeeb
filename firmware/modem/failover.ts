// All modems of a board as one: a message goes out through the first modem that is registered, after a failure through the
// next one, and comes in through any. They share one send queue, so what one modem drops the other carries.
// Leaves the modems themselves to modem.ts.
import { Clock, Uart } from '../hal';
import { createModem, modemStatus, sendData, sendText, startModem, stopModem } from './modem';
import { Outbox, createOutbox } from './outbox';
import { Modem } from './state';
import { ModemOptions, ModemPower, ModemStatus, SendDone } from './types';

export interface Modems {
  outbox: Outbox;
  list: Modem[];
}

/**
 * Makes a driver for every uart, first is preferred; `opts` holds for all, `power` is the board's, `pins` by modem (secret,
 * may be missing). startModems() sets them going.
 */
export function createModems(uarts: Uart[], clock: Clock, power: ModemPower | null, pins: string[], opts: ModemOptions): Modems {
  const outbox = createOutbox(clock, opts);
  const list: Modem[] = [];
  if (power) opts.power = power;
  opts.pins = pins;
  for (let i = 0; i < uarts.length; i++) list.push(createModem(uarts[i], clock, opts, i, outbox));
  return { outbox: outbox, list: list };
}

export function startModems(modems: Modems): void {
  for (let i = 0; i < modems.list.length; i++) startModem(modems.list[i]);
}

export function stopModems(modems: Modems): void {
  for (let i = 0; i < modems.list.length; i++) stopModem(modems.list[i]);
}

/** As sendText() of modem.ts. */
export function modemsSendText(modems: Modems, to: string, text: string, done: SendDone | null): void {
  sendText(modems.outbox, to, text, done);
}

/** As sendData() of modem.ts. */
export function modemsSendData(modems: Modems, to: string, bytes: Uint8Array, port: number, done: SendDone | null): void {
  sendData(modems.outbox, to, bytes, port, done);
}

/** One row a modem. */
export function modemsStatus(modems: Modems): ModemStatus[] {
  const rows: ModemStatus[] = [];
  for (let i = 0; i < modems.list.length; i++) rows.push(modemStatus(modems.list[i]));
  return rows;
}
