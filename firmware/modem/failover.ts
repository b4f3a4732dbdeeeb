// All modems of a board as one: a message goes out through the first modem that is registered, after a failure through
// the next one, and comes in through any. They share one send queue, so what one modem drops the other carries. Leaves
// the modems themselves to modem.ts, sending to outbox.ts.
import { Clock, Uart } from '../hal';
import { createModem, modemStatus, startModem, stopModem } from './modem';
import { createOutbox } from './outbox';
import { N_REGISTERED, Outbox } from './state';
import { ModemOptions, ModemStatus } from './types';

/** Makes a driver for every uart, the first is preferred; `opts` holds for all. startModems() sets them going. */
export function createModems(uarts: Uart[], clock: Clock, opts: ModemOptions): Outbox {
  const outbox = createOutbox(clock, opts);
  for (let i = 0; i < uarts.length; i++) createModem(uarts[i], outbox);
  return outbox;
}

export function startModems(outbox: Outbox): void {
  for (let i = 0; i < outbox.list.length; i++) startModem(outbox.list[i]);
}

export function stopModems(outbox: Outbox): void {
  for (let i = 0; i < outbox.list.length; i++) stopModem(outbox.list[i]);
}

/** Place of the modem that a message leaves by now: the first that is registered; the first of all where none is. */
export function modemInUse(outbox: Outbox): number {
  for (let i = 0; i < outbox.list.length; i++) if (outbox.list[i].n[N_REGISTERED] === 1) return i;
  return 0;
}

/** One row a modem. */
export function modemsStatus(outbox: Outbox): ModemStatus[] {
  const rows: ModemStatus[] = [];
  for (let i = 0; i < outbox.list.length; i++) rows.push(modemStatus(outbox.list[i]));
  return rows;
}
