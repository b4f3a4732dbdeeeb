/** `modem`: what each modem says and has counted. */
import { printLine, printOk } from '../../../console/terminal';
import type { CommandDeclaration } from '../../../console/command';
import { modemsStatus } from '../../../modem/failover';
import { modemRadio } from '../../../modem/modem';
import { N_INDEX, type Modem, type Outbox } from '../../../modem/state';
import type { ModemTroubleName } from '../../../modem/types';
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
  troubles: {
    unregistered: 'has lost its network: look at the antenna, at the SIM, and whether the operator still runs GSM',
    restart: 'restarted by itself or stopped answering: look at its supply (2 A peaks) and its wires',
    'no-sim': 'finds no SIM: put one in',
    'pin-needed': 'has a SIM that asks for its PIN: take the PIN off in a phone',
    'pin-wrong': 'has a SIM that refused its PIN: take the PIN off in a phone',
    'under-voltage': 'has too low a supply: give it 3.7 to 4.2 V under load, 2 A',
    'power-cycle': 'did not answer and was switched off and on: look at its supply and its wires',
    'store-full': 'has a full store, and SMS wait in the network: nothing to do unless it stays',
    'bad-sms': 'had an SMS that cannot be understood, and it was deleted: nothing to do',
    'sms-stuck': 'has an SMS that cannot be read or deleted, and is left alone with it: nothing to do unless it stays',
    'step-passed': 'refuses this command or never answers it: nothing to do while SMS come and go',
    'unknown-modem': 'is in no table and is given the commands of the standards: try it with "sms"',
    'no-sms': 'takes no SMS, and the board can raise no alarm by it: take a SIM800, an A7670 or a SIM7600',
    'send-failed': "could not send an SMS: look at the SIM's credit and at the phone's number",
  },
} satisfies CommandDeclaration & { troubles: { [name in ModemTroubleName]: string } };

/** Names of RADIO_ codes, for people. */
const RADIOS = '-|-|GSM|UMTS|LTE|NR';

/** The line `radio` of a modem. */
export function showRadio(cold: Cold, modem: Modem): void {
  printLine(
    cold.terminal,
    'radio ' + modem.n[N_INDEX] + ' ' + RADIOS.split('|')[modemRadio(modem)] + ' model ' + (modem.model || '-'),
  );
}

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
    showRadio(cold, (cold.modem as Outbox).list[i]);
  }
  if (cold.modemTrouble) printLine(cold.terminal, 'trouble ' + cold.modemTrouble);
  if (!rows.length)
    printLine(
      cold.terminal,
      'modem none ' + (cold.state.isProvisioned ? 'on this board' : 'started before the board is provisioned'),
    );
  printOk(cold.terminal);
}
