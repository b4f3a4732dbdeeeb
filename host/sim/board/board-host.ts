// What a context's calls do to the simulated board: timers on the runtime, bytes on the lines, flash, Storage, files,
// native hashes and AES, watchdog, restart. One of these lives from power-on to power-off.
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { RNG_DATA_REG } from '../../../boards/espruino/esp32-chip';
import { fail } from '../../../protocol/errors';
import type { Timer } from '../../kit/runtime';
import { PowerCut } from './flash';
import { ChipPort } from './port/chip-port';
import { portModes } from './port/modes';
import { panicText, startText, type ResetReason } from './port/sdk-texts';
import { variablesOf } from './port/variables';
import { pathOf, portNames, type Plugs } from './espruino/plug';
import { createRandom31 } from './node/random31';
import type { RealmHost } from './node/realm';
import type { SimFlash } from './flash';
import { openStorage } from './node/storage';
import type { PortName, SimBoardOptions } from './types';

/** Seconds since 1970 that a chip's clock shows right after power-on. */
const CHIP_EPOCH_S = 0;
const copyInto = Uint8Array.prototype.set;

export interface BoardHostOptions {
  options: SimBoardOptions;
  plugs: Plugs;
  isDead(): boolean;
  onTimer(id: number): void;
  onData(serial: string, text: string): void;
  /** The board restarts by itself; the running handler must end. */
  restart(): void;
}

export interface BoardHost {
  calls: RealmHost;
  /** The chip has started, before anything of Espruino's runs. */
  started(reason: ResetReason): void;
  /** A radio that is on has a visitor. */
  connect(): void;
  /** Octets that the port lost, by line. */
  lost(): { [line: string]: number };
  /** Takes back every timer and every line. */
  stop(): void;
}

/** A copy of a context's typed array that runs nothing of the context. */
function taken(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes.length);
  copyInto.call(copy, bytes);
  return copy;
}

const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');

class SimulatedBoardHost implements BoardHost {
  private readonly options = this.setup.options;
  private readonly plugs = this.setup.plugs;
  private readonly isDead = this.setup.isDead;
  private readonly runtime = this.options.runtime;
  private readonly board = this.options.board;
  private readonly flash = this.options.flash;
  private readonly modes = portModes(this.options.modes ?? []);
  private readonly storage = openStorage(this.options.storage, () => this.moveCode());
  private readonly chipPort = new ChipPort({
    runtime: this.runtime,
    modes: this.modes,
    deliver: (name, bytes) => this.deliver(name as PortName, bytes),
  });
  private readonly random = createRandom31();
  private readonly startedMs = this.runtime.nowMs();
  private readonly rate = 1 + (this.options.driftPpm ?? 0) / 1e6;
  private readonly timers = new Map<number, Timer>();
  private readonly openSerials = new Map<string, { name: PortName; baud: number }>();
  private connections = 0;
  private dog: { timer: Timer; timeoutMs: number } | undefined;
  private readonly names = portNames(this.options);
  private readonly realmCalls: RealmHost = {
    nowS: () =>
      CHIP_EPOCH_S + (this.options.unixSeconds ?? 0) + ((this.runtime.nowMs() - this.startedMs) * this.rate) / 1000,
    random31: () => this.random.next(),
    seedRandom: (seed) => this.random.seed(seed),
    log: (text) => this.options.onLog?.(text),
    timerSet: (id, delayMs) => this.setTimer(id, delayMs / this.rate),
    timerClear: (id) => {
      this.timers.get(id)?.cancel();
      this.timers.delete(id);
    },
    serialSetup: (serial, baud, path) => {
      const isFile = this.board.flash.fileName !== undefined;
      if (isFile && path === '' && baud) throw fail('no-path', 'No path defined for device');
      const name = this.names.find((one) =>
        isFile ? pathOf(one) === path : this.board.ports[this.options.role][one]?.serial === serial,
      );
      if (!name || !baud) return void this.openSerials.delete(serial);
      this.openSerials.set(serial, { name, baud });
      this.plugs.inner[name]?.onData((bytes) => {
        if (!this.isDead() && this.openSerials.get(serial)?.name === name) this.chipPort.hear(name, bytes);
      });
    },
    serialWrite: (serial, bytes) => {
      const open = this.openSerials.get(serial);
      if (open) this.send(open.name, taken(bytes), open.baud);
    },
    pin: (name, level) => this.options.onPin?.(name, level as 0 | 1),
    peek32: (address) => {
      if (this.board.flash.fileName !== undefined) throw fail('segfault', 'the address faults on Linux');
      return address === RNG_DATA_REG ? Buffer.from(this.runtime.random(4)).readUInt32LE(0) : 0;
    },
    radios: () => (this.options.radios ?? []).join(' '),
    variables: () => variablesOf(this.options),
    leaked: () => this.connections * this.modes.leakedVariables,
    watchdog: (timeoutMs) => {
      if (this.board.flash.fileName === undefined) this.armDog(timeoutMs);
    },
    kick: () => {
      if (this.dog) this.armDog(this.dog.timeoutMs);
    },
    reboot: () => this.restart(),
    hash: (name, bytes) => latin1(createHash(name).update(taken(bytes)).digest()),
    aes(mode, isEncrypt, key, iv, bytes) {
      const name = `aes-${key.length * 8}-${mode.toLowerCase()}`;
      const make = isEncrypt || mode === 'CTR' ? createCipheriv : createDecipheriv;
      const cipher = make(name, taken(key), mode === 'ECB' ? null : taken(iv));
      cipher.setAutoPadding(false);
      return Buffer.concat([cipher.update(taken(bytes)), cipher.final()]).toString('latin1');
    },
    storageRead: (name) => {
      const bytes = this.storage.read(name);
      return bytes && latin1(bytes);
    },
    storageWrite: (name, bytes, offset, sizeBytes) =>
      this.withErases(() => this.storage.write(name, taken(bytes), offset, sizeBytes)),
    storageErase: (name) => this.storage.erase(name),
    storageList: () => JSON.stringify(this.storage.list()),
    storageFree: () => this.storage.freeBytes(),
    storageCompact: (isAll) => this.withErases(() => void (isAll ? this.storage.eraseAll() : this.storage.compact())),
    flashRead: (address, lenBytes) => {
      const { flash, offset } = this.placeOf(address, lenBytes);
      return latin1(flash.read(offset, lenBytes));
    },
    flashWrite: (address, bytes) => {
      const { flash, offset } = this.placeOf(address, bytes.length);
      flash.program(offset, taken(bytes));
    },
    flashErase: (address) => {
      const { flash, offset } = this.placeOf(address, 1);
      this.chipPort.erase();
      flash.erase(Math.floor(offset / flash.pageBytes));
    },
    fileSize: (path) => this.fileBytes(path)?.length ?? -1,
    fileRead: (path, offset, lenBytes) =>
      latin1((this.fileBytes(path) ?? new Uint8Array(0)).slice(offset, offset + lenBytes)),
    fileWrite: (path, offset, bytes) => this.flash.overwrite(offset, taken(bytes)),
  };
  private readonly alive: { [name: string]: unknown } = {};
  readonly calls = this.alive as unknown as RealmHost;

  constructor(private readonly setup: BoardHostOptions) {
    for (const [name, call] of Object.entries(this.realmCalls)) {
      this.alive[name] = (...args: unknown[]) => {
        if (this.isDead()) throw new PowerCut();
        return (call as (...args: unknown[]) => unknown)(...args);
      };
    }
  }

  private restart(): never {
    this.setup.restart();
    throw new PowerCut();
  }

  private armDog(timeoutMs: number): void {
    this.dog?.timer.cancel();
    this.dog = {
      timeoutMs,
      timer: this.runtime.after(timeoutMs, () => void (this.isDead() || this.panic('watchdog'))),
    };
  }

  /** The SDK says why on UART0, then the board restarts. */
  private panic(why: string): void {
    if (this.modes.hasSdkTexts) this.sayOnUart0(panicText(why));
    this.setup.restart();
  }

  private sayOnUart0(bytesAt: (baud: number) => Uint8Array): void {
    const ports = this.board.ports[this.options.role];
    const name = this.names.find((one) => ports[one]?.serial === 'Serial1');
    if (name) this.plugs.inner[name]?.write(bytesAt(ports[name]!.baud));
  }

  /** A compaction has moved the image: what runs from mapped flash now reads other octets. */
  private moveCode(): void {
    if (!this.modes.isCodeMoved) return;
    const why = 'a compaction of Storage moved the code that runs';
    this.options.onLog?.(why);
    this.panic(why);
    throw new PowerCut();
  }

  /** Runs a timer when it is due and nothing holds JavaScript. */
  private setTimer(id: number, delayMs: number): void {
    this.timers.get(id)?.cancel();
    const due = (): void => {
      const waitMs = this.chipPort.busyMs();
      if (waitMs > 0) return this.setTimer(id, waitMs);
      this.timers.delete(id);
      this.setup.onTimer(id);
    };
    this.timers.set(id, this.runtime.after(delayMs, due));
  }

  private deliver(name: PortName, bytes: Uint8Array): void {
    const serial = [...this.openSerials].find(([, open]) => open.name === name)?.[0];
    if (serial !== undefined && !this.isDead()) this.setup.onData(serial, latin1(bytes));
  }

  /** What JavaScript writes leaves when nothing holds it any more. */
  private send(name: PortName, bytes: Uint8Array, baud: number): void {
    const waitMs = this.chipPort.busyMs();
    this.chipPort.wrote(name, bytes.length, baud);
    if (waitMs === 0) return void this.plugs.inner[name]?.write(bytes);
    this.runtime.after(waitMs, () => void (this.isDead() || this.plugs.inner[name]?.write(bytes)));
  }

  /** Does something to Storage; each page that it erases takes its time. */
  private withErases(work: () => void): void {
    const before = this.options.storage.stats().erases;
    work();
    for (let n = this.options.storage.stats().erases - before; n > 0; n--) this.chipPort.erase();
  }

  /** The flash at an address: the journal's area, or Storage. */
  private placeOf(address: number, lenBytes: number): { flash: SimFlash; offset: number } {
    const { flash, storage } = this.board;
    for (const [area, start] of [
      [this.flash, flash.address ?? NaN] as const,
      [this.options.storage, storage.address] as const,
    ]) {
      const offset = address - start;
      if (offset >= 0 && offset + lenBytes <= area.sizeBytes) return { flash: area, offset };
    }
    throw fail('flash-range', 'address outside of the flash that a board has');
  }

  private portsFile(): Buffer {
    return Buffer.from(JSON.stringify(Object.fromEntries(this.names.map((name) => [name, pathOf(name)]))));
  }

  private fileBytes(path: string): Uint8Array | undefined {
    if (this.board.flash.fileName === undefined) return undefined;
    if (path === this.board.flash.fileName) return this.flash.content();
    return path === 'ports.json' ? this.portsFile() : undefined;
  }

  started(reason: ResetReason) {
    if (this.modes.hasSdkTexts) this.sayOnUart0(startText(reason));
  }

  connect() {
    this.connections++;
  }

  lost() {
    return this.chipPort.lost();
  }

  stop() {
    this.chipPort.stop();
    for (const timer of this.timers.values()) timer.cancel();
    this.timers.clear();
    this.openSerials.clear();
    this.dog?.timer.cancel();
    for (const name of this.names) this.plugs.inner[name]?.onData(() => undefined);
  }
}

export function createBoardHost(setup: BoardHostOptions): BoardHost {
  return new SimulatedBoardHost(setup);
}
