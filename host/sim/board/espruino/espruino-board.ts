// The genuine interpreter's board: a process in a temporary directory of its own, its Storage and journal laid out
// there before it starts, its ports pseudo-terminals. A build of fixed size boots from Storage as a chip does. The
// stock Linux build takes the image's text from a file to memory instead: its flash is not mapped, so that running
// code from it is five times slower, and its Storage is smaller than a board's. Power off is SIGKILL, and what it had
// written by then is the flash's content. Its restart ends the process, and this starts it again. Time is real: give
// it a runtime on the real clock. Only board `linux` runs here.
import type { ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { PORTS_FILE } from '../../../../boards/linux/board';
import { fail } from '../../../../protocol/errors';
import { espruinoBuild } from './build';
import { cpuMsOf, openPathsOf, startChild } from './child';
import type { SimFlash } from '../flash';
import { bootFiles, plugPorts } from './plug';
import { openPty, type Pty } from './pty';
import { openStorage } from '../node/storage';
import type { BoardCrash, EspruinoBoardOptions, PortName, SimBoard } from '../types';

const BOOT_FILE = '.bootcde';
const IMAGE_FILE = 'image';
const LOAD_MAPPED = `global.CC_IMAGE=require("Storage").read("${IMAGE_FILE}");`;
const LOAD_FILE = `global.CC_IMAGE=require("fs").readFileSync("${IMAGE_FILE}");`;
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

class InterpreterBoard implements SimBoard {
  private readonly flash = this.options.flash;
  private readonly storage = this.options.storage;
  private readonly runtime = this.options.runtime;
  private readonly dir = fs.mkdtempSync(path.join(os.tmpdir(), 'chaincloud-board-'));
  private readonly plugs = plugPorts(this.options);
  private session: Session | undefined;
  private endedCpuMs = 0;
  private quickRestarts = 0;
  private crashListener: ((crash: BoardCrash) => void) | undefined;
  private powerListener: ((isOn: boolean) => void) | undefined;
  private isClosed = false;
  readonly name = this.options.name;
  readonly ports = this.plugs.outer;

  constructor(
    private readonly options: EspruinoBoardOptions,
    private readonly journalName: string,
  ) {}

  private prepare(ptys: Session['ptys']): void {
    const files = openStorage(this.storage);
    const { [BOOT_FILE]: image, ...others } = bootFiles(this.options);
    const { isGrowing } = espruinoBuild(this.options.espruino);
    if (isGrowing) fs.writeFileSync(path.join(this.dir, IMAGE_FILE), image);
    const boot = `${isGrowing ? LOAD_FILE : LOAD_MAPPED}${this.options.prelude ?? ''}eval(CC_IMAGE)`;
    const wanted = { ...others, ...(isGrowing ? {} : { [IMAGE_FILE]: image }), [BOOT_FILE]: Buffer.from(boot) };
    for (const [name, bytes] of Object.entries(wanted))
      if (!Buffer.from(files.read(name) ?? []).equals(bytes)) files.write(name, bytes);
    fs.writeFileSync(path.join(this.dir, STORAGE_FILE), this.storage.content());
    fs.writeFileSync(path.join(this.dir, this.journalName), this.flash.content());
    // The prompt stays on standard output, where errors that nobody caught are told; nothing is ever typed there.
    const paths = Object.fromEntries(Object.entries(ptys).map(([name, pty]) => [name, pty.path]));
    fs.writeFileSync(path.join(this.dir, PORTS_FILE), JSON.stringify({ ...paths, debug: true }));
  }

  private plug(): Session['ptys'] {
    const ptys: Session['ptys'] = {};
    for (const [name, inner] of Object.entries(this.plugs.inner) as [
      PortName,
      (typeof this.plugs.inner)['link'] & object,
    ][]) {
      const pty = openPty();
      pty.onData((bytes) => inner.write(bytes));
      inner.onData((bytes) => pty.write(bytes));
      ptys[name] = pty;
    }
    return ptys;
  }

  private unplug(ptys: Session['ptys']): void {
    for (const inner of Object.values(this.plugs.inner)) inner.onData(() => undefined);
    for (const pty of Object.values(ptys)) pty.close();
  }

  private readLog(child: ChildProcess): void {
    let crash: BoardCrash | undefined;
    const onLine = (line: string): void => {
      const text = line.replace(/\x1b\[[\d;]*[A-Za-z]|[\x00-\x08\x0e-\x1f]/g, '').trimEnd();
      if (text) this.options.onLog?.(text);
      const uncaught = /Uncaught (.*)$/.exec(text);
      if (uncaught && uncaught[1] !== 'undefined') {
        crash = { atMs: this.runtime.nowMs(), text: uncaught[1], stack: '' };
        this.crashListener?.(crash);
      } else if (crash && /^ {4}at /.test(text)) crash.stack += `${text}\n`;
    };
    for (const stream of [child.stdout, child.stderr])
      if (stream) createInterface({ input: stream }).on('line', onLine);
    child.stdin?.on('error', () => undefined);
  }

  /** The process is gone: keep what it wrote. */
  private settle(current: Session): void {
    this.unplug(current.ptys);
    takeBack(this.flash, path.join(this.dir, this.journalName));
    takeBack(this.storage, path.join(this.dir, STORAGE_FILE));
  }

  private async boot(): Promise<void> {
    const ptys = this.plug();
    this.prepare(ptys);
    const child = startChild(this.options.espruino, this.dir);
    const exited = new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    });
    const current: Session = { child, ptys, startedMs: Date.now(), exited };
    this.session = current;
    this.readLog(child);
    let usedMs = 0;
    const sampler = setInterval(() => (usedMs = cpuMsOf(child.pid ?? 0) || usedMs), 200);
    sampler.unref();
    void exited.then(() => {
      clearInterval(sampler);
      this.endedCpuMs += usedMs;
      this.settle(current);
      if (this.session !== current) return;
      this.session = undefined;
      this.powerListener?.(false);
      this.quickRestarts = Date.now() - current.startedMs < QUICK_RESTART_MS ? this.quickRestarts + 1 : 0;
      if (!this.isClosed && this.quickRestarts < MAX_QUICK_RESTARTS) void this.boot();
    });
    this.powerListener?.(true);
    const wanted = Object.values(ptys).map((pty) => pty.path);
    const limitMs = Date.now() + BOOT_LIMIT_MS;
    while (this.session === current && child.pid !== undefined) {
      const open = openPathsOf(child.pid);
      if (wanted.every((one) => open.includes(one))) return;
      if (Date.now() > limitMs)
        throw fail('no-boot', `${this.options.name} did not open its ports within ${BOOT_LIMIT_MS / 1000} s`);
      await sleep(BOOT_POLL_MS);
    }
  }

  async powerOff(): Promise<void> {
    const current = this.session;
    if (!current) return;
    this.session = undefined;
    current.child.kill('SIGKILL');
    await current.exited;
    this.powerListener?.(false);
  }

  async powerOn(): Promise<void> {
    this.quickRestarts = 0;
    if (!this.session) await this.boot();
  }

  get isOn() {
    return this.session !== undefined;
  }

  async reset() {
    await this.powerOff();
    await this.powerOn();
  }

  cutPowerAtWrite() {
    throw fail('unsupported', 'a process cannot be cut inside a write: use the Node engine');
  }

  /** A process has no radio. */
  radioLine(): undefined {
    return undefined;
  }

  radioConnect(): void {
    throw fail('unsupported', 'a process has no radio: use the Node engine');
  }

  /** What a pseudo-terminal loses nobody knows. */
  lost() {
    return {};
  }

  cpuMs() {
    return this.endedCpuMs + (this.session?.child.pid ? cpuMsOf(this.session.child.pid) : 0);
  }

  onCrash(listener: (crash: BoardCrash) => void) {
    this.crashListener = listener;
  }

  onPower(listener: (isOn: boolean) => void) {
    this.powerListener = listener;
  }

  async close() {
    this.isClosed = true;
    await this.powerOff();
    this.plugs.close();
    fs.rmSync(this.dir, { recursive: true, force: true });
  }
}

export function createEspruinoBoard(options: EspruinoBoardOptions): SimBoard {
  const { board, espruino } = options;
  const journalName = board.flash.fileName;
  if (journalName === undefined) throw fail('bad-board', `the genuine interpreter runs board linux, not ${board.name}`);
  if (!fs.existsSync(espruino)) throw fail('no-espruino', `there is no interpreter at ${espruino}`);
  return new InterpreterBoard(options, journalName);
}
