// The HAL of the Linux interpreter. Its own console is standard input and output; it is closed unless the ports file
// says "debug": true. This build has no watchdog, and its restart ends the process: whoever runs it starts it again.
import type { Hal, Uart } from '../../firmware/hal';
import { clock } from '../espruino/clock';
import { files } from '../espruino/files';
import { COMMIT } from '../espruino/image';
import { tidy } from '../espruino/memory';
import { readNoise } from '../espruino/noise';
import { doNothing, runSteps, watchdog } from '../espruino/power';
import { isStuck, openUart } from '../espruino/uart';
import { BAUD, GROWING_BLOCK_BYTES, NAME, PORTS_FILE } from './board';
import { flashFile, openArchivePages, openFlashFile } from './flash-file';

declare var Serial4: EspruinoSerial;

interface Paths {
  console?: string;
  link?: string;
  host?: string;
  modem0?: string;
  modem1?: string;
  debug?: boolean;
}

function readPaths(): Paths {
  const paths: Paths = JSON.parse(require('fs').readFileSync(PORTS_FILE));
  if (!paths.debug) E.setConsole(null, { force: true });
  return paths;
}

/** Blocks (variables) that this build is to have from the start. */
const GROWN_BLOCKS = 16384;

/**
 * The Linux build doubles its memory when a variable finds no room, but never for a flat string, such as the answer of
 * a native hash: near the end of what it has, that one fails. So it is made to grow here, once. A build of fixed size,
 * as on a chip, has smaller blocks and is left alone.
 */
function growMemory(): void {
  if (process.memory().blocksize < GROWING_BLOCK_BYTES) return;
  let filler = '                                ';
  while (filler.length < 4096) filler += filler;
  // The condition reads it: what nothing reads counts as unused.
  let held = '';
  while (held.length >= 0 && process.memory().total < GROWN_BLOCKS) held += filler;
}

/** A port that the ports file leaves out: takes every byte and never gives one. */
function open(port: EspruinoSerial, path: string | undefined): Uart {
  if (path) return openUart(port, BAUD, { path: path });
  return { write: doNothing, onData: doNothing };
}

function clockNoise(): number {
  let turns = 0;
  const now = getTime();
  while (getTime() === now && turns < 64) turns++;
  return turns;
}

function linuxHal(console: Uart, link: Uart, host: Uart | undefined, modems: Uart[]): Hal {
  growMemory();
  openFlashFile();
  return {
    board: NAME,
    commit: COMMIT,
    interpreter: process.version,
    promptSerial: 'stdio',
    promptBaud: 0,
    console: console,
    link: link,
    host: host,
    modems: modems,
    flash: flashFile,
    files: files,
    clock: clock,
    noise: {
      take: function (lenBytes) {
        return readNoise(lenBytes, clockNoise);
      },
    },
    watchdog: watchdog,
    power: {
      restart: function () {
        E.reboot();
      },
      modemOn: function (index, done) {
        runSteps('', done);
      },
      modemOff: doNothing,
    },
    radios: function () {
      return '';
    },
    memoryUse: function () {
      const memory = process.memory();
      return { used: memory.usage, total: memory.total };
    },
    isStuck: isStuck,
    tidy: tidy,
  };
}

export function coldHal(): Hal {
  const paths = readPaths();
  const modems = [open(Serial3, paths.modem0)];
  if (paths.modem1) modems.push(open(Serial4, paths.modem1));
  openArchivePages();
  return linuxHal(open(Serial1, paths.console), open(Serial2, paths.link), undefined, modems);
}

export function hotHal(): Hal {
  const paths = readPaths();
  return linuxHal(open(Serial1, paths.console), open(Serial2, paths.link), open(Serial3, paths.host), []);
}
