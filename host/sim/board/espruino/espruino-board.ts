// The genuine interpreter's board: a process in a temporary directory of its own, its Storage and journal laid out
// there before it starts, its ports pseudo-terminals. It boots from Storage as a chip does, but through a loader that
// takes the image's text to memory first where flash is not mapped: the stock Linux build reads its flash by a file
// call for each character of a running function, which makes the same code five times slower than memory-mapped flash
// would. Power off is SIGKILL, and what it had written by then is the flash's content. Its restart ends the process,
// and this starts it again. Time is real: give it a runtime on the real clock. Only board `linux` runs here.
import type { ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { GROWING_BLOCK_BYTES, PORTS_FILE } from '../../../../boards/linux/board';
import { fail } from '../../../../protocol/errors';
import { cpuMsOf, openPathsOf, startChild } from './child';
import type { SimFlash } from '../flash';
import { bootFiles, plugPorts } from './plug';
import { openPty, type Pty } from './pty';
import { openStorage } from '../node/storage';
import type { BoardCrash, EspruinoBoardOptions, PortName, SimBoard } from '../types';

const BOOT_FILE = '.bootcde';
const IMAGE_FILE = 'image';
/** A build of fixed size runs the image from flash, as a chip does. */
const LOAD = `global.CC_IMAGE=require("Storage").read("${IMAGE_FILE}");if(process.memory().blocksize>=${GROWING_BLOCK_BYTES})CC_IMAGE=""+CC_IMAGE;`;
/** The name under which this build keeps its flash. */
const STORAGE_FILE = 'espruino.flash';
const BOOT_LIMIT_MS = 20_000;
const BOOT_POLL_MS = 20;
/** Restarts within this time count as one failing boot; after so many the board stays off. */
const QUICK_RESTART_MS = 1000;
const MAX_QUICK_RESTARTS = 5;

interface Session {
  child: ChildProcess;
  ptys: { [name in PortName]?: Pty };
  startedMs: number;
  exited: Promise<void>;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function takeBack(flash: SimFlash, file: string): void {
  if (!fs.existsSync(file)) return;
  flash.content().set(fs.readFileSync(file).subarray(0, flash.sizeBytes));
  flash.save();
}

export function createEspruinoBoard(options: EspruinoBoardOptions): SimBoard {
  const { board, flash, storage, runtime } = options;
  const journalName = board.flash.fileName;
  if (journalName === undefined) throw fail('bad-board', `the genuine interpreter runs board linux, not ${board.name}`);
  if (!fs.existsSync(options.espruino)) throw fail('no-espruino', `there is no interpreter at ${options.espruino}`);
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'chaincloud-board-'));
  const plugs = plugPorts(options);
  let session: Session | undefined;
  let endedCpuMs = 0;
  let quickRestarts = 0;
  let onCrash: ((crash: BoardCrash) => void) | undefined;
  let onPower: ((isOn: boolean) => void) | undefined;
  let isClosed = false;

  const prepare = (ptys: Session['ptys']): void => {
    const files = openStorage(storage);
    const { [BOOT_FILE]: image, ...others } = bootFiles(options);
    const wanted = {
      ...others,
      [IMAGE_FILE]: image!,
      [BOOT_FILE]: Buffer.from(`${LOAD}${options.prelude ?? ''}eval(CC_IMAGE)`),
    };
    for (const [name, bytes] of Object.entries(wanted))
      if (!Buffer.from(files.read(name) ?? []).equals(bytes)) files.write(name, bytes);
    fs.writeFileSync(path.join(dir, STORAGE_FILE), storage.content());
    fs.writeFileSync(path.join(dir, journalName), flash.content());
    // The prompt stays on standard output, where errors that nobody caught are told; nothing is ever typed there.
    const paths = Object.fromEntries(Object.entries(ptys).map(([name, pty]) => [name, pty.path]));
    fs.writeFileSync(path.join(dir, PORTS_FILE), JSON.stringify({ ...paths, debug: true }));
  };

  const plug = (): Session['ptys'] => {
    const ptys: Session['ptys'] = {};
    for (const [name, inner] of Object.entries(plugs.inner) as [PortName, (typeof plugs.inner)['link'] & object][]) {
      const pty = openPty();
      pty.onData((bytes) => inner.write(bytes));
      inner.onData((bytes) => pty.write(bytes));
      ptys[name] = pty;
    }
    return ptys;
  };

  const unplug = (ptys: Session['ptys']): void => {
    for (const inner of Object.values(plugs.inner)) inner.onData(() => undefined);
    for (const pty of Object.values(ptys)) pty.close();
  };

  const readLog = (child: ChildProcess): void => {
    let crash: BoardCrash | undefined;
    const onLine = (line: string): void => {
      const text = line.replace(/\x1b\[[\d;]*[A-Za-z]|[\x00-\x08\x0e-\x1f]/g, '').trimEnd();
      if (text) options.onLog?.(text);
      const uncaught = /Uncaught (.*)$/.exec(text);
      if (uncaught && uncaught[1] !== 'undefined') {
        crash = { atMs: runtime.nowMs(), text: uncaught[1], stack: '' };
        onCrash?.(crash);
      } else if (crash && /^ {4}at /.test(text)) crash.stack += `${text}\n`;
    };
    for (const stream of [child.stdout, child.stderr])
      if (stream) createInterface({ input: stream }).on('line', onLine);
    child.stdin?.on('error', () => undefined);
  };

  /** The process is gone: keep what it wrote. */
  const settle = (current: Session): void => {
    unplug(current.ptys);
    takeBack(flash, path.join(dir, journalName));
    takeBack(storage, path.join(dir, STORAGE_FILE));
  };

  const boot = async (): Promise<void> => {
    const ptys = plug();
    prepare(ptys);
    const child = startChild(options.espruino, dir);
    const exited = new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    });
    const current: Session = { child, ptys, startedMs: Date.now(), exited };
    session = current;
    readLog(child);
    let usedMs = 0;
    const sampler = setInterval(() => (usedMs = cpuMsOf(child.pid ?? 0) || usedMs), 200);
    sampler.unref();
    void exited.then(() => {
      clearInterval(sampler);
      endedCpuMs += usedMs;
      settle(current);
      if (session !== current) return;
      session = undefined;
      onPower?.(false);
      quickRestarts = Date.now() - current.startedMs < QUICK_RESTART_MS ? quickRestarts + 1 : 0;
      if (!isClosed && quickRestarts < MAX_QUICK_RESTARTS) void boot();
    });
    onPower?.(true);
    const wanted = Object.values(ptys).map((pty) => pty.path);
    const limitMs = Date.now() + BOOT_LIMIT_MS;
    while (session === current && child.pid !== undefined) {
      const open = openPathsOf(child.pid);
      if (wanted.every((one) => open.includes(one))) return;
      if (Date.now() > limitMs)
        throw fail('no-boot', `${options.name} did not open its ports within ${BOOT_LIMIT_MS / 1000} s`);
      await sleep(BOOT_POLL_MS);
    }
  };

  const powerOff = async (): Promise<void> => {
    const current = session;
    if (!current) return;
    session = undefined;
    current.child.kill('SIGKILL');
    await current.exited;
    onPower?.(false);
  };
  const powerOn = async (): Promise<void> => {
    quickRestarts = 0;
    if (!session) await boot();
  };

  return {
    name: options.name,
    get isOn() {
      return session !== undefined;
    },
    ports: plugs.outer,
    powerOn,
    powerOff,
    async reset() {
      await powerOff();
      await powerOn();
    },
    cutPowerAtWrite() {
      throw fail('unsupported', 'a process cannot be cut inside a write: use the Node engine');
    },
    cpuMs: () => endedCpuMs + (session?.child.pid ? cpuMsOf(session.child.pid) : 0),
    onCrash: (listener) => void (onCrash = listener),
    onPower: (listener) => void (onPower = listener),
    async close() {
      isClosed = true;
      await powerOff();
      plugs.close();
      fs.rmSync(dir, { recursive: true, force: true });
    },
  };
}
