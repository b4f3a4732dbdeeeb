/** `status`: the board at a glance. It needs no unlock and shows nothing secret. */
import { hexOf } from '../../../console/hex';
import { printLine, printOk } from '../../../console/terminal';
import type { CommandDeclaration } from '../../../console/command';
import { roomBytes, type Journal } from '../../../journal/journal';
import { modemsStatus } from '../../../modem/failover';
import { N_NO_SMS, N_REGISTERED, N_STATE, STATE_READY, type Modem, type Outbox } from '../../../modem/state';
import type { Cold } from '../../cold';
import { isClosed, type Account } from '../../state/state';
import { isClockSet, nowSeconds } from '../../state/store';
import { countBatches } from '../../batches/cache';
import { waitingAccounts } from '../../payments/retire';
import { dayLimitText } from '../../signing/policy';
import { isArchiveDue, roomPayments } from '../../payments/tidy';
import { requireAccount } from '../../state/accounts';
import { showRadio } from './modem';

export const STATUS = {
  usage: 'status',
  order: 1,
  summary: 'everything at a glance',
  isForFaulty: true,
  lines: {
    board: ['board <board:word> commit <commit:word> interpreter <interpreter:word>', 'what runs, and on what'],
    state: ['state <state:word>', 'factory, locked, unlocked, or the code of a fault'],
    time: ['time <unix_seconds:whole|unset>', "the board's clock"],
    uptime: ['uptime <uptime_s:whole>', 'seconds since the start'],
    boots: ['boots <boots:whole> pin-failures <pin_failures:whole>', 'starts; wrong PINs since the last right one'],
    memory: [
      'memory <used:whole> of <total:whole>[ <place:external>]',
      'variables of the interpreter; external: they lie outside of the chip',
    ],
    radios: ['radios <radios:rest>', 'off, or those that are on: wifi, ble; one that is on is the fault `radio-on`'],
    journal: ['journal records <records:whole> room <room_bytes:whole> writes <writes:whole>', 'the journal on flash'],
    payments: [
      'payments <payments:whole> archived <archived:whole> room <room:number>',
      'payments made, those of them in archives, and how many more find room before an archived one must retire',
    ],
    trouble: ['trouble <text:rest>', 'what an operator has to look at: Storage, or the last of a modem'],
    link: ['link <link:unpaired|up|down>', 'the line to HSM-Hot'],
    phones: ['phones <count:whole>', 'phones of the platform that alarms go to'],
    modem: [
      'modem <index:whole> <state:starting|registered|unregistered|no-sms> rssi <rssi:whole> ' +
        'operator <operator:rest> network-time <unix_seconds:whole|-> queued <queued:whole>',
      'a modem: no-sms takes no SMS; signal 0 to 31 (99: unknown), the network, its clock, messages to be sent',
    ],
    radio: [
      'radio <index:whole> <technology:GSM|UMTS|LTE|NR|-> model <model:rest>',
      'radio technology in use, -: unknown or no network; the modem in its own words, -: it has not said',
    ],
    audit: ['audit <entries:whole> head <head:hex>', 'the audit log: its length, the hash of its last entry'],
    signed: [
      'signed <signed:whole> refused <refused:whole> ignored-sms <ignored_sms:whole>',
      'payments, refusals and SMS left unanswered, since the start',
    ],
    account: [
      'account <account:whole> <standing:open|closed>[ <reason:word>] batches-hot <batches_hot:whole> ' +
        'batches-cold <batches_cold:whole>[ day-limit <day_limit:whole|none>]' +
        '[ alarm <alarm:word> <alarm_number:whole>]',
      'an account: why it is closed, batches of addresses derived, the most satoshi that a day may pay, the alarm ' +
        'that is sent until it is acknowledged',
    ],
  },
} satisfies CommandDeclaration;

/** How many payments the board holds and still can, and the trouble of those that wait. */
function showRoom(cold: Cold): void {
  const room = roomPayments(cold);
  printLine(
    cold.terminal,
    'payments ' + cold.state.paymentSerial + ' archived ' + cold.state.archivedSerial + ' room ' + room,
  );
  if (isArchiveDue(cold)) printLine(cold.terminal, 'trouble payments wait for room in the archives');
  const waiting = waitingAccounts(cold, false);
  for (let n = 0; n < cold.state.accountCount; n++)
    if (waiting & (1 << n))
      printLine(
        cold.terminal,
        'trouble account ' + n + ' has its share of the archives: its payments wait until the oldest are 3 days old',
      );
}

function stateName(cold: Cold): string {
  if (cold.fault) return cold.fault;
  if (!cold.state.isProvisioned) return 'factory';
  return cold.keys ? 'unlocked' : 'locked';
}

/** The journal on flash, and the payments that it and the archives hold. */
function showJournal(cold: Cold, journal: Journal): void {
  printLine(
    cold.terminal,
    'journal records ' + journal.records + ' room ' + roomBytes(journal) + ' writes ' + journal.writes,
  );
  showRoom(cold);
}

function stateOf(modem: Modem): string {
  const n = modem.n;
  if (n[N_STATE] !== STATE_READY) return 'starting';
  return n[N_NO_SMS] ? 'no-sms' : n[N_REGISTERED] === 1 ? 'registered' : 'unregistered';
}

function showModems(cold: Cold, outbox: Outbox): void {
  const modems = modemsStatus(outbox);
  for (let i = 0; i < modems.length; i++) {
    const modem = modems[i];
    printLine(
      cold.terminal,
      'modem ' +
        i +
        ' ' +
        stateOf(outbox.list[i]) +
        ' rssi ' +
        modem.rssi +
        ' operator ' +
        (modem.operator || '-') +
        ' network-time ' +
        (modem.networkTime || '-') +
        ' queued ' +
        modem.queued,
    );
  }
  if (cold.modemTrouble) printLine(cold.terminal, 'trouble ' + cold.modemTrouble);
  for (let i = 0; i < modems.length; i++) showRadio(cold, outbox.list[i]);
}

function showAccount(cold: Cold, account: Account): void {
  printLine(
    cold.terminal,
    'account ' +
      account.n +
      ' ' +
      (isClosed(cold.state, account.n) ? 'closed ' + (account.closed || account.alarm) : 'open') +
      ' batches-hot ' +
      countBatches(cold, account.n, 1) +
      ' batches-cold ' +
      countBatches(cold, account.n, 2) +
      ' day-limit ' +
      dayLimitText(account.policy) +
      (account.alarm ? ' alarm ' + account.alarm + ' ' + account.alarmAck : ''),
  );
}

export function runStatus(cold: Cold): void {
  const terminal = cold.terminal;
  const state = cold.state;
  const memory = cold.hal.memoryUse();
  printLine(
    terminal,
    'board ' + cold.hal.board + ' commit ' + cold.hal.commit + ' interpreter ' + cold.hal.interpreter,
  );
  printLine(terminal, 'state ' + stateName(cold));
  printLine(terminal, 'time ' + (isClockSet(cold) ? nowSeconds(cold) : 'unset'));
  printLine(terminal, 'uptime ' + Math.floor(cold.hal.clock.uptimeMs() / 1000));
  printLine(terminal, 'boots ' + state.bootCount + ' pin-failures ' + state.pinFailures);
  printLine(terminal, 'memory ' + memory.used + ' of ' + memory.total + (memory.isExternal ? ' external' : ''));
  printLine(terminal, 'radios ' + (cold.hal.radios() || 'off'));
  if (cold.journal) showJournal(cold, cold.journal);
  printLine(terminal, 'link ' + (!state.linkKey ? 'unpaired' : cold.link && cold.link.isUp ? 'up' : 'down'));
  printLine(terminal, 'phones ' + state.phones.length);
  if (cold.modem) showModems(cold, cold.modem);
  else if (cold.modemTrouble) printLine(terminal, 'trouble ' + cold.modemTrouble);
  printLine(terminal, 'audit ' + state.auditCount + ' head ' + hexOf(state.auditHead));
  printLine(
    terminal,
    'signed ' +
      cold.counters.signed +
      ' refused ' +
      cold.counters.refusals +
      ' ignored-sms ' +
      cold.counters.ignoredSms,
  );
  for (let n = 0; n < state.accountCount; n++) showAccount(cold, requireAccount(cold, n));
  printOk(terminal);
}
