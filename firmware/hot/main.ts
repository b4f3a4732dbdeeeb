/**
 * HSM-Hot: the only thing that may speak to HSM-Cold over a wire. It checks the form of every request, limits rates, keeps HSM-Cold
 * from being flooded, relays, and keeps a short log of its own. It holds the link key and no coin key, and vouches for nothing:
 * HSM-Cold checks everything again. Its console pairs it (`link key`), shows its state and log, and erases it.
 * Its flash holds the device page, whose secret is the link key, and a journal with the count of starts and the log.
 */
import { copyBytes, textBytes } from '../crypto/bytes';
import { aes256Ctr, hkdfSha256, hmacSha256, sha256 } from '../crypto/index';
import { bytesOfHex, hexOf } from '../console/hex';
import { ask, makeTerminal, printError, printLine, printOk, type Terminal } from '../console/terminal';
import { fail } from '../../protocol/errors';
import { createPeer } from '../../protocol/link/peer';
import { aAttest, aNoFields, aPing, aPrevTx, aSignBegin, aSignInput, aSignOuts, aSignResult } from '../../protocol/messages';
import {
  LINK_VERSION_MAX, MSG_ATTEST, MSG_COLD_STATUS, MSG_INFO, MSG_PING, MSG_PREV_TX, MSG_SIGN_BEGIN, MSG_SIGN_INPUT, MSG_SIGN_OUTS, MSG_SIGN_RESULT, MSG_STATUS, REFUSE_BAD_REQUEST, REFUSE_BUSY,
  REFUSE_BAD_STATE, REFUSE_COLD_UNREACHABLE, REFUSE_RATE, REFUSE_UNKNOWN_TYPE,
} from '../../protocol/wire';
import { enter } from '../guard';
import type { Hal } from '../hal';
import { markReady, readDevice, wipeFlash, writeDevice } from '../journal/device';
import { append, openJournal, walk, type Journal } from '../journal/journal';
import { R_AUDIT, R_BOOT, readU32, writeU32 } from '../journal/records';
import { RELAYED_MAX, isWithinRate, type Limits } from './limits';

const LOG_KEPT = 64;
/** Asks the next start for the interpreter's prompt (boards/espruino/service.ts). */
const SERVICE_FILE = 'service';
const SERVICE_DELAY_MS = 200;
/** At most one log entry of a refusal in this time: a flood must not wear the flash. */
const LOG_EVERY_MS = 60000;
const HOUSEKEEPING_MS = 10000;
const WATCHDOG_MS = 60000;
const RELAY_TIMEOUT_MS = 600000;

interface Hot {
  hal: Hal;
  isInside: boolean;
  terminal: Terminal;
  journal?: Journal;
  secret?: Uint8Array;
  boots: number;
  bootAt: number;
  logCount: number;
  loggedMs: number;
  cold?: any;
  host?: any;
  relayed: number;
  /** A signing was begun: its inputs, pieces and results may go through. */
  isSigning: boolean;
  limits: Limits;
  counters: { relayed: number; malformed: number; limited: number; unreachable: number };
  fault: string;
}

function openStore(hot: Hot, isFresh: boolean): void {
  const key = hmacSha256(hot.secret as Uint8Array, textBytes('chaincloud hot journal'));
  hot.journal = openJournal(
    hot.hal.flash,
    key,
    isFresh,
    function (type, payload, offset) {
      if (type === R_BOOT) {
        hot.boots = readU32(payload, 0);
        hot.bootAt = offset;
      } else if (type === R_AUDIT) hot.logCount = readU32(payload, 0);
    },
    function (type, payload, offset) {
      return type === R_AUDIT ? readU32(payload, 0) > hot.logCount - LOG_KEPT : offset === hot.bootAt;
    },
  );
  const count = new Uint8Array(4);
  writeU32(count, 0, hot.boots + 1);
  append(hot.journal, R_BOOT, count);
}

/** Writes an entry of the board's own log: number u32 | uptime seconds u32 | start u32 | text. */
function note(hot: Hot, text: string): void {
  if (!hot.journal) return;
  const bytes = textBytes(text);
  const payload = new Uint8Array(12 + bytes.length);
  writeU32(payload, 0, hot.logCount + 1);
  writeU32(payload, 4, Math.floor(hot.hal.clock.uptimeMs() / 1000));
  writeU32(payload, 8, hot.boots);
  payload.set(bytes, 12);
  append(hot.journal, R_AUDIT, payload);
}

function noteRefusal(hot: Hot, text: string): void {
  const now = hot.hal.clock.uptimeMs();
  if (hot.loggedMs && now - hot.loggedMs < LOG_EVERY_MS) return;
  hot.loggedMs = now || 1;
  note(hot, text + ' malformed ' + hot.counters.malformed + ' limited ' + hot.counters.limited);
}

/** Checks the form of a request for HSM-Cold; answers its account, -1 when it names none. Throws `bad-request`. */
function formOf(type: number, fields: any[]): number {
  if (type === MSG_SIGN_BEGIN) return aSignBegin(fields).account;
  if (type === MSG_PING) return aPing(fields).account;
  if (type === MSG_ATTEST) return aAttest(fields).account;
  if (type === MSG_SIGN_INPUT) aSignInput(fields);
  else if (type === MSG_SIGN_OUTS) aSignOuts(fields);
  else if (type === MSG_PREV_TX) aPrevTx(fields);
  else if (type === MSG_SIGN_RESULT) aSignResult(fields);
  else aNoFields(fields);
  return -1;
}

function relay(hot: Hot, type: number, fields: any[], reply: any, refuse: any): void {
  let account = -1;
  try {
    account = formOf(type, fields);
  } catch (error) {
    hot.counters.malformed++;
    noteRefusal(hot, 'malformed');
    return refuse(REFUSE_BAD_REQUEST, (error as any).code || 'bad-request');
  }
  if (hot.relayed >= RELAYED_MAX) return refuse(REFUSE_BUSY, 'busy');
  if (account < 0 && type !== MSG_COLD_STATUS && !hot.isSigning) {
    hot.counters.limited++;
    return refuse(REFUSE_BAD_STATE, 'no-signing');
  }
  if (!isWithinRate(hot.limits, type, account, hot.hal.clock.uptimeMs())) {
    hot.counters.limited++;
    noteRefusal(hot, 'limited');
    return refuse(REFUSE_RATE, 'rate');
  }
  if (!hot.cold) {
    hot.counters.unreachable++;
    return refuse(REFUSE_COLD_UNREACHABLE, 'not-paired');
  }
  if (type === MSG_SIGN_BEGIN) hot.isSigning = true;
  hot.relayed++;
  hot.counters.relayed++;
  hot.cold.request(
    type,
    fields,
    function (error: any, answer: any[]) {
      hot.relayed--;
      if (!error) return reply(answer);
      if (type === MSG_SIGN_BEGIN) hot.isSigning = false;
      if (error.code === 'refused') return refuse(error.refusal, error.tag);
      hot.counters.unreachable++;
      refuse(REFUSE_COLD_UNREACHABLE, error.code);
    },
    RELAY_TIMEOUT_MS,
  );
}

function handle(hot: Hot, type: number, fields: any[], reply: any, refuse: any): void {
  const isUp = !!hot.cold && hot.cold.isUp();
  if (type === MSG_INFO) return reply(['hsm-hot', hot.hal.board, hot.hal.commit, hot.hal.interpreter, LINK_VERSION_MAX]);
  if (type === MSG_STATUS) {
    const c = hot.counters;
    return reply([hot.secret ? 1 : 0, isUp ? 1 : 0, hot.relayed, Math.floor(hot.hal.clock.uptimeMs() / 1000), hot.boots, c.relayed, c.malformed, c.limited, c.unreachable]);
  }
  if (type >= MSG_COLD_STATUS && type <= MSG_SIGN_OUTS) return relay(hot, type, fields, reply, refuse);
  hot.counters.malformed++;
  refuse(REFUSE_UNKNOWN_TYPE, 'unknown-type');
}

/** Handshake numbers that never repeat: from the link key, the count of starts and a counter. */
function makeRandom(hot: Hot): (lenBytes: number) => Uint8Array {
  let count = 0;
  return function (lenBytes) {
    const input = new Uint8Array(24);
    writeU32(input, 0, hot.boots);
    writeU32(input, 4, ++count);
    input.set(hot.hal.noise.take(16), 8);
    return copyBytes(hmacSha256(hot.secret as Uint8Array, input), 0, lenBytes);
  };
}

function none(): any {
  throw fail('no-crypto', 'HSM-Hot has no elliptic curve');
}

function startCold(hot: Hot): void {
  if (!hot.secret || hot.cold) return;
  const crypto = { sha256: sha256, hmacSha256: hmacSha256, hkdfSha256: hkdfSha256, aes256Ctr: aes256Ctr, pubkeyCreate: none, ecdh: none, random: makeRandom(hot) };
  hot.cold = createPeer({ uart: hot.hal.link, clock: hot.hal.clock, role: 'initiator', bootId: hot.boots, secure: { linkKey32: hot.secret, crypto: crypto }, requestTimeoutMs: RELAY_TIMEOUT_MS });
  hot.cold.onUp(function () {
    note(hot, 'cold up');
  });
  hot.cold.onDown(function () {
    hot.isSigning = false;
    note(hot, 'cold down');
  });
}

function startHost(hot: Hot): void {
  const uart = hot.hal.host;
  if (!uart) return;
  const noise = hot.hal.noise.take(4);
  const bootId = hot.boots || readU32(noise, 0);
  hot.host = createPeer({ uart: uart, clock: hot.hal.clock, role: 'responder', bootId: bootId });
  // In an event of its own: nothing of the line that it came by is on the stack then.
  hot.host.onRequest(function (type: number, fields: any[], reply: any, refuse: any) {
    hot.hal.clock.after(0, function () {
      enter(hot);
      try {
        hot.hal.tidy();
        handle(hot, type, fields, reply, refuse);
      } finally {
        hot.isInside = false;
      }
    });
  });
}

function pair(hot: Hot, text: string): void {
  const key = bytesOfHex(text);
  if (hot.secret) throw fail('bad-state', 'the board is paired; wipe it first');
  if (!key || key.length !== 32) throw fail('link-key-form', '64 hex digits are expected');
  writeDevice(hot.hal.flash, key);
  hot.secret = key;
  openStore(hot, true);
  note(hot, 'paired');
  markReady(hot.hal.flash);
  startCold(hot);
  printOk(hot.terminal);
}

function runCommand(hot: Hot, line: string): void {
  const words = line.split(' ');
  const terminal = hot.terminal;
  if (words[0] === 'status') {
    const c = hot.counters;
    printLine(terminal, 'board ' + hot.hal.board + ' commit ' + hot.hal.commit + ' interpreter ' + hot.hal.interpreter);
    printLine(terminal, 'state ' + (hot.fault || (hot.secret ? 'paired' : 'factory')) + ' link ' + (hot.cold && hot.cold.isUp() ? 'up' : 'down'));
    printLine(terminal, 'boots ' + hot.boots + ' relayed ' + c.relayed + ' malformed ' + c.malformed + ' limited ' + c.limited + ' unreachable ' + c.unreachable);
    return printOk(terminal);
  }
  if (words[0] === 'log' && hot.journal) {
    walk(hot.journal, function (type, payload) {
      if (type === R_AUDIT) printLine(terminal, 'log ' + readU32(payload, 0) + ' ' + readU32(payload, 8) + ' ' + readU32(payload, 4) + ' ' + hexOf(payload.subarray(12)));
    });
    return printOk(terminal);
  }
  if (words[0] === 'service') {
    if (!hot.hal.files.writeFile(SERVICE_FILE, new Uint8Array([49]))) throw fail('no-room', 'Storage took no file');
    printOk(terminal);
    hot.hal.clock.after(SERVICE_DELAY_MS, hot.hal.power.restart);
    return;
  }
  if (words[0] === 'link' && words[1] === 'key' && !hot.fault) return pair(hot, words[2] || '');
  if (words[0] === 'wipe') {
    return ask(terminal, 'type "erase everything"', function (answer) {
      if (answer !== 'erase everything') return printError(terminal, 'declined', 'nothing was erased');
      printOk(terminal);
      wipeFlash(hot.hal.flash);
      hot.hal.power.restart();
    });
  }
  printError(terminal, 'unknown-command', 'status, log, link key <hex>, service, wipe');
}

function housekeeping(hot: Hot): void {
  hot.hal.clock.after(HOUSEKEEPING_MS, function () {
    housekeeping(hot);
  });
  enter(hot);
  hot.hal.watchdog.kick();
  hot.isInside = false;
}

function takeCommand(line: string, terminal: Terminal): void {
  runCommand(terminal.owner as Hot, line);
}

/** Starts HSM-Hot on a board. */
export function startHot(hal: Hal): void {
  const hot: Hot = {
    hal: hal, isInside: false, terminal: undefined as any, boots: 0, bootAt: 0, logCount: 0, loggedMs: 0, relayed: 0, isSigning: false, limits: { buckets: [] }, counters: { relayed: 0, malformed: 0, limited: 0, unreachable: 0 }, fault: '',
  };
  hot.terminal = makeTerminal(hal.console, takeCommand, hot);
  hal.watchdog.start(WATCHDOG_MS);
  const device = readDevice(hal.flash);
  try {
    if (device && device.isReady) {
      hot.secret = device.secret;
      openStore(hot, false);
    }
  } catch (error) {
    hot.fault = (error as any).code || 'internal';
    hot.secret = undefined;
  }
  housekeeping(hot);
  startCold(hot);
  startHost(hot);
  printLine(hot.terminal, 'chaincloud hsm-hot ' + (hot.fault || 'ready'));
}
