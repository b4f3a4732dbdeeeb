/** `modem`: what each modem says and has counted. */
import { printLine, printOk } from '../../../console/terminal';
import type { CommandDeclaration } from '../../../console/command';
import { modemsStatus } from '../../../modem/failover';
import { modemTechnology } from '../../../modem/modem';
import type { Outbox } from '../../../modem/state';
import type { Cold } from '../../cold';

export const MODEM = {
  usage: 'modem',
  order: 22,
  summary: 'signal, registration, operator, supply, counters of each modem',
  isForFaulty: true,
  lines: {
    modem: [
      'modem <index:whole> state <state:whole> registered <registered:0|1> rssi <rssi:whole> ' +
        'supply-mv <supply_mv:whole> operator <operator:rest> stored <stored:whole> of <capacity:whole> ' +
        'sent <sent:whole> received <received:whole> timeouts <timeouts:whole> restarts <restarts:whole> ' +
        'queued <queued:whole> network-time <unix_seconds:whole|->',
      'state 0 off, 1 starting, 2 ready; signal 0 to 31 (99: unknown); supply in millivolts (0: unknown); ' +
        'counts since the start',
    ],
    radio: [
      'radio <index:whole> <technology:GSM|UMTS|LTE|NR|-> model <model:rest>',
      'radio technology in use, -: unknown or no network; the modem in its own words, -: it has not said',
    ],
    trouble: ['trouble <text:rest>', 'the last trouble of a modem'],
    none: ['modem none <why:rest>', 'no modem was started'],
  },
} satisfies CommandDeclaration;

export function runModem(cold: Cold): void {
  const rows = cold.modem ? modemsStatus(cold.modem) : [];
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    printLine(
      cold.terminal,
      'modem ' +
        i +
        ' state ' +
        row.state +
        ' registered ' +
        (row.registered ? 1 : 0) +
        ' rssi ' +
        row.rssi +
        ' supply-mv ' +
        row.supplyMv +
        ' operator ' +
        (row.operator || '-') +
        ' stored ' +
        row.stored +
        ' of ' +
        row.capacity +
        ' sent ' +
        row.sent +
        ' received ' +
        row.received +
        ' timeouts ' +
        row.timeouts +
        ' restarts ' +
        row.restarts +
        ' queued ' +
        row.queued +
        ' network-time ' +
        (row.networkTime || '-'),
    );
    const modem = (cold.modem as Outbox).list[i];
    printLine(cold.terminal, 'radio ' + i + ' ' + (modemTechnology(modem) || '-') + ' model ' + (modem.model || '-'));
  }
  if (cold.modemTrouble) printLine(cold.terminal, 'trouble ' + cold.modemTrouble);
  if (!rows.length)
    printLine(
      cold.terminal,
      'modem none ' + (cold.state.isProvisioned ? 'on this board' : 'started before the board is provisioned'),
    );
  printOk(cold.terminal);
}
