/**
 * The console's commands on HSM-Cold. Reading (status, account show, log, help) needs no unlock and shows no secret;
 * whatever changes what the board will do asks for the PIN, whether it is unlocked or not; so does `wipe`, except on a
 * board whose fault (`device-damaged`, `journal-corrupt`, `selftest-failed`) leaves no PIN to check: there the typed
 * phrase is enough, or the board could not be used again. `service` gives the interpreter's prompt, from where all of
 * the flash can be read: with the PIN, or on a board whose device page is blank; where there is something on it and no
 * PIN to check, it is refused until a wipe. Spec: SPEC.md 12.
 */
import { wipe } from '../../crypto/index';
import { copyBytes } from '../../crypto/bytes';
import { bytesOfHex } from '../../console/hex';
import { ask, printError, printLine, printOk, printThrown } from '../../console/terminal';
import { decimalOf } from '../../../protocol/decimal';
import { fail } from '../../../protocol/errors';
import { rekeyPeer } from '../../../protocol/link/peer';
import { ALARM_REOPENED, U32_MAX } from '../../../protocol/wire';
import { isDeviceBlank } from '../../journal/device';
import { R_LINK } from '../../journal/records';
import { sendText } from '../../modem/modem';
import { addAccount, readAdding } from './account-add';
import { allowMore, arePhones, changeAccount, PHONES_MAX, printAccount } from './accounts';
import { printBackup, startRestoring } from './backup';
import { startCeremony } from './ceremony';
import { acknowledge, notifyV } from '../alarms/closing';
import type { Cold } from '../cold';
import { diagnose } from './diagnostics';
import { maskLinkKey } from '../link/link-key';
import { RESTART_DELAY_MS, lock, seedByPin, unlockWith, wipeBoard } from '../secrets/secrets';
import { startSelfTest } from '../secrets/selftest';
import { showHelp, showLog, showStatus } from './show';
import { requireAccount } from '../state/account-store';
import { isClosed, MAX_ACCOUNTS, type Account } from '../state/state';
import {
  AUDIT_LINK_KEY,
  AUDIT_REOPENED,
  AUDIT_SETTINGS,
  AUDIT_TIME_SET,
  NO_ACCOUNT,
  audit,
  save,
  saveStanding,
} from '../state/store';
import { runSweep } from './sweep';
import { aTime } from './time-guard';
import { savePhones, switchUnattendedOff, switchUnattendedOn } from '../secrets/unattended';
import { schedule, scheduleOnce } from '../scheduler';

/** As boards/espruino/service.ts names it. */
const SERVICE_FILE = 'service';
const NO_BYTES = new Uint8Array(0);

/**
 * Is there a sealed seed that a PIN can be tried on? Not on a new board, nor where a fault kept the journal from being
 * read.
 */
function canCheckPin(cold: Cold): boolean {
  return cold.journal !== undefined && cold.state.isProvisioned;
}

/**
 * Asks for the PIN and gives the seed, in an event of its own (the call depth is small); it is wiped when `act` returns
 * or throws.
 */
function withSeed(cold: Cold, act: (seed64: Uint8Array) => void): void {
  if (!canCheckPin(cold))
    return printError(cold.terminal, 'not-provisioned', 'the board has no seed yet: provision it');
  ask(cold.terminal, 'PIN', function (pin) {
    schedule(cold, {
      isIdle: false,
      step: function () {
        const seed = seedByPin(cold, pin);
        try {
          act(seed);
        } finally {
          wipe(seed);
        }
        return false;
      },
      failed: function (error) {
        printThrown(cold.terminal, error);
      },
    });
  });
}

/** Asks for the PIN, then acts; for commands that need no key. */
function withPin(cold: Cold, act: () => void): void {
  withSeed(cold, function () {
    act();
    printOk(cold.terminal);
  });
}

function setTime(cold: Cold, words: string[]): void {
  const seconds = aTime(cold, words[1], words[2] === 'force');
  withPin(cold, function () {
    cold.hal.clock.setUnixSeconds(seconds);
    audit(cold, AUDIT_TIME_SET, NO_ACCOUNT, new Uint8Array(0));
  });
}

function unlock(cold: Cold): void {
  if (cold.keys) throw fail('bad-state', 'the board is unlocked');
  withSeed(cold, function (seed) {
    unlockWith(cold, seed, new Uint8Array(0));
    cold.started(cold);
    printOk(cold.terminal);
  });
}

function setLinkKey(cold: Cold, text: string): void {
  const key = bytesOfHex(text);
  if (!key || key.length !== 32) throw fail('link-key-form', '64 hex digits are expected');
  withPin(cold, function () {
    save(cold, R_LINK, maskLinkKey((cold.device as any).secret, key));
    if (cold.link) rekeyPeer(cold.link, key);
    else wipe(key);
    audit(cold, AUDIT_LINK_KEY, NO_ACCOUNT, new Uint8Array(0));
    cold.started(cold);
  });
}

function setPhones(cold: Cold, phones: string[]): void {
  if (!arePhones(phones)) throw fail('phone-form', 'at most ' + PHONES_MAX + ' numbers, each a + and 3 to 16 digits');
  withPin(cold, function () {
    savePhones(cold, phones);
    audit(cold, AUDIT_SETTINGS, NO_ACCOUNT, NO_BYTES);
  });
}

function setUnattended(cold: Cold, text: string): void {
  if (text !== 'on' && text !== 'off') throw fail('usage', 'unattended on|off');
  if (text === 'on') printLine(cold.terminal, 'warning: whoever takes this board away then holds its keys');
  withSeed(cold, function (seed) {
    if (text === 'on') switchUnattendedOn(cold, seed);
    else switchUnattendedOff(cold);
    audit(cold, AUDIT_SETTINGS, NO_ACCOUNT, new Uint8Array([text === 'on' ? 1 : 0]));
    printOk(cold.terminal);
  });
}

/** All known answers, a slice each. One that is wrong locks the board. */
function runSelfTest(cold: Cold): void {
  startSelfTest(
    cold,
    true,
    { isOver: false },
    function () {
      printOk(cold.terminal);
    },
    function (error) {
      printThrown(cold.terminal, error);
    },
  );
}

/** The account whose number was typed. Throws `no-account`, for what is no number too. */
function accountNamed(cold: Cold, text: string | undefined): Account {
  return requireAccount(cold, decimalOf(text, 0, MAX_ACCOUNTS - 1));
}

function accountCommand(cold: Cold, words: string[]): void {
  const action = words[1];
  if (action === 'show') {
    printAccount(cold, accountNamed(cold, words[2]));
    return printOk(cold.terminal);
  }
  if (action === 'list') {
    for (let n = 0; n < cold.state.accountCount; n++)
      printLine(cold.terminal, 'account ' + n + ' ' + requireAccount(cold, n).name);
    return printOk(cold.terminal);
  }
  if (!cold.keys) throw fail('locked', 'unlock first');
  if (action === 'add') {
    const adding = readAdding(cold, words[2] || '');
    // The text is long: nothing holds it while the PIN is asked for.
    words[2] = '';
    withSeed(cold, function (seed) {
      addAccount(cold, adding, copyBytes(seed, 0, seed.length));
    });
  } else if (action === 'change') {
    const n = accountNamed(cold, words[2]).n;
    withPin(cold, function () {
      changeAccount(cold, requireAccount(cold, n), words[3]);
    });
  } else if (action === 'allow' && words.length > 3) {
    const n = accountNamed(cold, words[2]).n;
    withPin(cold, function () {
      allowMore(cold, requireAccount(cold, n), words.slice(3));
    });
  } else throw fail('usage', 'account add|change|allow|show|list');
}

function backup(cold: Cold): void {
  if (!cold.keys) throw fail('locked', 'unlock first');
  withSeed(cold, function (seed) {
    printBackup(cold, seed);
    printOk(cold.terminal);
  });
}

/** Numbers with commas between them; `-` for none; or undefined. */
function channelIdsOf(text: string | undefined): number[] | undefined {
  const ids: number[] = [];
  const parts = text === '-' ? [] : (text || '').split(',');
  for (let i = 0; i < parts.length; i++) {
    const id = decimalOf(parts[i], 0, U32_MAX);
    if (id < 0) return undefined;
    ids.push(id);
  }
  return ids;
}

/** Reading a state backup in: begin (PIN), a line each, end (PIN). */
function stateCommand(cold: Cold, words: string[]): void {
  if (!cold.keys) throw fail('locked', 'unlock first');
  if (words[1] === 'begin') {
    return withSeed(cold, function (seed) {
      cold.restoring = startRestoring(cold, seed);
      printOk(cold.terminal);
    });
  }
  if (!cold.restoring) throw fail('bad-state', 'state begin comes first');
  if (words[1] === 'line') {
    cold.restoring.line(words[2] || '');
    return printOk(cold.terminal);
  }
  const ids = channelIdsOf(words[2]);
  const hasPaid = words[3] === 'paid';
  const payments = hasPaid ? decimalOf(words[4], 0, U32_MAX) : 0;
  if (words[1] !== 'end' || !ids || payments < 0)
    throw fail('usage', 'state begin | line <base64> | end <channel id>,...|- [paid <payments>] [force]');
  withSeed(cold, function (seed) {
    cold.restoring.end(ids, payments, words[hasPaid ? 5 : 3] === 'force', seed);
    cold.restoring = undefined;
    cold.started(cold);
  });
}

function reopen(cold: Cold, text: string): void {
  const n = accountNamed(cold, text).n;
  if (!isClosed(cold.state, n)) throw fail('bad-state', 'the account is open');
  printLine(cold.terminal, 'closed ' + (requireAccount(cold, n).closed || requireAccount(cold, n).alarm));
  withPin(cold, function () {
    const account = requireAccount(cold, n);
    if (account.alarm) acknowledge(cold, undefined, account.alarmAck);
    audit(cold, AUDIT_REOPENED, n, NO_BYTES);
    saveStanding(cold, n, '', NO_BYTES);
    scheduleOnce(cold, function () {
      notifyV(cold, n, ALARM_REOPENED);
    });
  });
}

/** A text SMS to a person's phone, to follow its way. */
function sendTestSms(cold: Cold, to: string): void {
  const modem = cold.modem;
  if (!arePhones([to])) throw fail('phone-form', 'a + and 3 to 16 digits are expected');
  if (!modem) throw fail('no-modem', 'no modem was started');
  withSeed(cold, function () {
    sendText(
      modem,
      to,
      'ChainCloud HSM-Cold: test',
      function (error: any) {
        if (error) return printThrown(cold.terminal, error);
        printLine(cold.terminal, 'sms sent');
        printOk(cold.terminal);
      },
      false,
    );
  });
}

/**
 * Restarts to the interpreter's prompt, for a new image (boards/espruino/service.ts). The next start runs the image
 * again.
 */
function startService(cold: Cold): void {
  function restart(): void {
    if (!cold.hal.files.writeFile(SERVICE_FILE, new Uint8Array([49]))) throw fail('no-room', 'Storage took no file');
    printOk(cold.terminal);
    cold.hal.clock.after(RESTART_DELAY_MS, cold.hal.power.restart);
  }
  if (canCheckPin(cold)) return withSeed(cold, restart);
  if (!isDeviceBlank(cold.hal.flash))
    throw fail('wipe-first', 'there is no PIN to check, and the flash holds secrets: wipe the board first');
  restart();
}

/** Runs one line. Answers on the terminal, now or later. */
export function runCommand(cold: Cold, line: string): void {
  const words = line.split(' ');
  const name = words[0];
  const terminal = cold.terminal;
  function eraseAll(): void {
    wipeBoard(cold);
    printOk(terminal);
  }
  if (name !== 'sweep') cold.sweep = undefined;
  if (name === 'help') {
    return showHelp(cold);
  }
  if (name === 'status') return showStatus(cold);
  if (name === 'log') {
    const from = words.length > 1 ? decimalOf(words[1], 0, U32_MAX) : 0;
    if (from < 0) throw fail('usage', 'log [from]');
    return showLog(cold, from);
  }
  if (name === 'service') return startService(cold);
  if (diagnose(cold, name)) return;
  if (name === 'wipe') {
    return ask(terminal, 'type "erase everything"', function (answer) {
      if (answer !== 'erase everything') return printError(terminal, 'declined', 'nothing was erased');
      if (canCheckPin(cold)) return withSeed(cold, eraseAll);
      eraseAll();
    });
  }
  if (cold.fault) throw fail(cold.fault, 'the board does nothing but status, log, service and wipe');
  if (name === 'provision' || name === 'restore') startCeremony(cold, name === 'restore');
  else if (name === 'unlock') unlock(cold);
  else if (name === 'selftest') runSelfTest(cold);
  else if (name === 'lock') {
    lock(cold);
    printOk(terminal);
  } else if (name === 'time') setTime(cold, words);
  else if (name === 'account') accountCommand(cold, words);
  else if (name === 'reopen') reopen(cold, words[1]);
  else if (name === 'ack') {
    if (!acknowledge(cold, undefined, decimalOf(words[1], 0, U32_MAX)))
      throw fail('no-alarm', 'no alarm has that number');
    printOk(terminal);
  } else if (name === 'link' && words[1] === 'key') setLinkKey(cold, words[2] || '');
  else if (name === 'sms') sendTestSms(cold, words[1] || '');
  else if (name === 'backup') backup(cold);
  else if (name === 'state') stateCommand(cold, words);
  else if (name === 'phones') setPhones(cold, words.slice(1));
  else if (name === 'unattended') setUnattended(cold, words[1]);
  else if (name === 'sweep') runSweep(cold, words[1], words[2] || '');
  else throw fail('unknown-command', 'help lists the commands');
}
