/**
 * HSM-Cold's start and its parts put together: self-test, journal, console, link to HSM-Hot, modems, idle tasks,
 * housekeeping. After a fault (`device-damaged`, `journal-corrupt`, `archive-lost`, `restore-unfinished`,
 * `selftest-failed`, `flash-failed`, `radio-on`) the console answers status, log, service (with the PIN) and wipe, and nothing else
 * runs.
 */
import { copyBytes } from '../crypto/bytes';
import {
  aes256Ctr,
  blindSeed,
  drbgGenerate,
  ecdh,
  hkdfSha256,
  hmacSha256,
  pubkeyCreate,
  sha256,
  wipe,
} from '../crypto/index';
import { makeTerminal, printLine, serveLine, type Terminal } from '../console/terminal';
import { isMarked, isWiping, readDevice } from '../journal/device';
import { writeU32 } from '../journal/records';
import { createModems, startModems } from '../modem/failover';
import { startPeer } from '../../protocol/link/peer';
import type { ProtocolCrypto } from '../../protocol/crypto';
import { fail } from '../../protocol/errors';
import { SMS_PORT } from '../../protocol/wire';
import { enter } from '../guard';
import type { Hal } from '../hal';
import { takeCommand } from './console/dispatch';
import type { Cold } from './cold';
import { beat } from './alarms/heartbeat';
import { maskLinkKey } from './link/link-key';
import { openStore } from './state/open-store';
import { handleRequest } from './link/requests';
import { selfTest } from './secrets/selftest';
import { sendStore } from './sms/send-store';
import { receiveSms } from './sms/sms';
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
import { noteTrouble } from './alarms/notices';
import type { Thrown } from './link/refusal';

const HOUSEKEEPING_MS = 10000;
const WATCHDOG_MS = 120000;
/** Reports of a modem that are no trouble. */
const QUIET_EVENTS = ' starting ready registered sent time ';

function makeCrypto(random: (lenBytes: number) => Uint8Array): ProtocolCrypto {
  return {
    sha256: sha256,
    hmacSha256: hmacSha256,
    hkdfSha256: hkdfSha256,
    aes256Ctr: aes256Ctr,
    pubkeyCreate: pubkeyCreate,
    ecdh: ecdh,
    random: random,
  };
}

/**
 * Numbers that never repeat, for the link's handshake, which must work while the board is locked: from the device
 * secret, the count of starts and a counter. Unknown without the device secret.
 */
function linkRandom(cold: Cold): (lenBytes: number) => Uint8Array {
  let count = 0;
  return function (lenBytes) {
    const input = new Uint8Array(12);
    writeU32(input, 0, cold.state.bootCount);
    writeU32(input, 4, ++count);
    writeU32(input, 8, 0x6c696e6b);
    return copyBytes(hmacSha256(cold.device!.secret, input), 0, lenBytes);
  };
}

function startLink(cold: Cold): void {
  if (cold.link || !cold.state.linkKey) return;
  const key = maskLinkKey(cold.device!.secret, cold.state.linkKey);
  cold.link = startPeer({
    uart: cold.hal.link,
    clock: cold.hal.clock,
    role: 'responder',
    oneAtATime: true,
    bootId: cold.state.bootCount,
    secure: { linkKey32: key, crypto: cold.crypto, random: linkRandom(cold) },
  });
  cold.link.handler = handleRequest;
  cold.link.owner = cold;
}

/** Keeps what a modem reports for status, unless it is no trouble. */
function noteModemEvent(name: string, value: number | string, index: number, cold: Cold): void {
  if (QUIET_EVENTS.indexOf(' ' + name + ' ') < 0) noteTrouble(cold, 'modem ' + index + ' ' + name + ' ' + value);
}

function startModem(cold: Cold): void {
  if (cold.modem || !cold.hal.modems.length) return;
  cold.modem = createModems(cold.hal.modems, cold.hal.clock, {
    onSms: receiveSms,
    onEvent: noteModemEvent,
    store: sendStore,
    power: cold.hal.power,
    owner: cold,
  });
  startModems(cold.modem);
}

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
    tidyPayments(cold);
  } finally {
    letGoAccount(cold);
    cold.isInside = false;
  }
}

/** Throws `radio-on`: whoever is in range has the interpreter's prompt at the next start that runs no image. */
function requireSilence(hal: Hal): void {
  if (hal.radios()) throw fail('radio-on', 'a radio of the board is on');
}

/** Ends what a power cut interrupted, then reads the board's state. Throws the code of what is wrong, or `wiped`. */
function boot(cold: Cold): void {
  const flash = cold.hal.flash;
  if (isWiping(flash)) eraseBoard(cold);
  const device = readDevice(flash);
  selfTest(!!device && device.isReady);
  if (!device && isMarked(flash)) throw fail('device-damaged', 'the device page does not hold');
  if (!device || !device.isReady) return requireSilence(cold.hal);
  cold.device = device;
  try {
    openStore(cold, false);
  } catch (error) {
    if (cold.journal) startTries(cold);
    throw error;
  }
  startTries(cold);
  requireSilence(cold.hal);
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
  cold.terminal = makeTerminal(hal.console, takeCommand, cold, deferLine);
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
