/**
 * HSM-Cold's start and its parts put together: self-test, journal, console, link to HSM-Hot, modems, idle tasks,
 * housekeeping. After a fault (`device-damaged`, `journal-corrupt`, `archive-lost`, `restore-unfinished`,
 * `selftest-failed`, `flash-failed`, `radio-on`, `memory-small`) the console answers status, log, service (with the
 * PIN) and wipe, and nothing else runs.
 */
import { blindSeed, drbgGenerate, wipe } from '../crypto/index';
import { makeTerminal, printLine, serveLine, type Terminal } from '../console/terminal';
import { isMarked, isWiping, readDevice } from '../journal/device';
import { fail } from '../../protocol/errors';
import { SMS_PORT } from '../../protocol/wire';
import { requireFit } from '../fit';
import { enter } from '../guard';
import type { Hal } from '../hal';
import { takeCommand } from './console/dispatch';
import type { Cold } from './cold';
import { tellSums } from './alarms/day-sum';
import { beat } from './alarms/heartbeat';
import { startLink } from './link/start-link';
import { startModem } from './sms/start-modem';
import { makeCrypto } from './secrets/primitives';
import { openStore } from './state/open-store';
import { selfTest } from './secrets/selftest';
import { makeState } from './state/state';
import { keepTime } from './state/store';
import { endSwitchingOff, unattendedSeed } from './secrets/unattended';
import { scheduleOnce } from './scheduler';
import { letGoAccount } from './state/accounts';
import { tidyPayments } from './payments/tidy';
import { makeBatches } from './batches/batch';
import { wantFirstBatches } from './batches/queue';
import { repeatAlarms } from './alarms/reminders';
import { eraseBoard } from './secrets/wipe';
import { startTries } from './secrets/pin';
import { unlockWith } from './secrets/unlock';
import type { Thrown } from './link/refusal';

const HOUSEKEEPING_MS = 10000;
const WATCHDOG_MS = 120000;

/** Starts whatever the present state allows; called again after unlocking, provisioning and pairing. */
function startParts(cold: Cold): void {
  startLink(cold);
  if (!cold.state.isProvisioned) return;
  startModem(cold);
  wantFirstBatches(cold);
  if (cold.drbg) blindSeed(drbgGenerate(cold.drbg, 32));
}

function housekeeping(cold: Cold): void {
  cold.hal.clock.after(HOUSEKEEPING_MS, function () {
    housekeeping(cold);
  });
  enter(cold);
  try {
    cold.hal.watchdog.kick();
    if (cold.fault || !cold.journal) return;
    keepTime(cold);
    if (cold.modem) repeatAlarms(cold);
    beat(cold);
    tellSums(cold);
    tidyPayments(cold);
  } finally {
    letGoAccount(cold);
    cold.isInside = false;
  }
}

/** Ends what a power cut interrupted, then reads the board's state. Throws the code of what is wrong, or `wiped`. */
function boot(cold: Cold): void {
  const flash = cold.hal.flash;
  if (isWiping(flash)) eraseBoard(cold);
  const device = readDevice(flash);
  selfTest(!!device && device.isReady);
  if (!device && isMarked(flash)) throw fail('device-damaged', 'the device page does not hold');
  if (!device || !device.isReady) return requireFit(cold.hal);
  cold.device = device;
  try {
    openStore(cold, false);
  } catch (error) {
    if (cold.journal) startTries(cold);
    throw error;
  }
  startTries(cold);
  requireFit(cold.hal);
  endSwitchingOff(cold);
}

/** Unlocks a board that its operator allowed to unlock itself, in an event of its own. */
function unlockUnattended(cold: Cold): void {
  scheduleOnce(cold, function () {
    const seed = unattendedSeed(cold);
    try {
      unlockWith(cold, seed, new Uint8Array(0));
    } finally {
      wipe(seed);
    }
    startParts(cold);
  });
}

/** The console's lines are tasks like any other: idle ones let go of their memory before them. */
function deferLine(terminal: Terminal, line: string | undefined): void {
  scheduleOnce(terminal.owner as Cold, function () {
    serveLine(terminal, line);
  });
}

/** Starts HSM-Cold on a board. */
export function startCold(hal: Hal): void {
  const cold: Cold = {
    hal: hal,
    state: makeState(),
    terminal: undefined!,
    fault: '',
    modemTrouble: '',
    smsPort: SMS_PORT,
    tasks: [],
    isTicking: false,
    accepting: 0,
    alarmDueMs: {},
    waiting: 0,
    sumsDue: 255,
    pinAfterMs: 0,
    batches: makeBatches(),
    started: startParts,
    counters: { ignoredSms: 0, refusals: 0, signed: 0 },
    crypto: makeCrypto(function (lenBytes) {
      if (!cold.drbg) throw fail('locked', 'the generator is locked');
      return drbgGenerate(cold.drbg, lenBytes);
    }),
    isInside: false,
  };
  cold.terminal = makeTerminal({ uart: hal.console, command: takeCommand, owner: cold, defer: deferLine });
  hal.watchdog.start(WATCHDOG_MS);
  try {
    boot(cold);
  } catch (error) {
    cold.fault = (error as Thrown).code || 'internal';
    printLine(cold.terminal, 'fault ' + cold.fault);
  }
  housekeeping(cold);
  if (!cold.fault) startParts(cold);
  if (!cold.fault && cold.state.isUnattended) unlockUnattended(cold);
  printLine(cold.terminal, 'chaincloud hsm-cold ' + (cold.fault || 'ready'));
}
