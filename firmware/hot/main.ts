/**
 * HSM-Hot: the only thing that may speak to HSM-Cold over a wire. It checks the form of every request (relay.ts), lets
 * through only what the signing under way may still need (signing.ts) at limited rates (limits.ts), and keeps a short
 * log of its own (log.ts). It holds the link key and no coin key, and its checks count for nothing at HSM-Cold, which
 * checks everything again.
 */
import { makeTerminal, printLine, serveLine, type Terminal } from '../console/terminal';
import { createPeer } from '../../protocol/link/peer';
import type { CodedError } from '../../protocol/errors';
import { requireFit } from '../fit';
import { enter } from '../guard';
import type { Hal } from '../hal';
import { isWiping, readDevice, wipeFlash } from '../journal/device';
import { readU32 } from '../journal/records';
import { takeCommand } from './dispatch';
import type { Hot } from './context';
import { makeLimits } from './limits';
import { startCold } from './link';
import { openStore } from './log';
import { handleRequest } from './relay';

const KICK_MS = 10000;
const WATCHDOG_MS = 60000;

/** Runs a handler in an event of its own, guarded. */
function inEvent(hot: Hot, handler: () => void): void {
  hot.hal.clock.after(0, function () {
    enter(hot);
    try {
      handler();
    } finally {
      hot.isInside = false;
    }
  });
}

function startHost(hot: Hot): void {
  const uart = hot.hal.host;
  if (!uart) return;
  const noise = hot.hal.noise.take(4);
  const bootId = hot.boots || readU32(noise, 0);
  hot.host = createPeer({ uart: uart, clock: hot.hal.clock, role: 'responder', bootId: bootId });
  // In an event of its own: nothing of the line that it came by is on the stack then.
  hot.host.onRequest(function (type, fields, reply, refuse) {
    inEvent(hot, function () {
      hot.hal.tidy();
      handleRequest(hot, type, fields, reply, refuse);
    });
  });
}

function deferLine(terminal: Terminal, line: string | undefined): void {
  inEvent(terminal.owner as Hot, function () {
    serveLine(terminal, line);
  });
}

function keepWatchdog(hot: Hot): void {
  hot.hal.clock.after(KICK_MS, function () {
    keepWatchdog(hot);
  });
  enter(hot);
  hot.hal.watchdog.kick();
  hot.isInside = false;
}

/** Starts HSM-Hot on a board. */
export function startHot(hal: Hal): void {
  const hot: Hot = {
    hal: hal,
    isInside: false,
    terminal: undefined!,
    boots: 0,
    bootAt: 0,
    logCount: 0,
    loggedMs: 0,
    relayed: 0,
    limits: makeLimits(),
    counters: { relayed: 0, malformed: 0, limited: 0, unreachable: 0 },
    fault: '',
  };
  hot.terminal = makeTerminal({ uart: hal.console, command: takeCommand, owner: hot, defer: deferLine });
  hal.watchdog.start(WATCHDOG_MS);
  // A wipe that a power cut interrupted.
  if (isWiping(hal.flash)) wipeFlash(hal.flash);
  const device = readDevice(hal.flash);
  try {
    if (device && device.isReady) {
      hot.secret = device.secret;
      openStore(hot, false);
    }
    requireFit(hal);
  } catch (error) {
    hot.fault = (error as CodedError).code || 'internal';
    hot.secret = undefined;
  }
  keepWatchdog(hot);
  startCold(hot);
  startHost(hot);
  printLine(hot.terminal, 'chaincloud hsm-hot ' + (hot.fault || 'ready'));
}
