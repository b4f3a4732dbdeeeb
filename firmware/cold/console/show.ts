/**
 * The console's commands that only show: help, status, log. They need no unlock and show nothing secret.
 */
import { hexOf } from '../../console/hex';
import { printLine, printOk } from '../../console/terminal';
import { fail } from '../../../protocol/errors';
import { walk } from '../../journal/journal';
import { R_AUDIT, readU32 } from '../../journal/records';
import { modemsStatus } from '../../modem/failover';
import { requireAccount } from '../state/account-store';
import { isArchiveDue, roomPayments } from '../payments/archive';
import { countBatches } from '../batches/batches';
import type { Cold } from '../cold';
import { AUDIT_CODE_AT, AUDIT_HEAD_AT, isClosed } from '../state/state';
import { isClockSet, nowSeconds } from '../state/store';

/** The list is made when asked for: it would cost a hundred variables. */
export function showHelp(cold: Cold): void {
  const lines = [
    'status',
    'provision',
    'restore',
    'unlock',
    'lock',
    'account add <base64>',
    'account change <n> <base64>',
    'account allow <n> <address> ...',
    'account show <n>',
    'account list',
    'reopen <n>',
    'ack <number>',
    'link key <hex>',
    'phones <+number> ...',
    'time <unix seconds> [force]',
    'unattended on|off',
    'sweep begin|input|prev|sign <base64>',
    'backup',
    'state begin|line <base64>|end <channel id>,... [paid <payments>] [force]',
    'log [from]',
    'selftest',
    'modem',
    'memory',
    'flash',
    'noise',
    'bench',
    'sms <+number>',
    'service',
    'wipe',
  ];
  for (let i = 0; i < lines.length; i++) printLine(cold.terminal, lines[i]);
  printOk(cold.terminal);
}

/** Payments that still fit below which status warns. */
const ROOM_LOW = 1000;

/** How many payments the board holds and still can, and the trouble of one that is filling up. */
function showRoom(cold: Cold): void {
  const room = roomPayments(cold);
  printLine(
    cold.terminal,
    'payments ' + cold.state.paymentSerial + ' archived ' + cold.state.archivedSerial + ' room ' + room,
  );
  if (isArchiveDue(cold)) printLine(cold.terminal, 'trouble payments wait for room in Storage');
  else if (room < ROOM_LOW)
    printLine(cold.terminal, 'trouble Storage holds ' + room + ' more payments: prepare another board');
}

function stateName(cold: Cold): string {
  if (cold.fault) return cold.fault;
  if (!cold.state.isProvisioned) return 'factory';
  return cold.keys ? 'unlocked' : 'locked';
}

export function showStatus(cold: Cold): void {
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
  printLine(terminal, 'memory ' + memory.used + ' of ' + memory.total);
  if (cold.journal)
    printLine(
      terminal,
      'journal records ' +
        cold.journal.records +
        ' room ' +
        (cold.journal.base + cold.journal.halfBytes - cold.journal.end) +
        ' writes ' +
        cold.journal.writes,
    );
  if (cold.journal) showRoom(cold);
  printLine(terminal, 'link ' + (!state.linkKey ? 'unpaired' : cold.link && cold.link.isUp ? 'up' : 'down'));
  printLine(terminal, 'phones ' + state.phones.length);
  const modems = cold.modem ? modemsStatus(cold.modem) : [];
  for (let i = 0; i < modems.length; i++) {
    const modem = modems[i];
    printLine(
      terminal,
      'modem ' +
        i +
        ' ' +
        (modem.state < 2 ? 'starting' : modem.registered ? 'registered' : 'unregistered') +
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
  if (cold.modemTrouble) printLine(terminal, 'trouble ' + cold.modemTrouble);
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
  for (let n = 0; n < state.accountCount; n++) {
    const account = requireAccount(cold, n);
    printLine(
      terminal,
      'account ' +
        account.n +
        ' ' +
        (isClosed(state, n) ? 'closed ' + (account.closed || account.alarm) : 'open') +
        ' batches-hot ' +
        countBatches(cold, account.n, 1) +
        ' batches-cold ' +
        countBatches(cold, account.n, 2) +
        (account.alarm ? ' alarm ' + account.alarm + ' ' + account.alarmAck : ''),
    );
  }
  printOk(terminal);
}

/** The audit entries that the board still holds, from number `from`. */
export function showLog(cold: Cold, from: number): void {
  if (!cold.journal) throw fail('not-provisioned', 'there is no log yet');
  walk(cold.journal, function (type, payload) {
    if (type !== R_AUDIT || readU32(payload, 0) < from) return;
    printLine(
      cold.terminal,
      'audit ' +
        readU32(payload, 0) +
        ' ' +
        readU32(payload, 4) +
        ' ' +
        payload[AUDIT_CODE_AT] +
        ' ' +
        payload[AUDIT_CODE_AT + 1] +
        ' ' +
        (hexOf(payload.subarray(AUDIT_CODE_AT + 2)) || '-') +
        ' ' +
        hexOf(payload.subarray(AUDIT_HEAD_AT, AUDIT_CODE_AT)),
    );
  });
  printLine(cold.terminal, 'head ' + cold.state.auditCount + ' ' + hexOf(cold.state.auditHead));
  printOk(cold.terminal);
}
