// Holds what the commands do on a line that is no board's: it goes away under them (node-serialport #1502, pop-os
// #2475, arduino-ide #1788), says nothing, or says something else without end (EspruinoTools, node-serialport #1854,
// balena-os #317). Neighbours: each command that opens a port by itself; the moments before and after the first octet;
// silence, lines of text, random octets. Words that do not fit the system are held by ../serial/open-errors.test.ts.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openPty, type Pty } from '../../../host/sim/board/espruino/pty';

const CLI = join(__dirname, '../../../../tools/chaincloud.js');
const NMEA = '$GPGGA,120000.00,0000.000,N,00000.000,E,1,08,1.0,10.0,M,0.0,M,,*6B\r\n';
const TALK_MS = 50;
/** More than this process has open. */
const DESCRIPTORS = 100;
/** The far end goes so long after the program's first octet, or after the start of one that writes none. */
const GONE_MS = 1000;
const QUIET_GONE_MS = 20_000;

interface Ended {
  code: number | null;
  text: string;
}

/** Runs a command on a line whose far end `meets` the program; returns how it ended by itself. */
function runOn(args: string[], meets: (pty: Pty) => () => void): Promise<Ended> {
  const pty = openPty();
  const leave = meets(pty);
  const nothing = openSync('/dev/null', 'r');
  // A pty's own end is handed on to each child, and a line of which somebody holds the far end never goes away.
  const covered = Array<number>(DESCRIPTORS).fill(nothing);
  const child = spawn(process.execPath, [CLI, ...args, '--port', pty.path], {
    stdio: ['ignore', 'pipe', 'pipe', ...covered],
  });
  closeSync(nothing);
  let text = '';
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (bytes: Buffer) => (text += bytes.toString()));
  return new Promise((resolve) => {
    child.on('close', (code) => {
      leave();
      pty.close();
      resolve({ code, text });
    });
  });
}

/** Commands that open a port, with what they need beside it. */
function commands(folder: string): string[][] {
  return [
    ['console', '--run', 'status'],
    ['unlock'],
    ['doctor'],
    ['flash', '--board', 'ttgo-t-call', '--role', 'cold'],
    ['backup', '--out', join(folder, 'backup')],
  ];
}

/** The far end is closed while the program uses the line. */
function vanish(pty: Pty): () => void {
  let timer = setTimeout(() => pty.close(), QUIET_GONE_MS);
  let isHeard = false;
  pty.onClose(() => undefined);
  pty.onData(() => {
    if (isHeard) return;
    isHeard = true;
    clearTimeout(timer);
    timer = setTimeout(() => pty.close(), GONE_MS);
  });
  return () => clearTimeout(timer);
}

function talk(say: () => Uint8Array): (pty: Pty) => () => void {
  return (pty) => {
    pty.onClose(() => undefined);
    pty.onData(() => undefined);
    const timer = setInterval(() => pty.write(say()), TALK_MS);
    return () => clearInterval(timer);
  };
}

const LINES: [name: string, meets: (pty: Pty) => () => void][] = [
  ['silence', talk(() => new Uint8Array(0))],
  ['a GPS', talk(() => Buffer.from(NMEA))],
  ['noise', talk(() => randomBytes(40))],
];

/** Ended with code 1 and words for people. */
function expectWords(name: string, { code, text }: Ended): void {
  expect([code, text.trim() !== ''], `${name}: ${text}`).to.deep.equal([1, true]);
  expect(text, name).not.to.match(/\n {4}at |console-closed/);
}

describe('chaincloud on a port that is no board (node-serialport #1502, #1854; pop-os #2475; balena-os #317)', () => {
  let folder: string;
  before(() => void (folder = mkdtempSync(join(tmpdir(), 'bad-port-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('a port that vanishes: each command ends at once, and says that it is gone', async function () {
    this.timeout(130_000);
    const wanted = commands(folder);
    const ends = await Promise.all(wanted.map((args) => runOn(args, vanish)));
    wanted.forEach(([name], at) => {
      expectWords(name, ends[at]);
      if (name !== 'doctor') expect(ends[at].text, name).to.include('is gone');
    });
  });

  it('silence, a GPS, noise: each command ends by itself with words', async function () {
    this.timeout(130_000);
    // `backup` begins as `unlock` does.
    const wanted = commands(folder).filter(([name]) => name !== 'backup');
    const runs = LINES.flatMap(([line, meets]) => wanted.map((args) => ({ name: `${args[0]}, ${line}`, args, meets })));
    const ends = await Promise.all(runs.map(({ args, meets }) => runOn(args, meets)));
    runs.forEach(({ name }, at) => expectWords(name, ends[at]));
  });
});
