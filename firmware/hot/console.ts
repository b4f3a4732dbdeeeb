/**
 * HSM-Hot's console: it pairs the board (`link key`), shows its state and log, gives the interpreter's prompt once, and
 * erases it.
 */
import { bytesOfHex } from '../console/hex';
import { ask, printError, printLine, printOk, type Terminal } from '../console/terminal';
import { fail } from '../../protocol/errors';
import { markReady, wipeFlash, writeDevice } from '../journal/device';
import type { Hot } from './context';
import { startCold } from './link';
import { note, openStore, printLog } from './log';

/** Asks the next start for the interpreter's prompt (boards/espruino/service.ts). */
const SERVICE_FILE = 'service';
const SERVICE_DELAY_MS = 200;

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

function showStatus(hot: Hot): void {
  const terminal = hot.terminal;
  const c = hot.counters;
  printLine(terminal, 'board ' + hot.hal.board + ' commit ' + hot.hal.commit + ' interpreter ' + hot.hal.interpreter);
  printLine(
    terminal,
    'state ' +
      (hot.fault || (hot.secret ? 'paired' : 'factory')) +
      ' link ' +
      (hot.cold && hot.cold.isUp() ? 'up' : 'down'),
  );
  printLine(
    terminal,
    'boots ' +
      hot.boots +
      ' relayed ' +
      c.relayed +
      ' malformed ' +
      c.malformed +
      ' limited ' +
      c.limited +
      ' unreachable ' +
      c.unreachable,
  );
  printOk(terminal);
}

/** A command, for the terminal whose owner is the Hot. */
export function takeCommand(line: string, terminal: Terminal): void {
  const hot = terminal.owner as Hot;
  const words = line.split(' ');
  if (words[0] === 'status') return showStatus(hot);
  if (words[0] === 'log' && hot.journal) {
    printLog(hot);
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
