// What a context's calls do to the simulated board: timers on the runtime, bytes on the lines, flash, Storage, files,
// native hashes and AES, watchdog, restart. One of these lives from power-on to power-off.
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { RNG_DATA_REG } from '../../../boards/espruino/esp32-chip';
import { fail } from '../../../protocol/errors';
import type { Timer } from '../../kit/runtime';
import { PowerCut } from './flash';
import { pathOf, portNames, type Plugs } from './espruino/plug';
import { createRandom31 } from './node/random31';
import type { RealmHost } from './node/realm';
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
  private readonly storage = openStorage(this.options.storage);
  private readonly random = createRandom31();
  private readonly startedMs = this.runtime.nowMs();
  private readonly rate = 1 + (this.options.driftPpm ?? 0) / 1e6;
  private readonly timers = new Map<number, Timer>();
  private readonly openSerials = new Map<string, PortName>();
  private dog: { timer: Timer; timeoutMs: number } | undefined;
  private readonly names = portNames(this.options);
  private readonly realmCalls: RealmHost = {
    nowS: () =>
      CHIP_EPOCH_S + (this.options.unixSeconds ?? 0) + ((this.runtime.nowMs() - this.startedMs) * this.rate) / 1000,
    random31: () => this.random.next(),
    seedRandom: (seed) => this.random.seed(seed),
    log: (text) => this.options.onLog?.(text),
    timerSet: (id, delayMs) => {
      this.timers.get(id)?.cancel();
      this.timers.set(
        id,
        this.runtime.after(delayMs / this.rate, () => {
          this.timers.delete(id);
          this.setup.onTimer(id);
        }),
      );
    },
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
      this.openSerials.set(serial, name);
      this.plugs.inner[name]?.onData((bytes) => {
        if (!this.isDead() && this.openSerials.get(serial) === name) this.setup.onData(serial, latin1(bytes));
      });
    },
    serialWrite: (serial, bytes) => {
      const name = this.openSerials.get(serial);
      if (name) this.plugs.inner[name]?.write(taken(bytes));
    },
    pin: (name, level) => this.options.onPin?.(name, level as 0 | 1),
    peek32: (address) => {
      if (this.board.flash.fileName !== undefined) throw fail('segfault', 'the address faults on Linux');
      return address === RNG_DATA_REG ? Buffer.from(this.runtime.random(4)).readUInt32LE(0) : 0;
    },
    radios: () => (this.options.radios ?? []).join(' '),
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
    storageWrite: (name, bytes, offset, sizeBytes) => this.storage.write(name, taken(bytes), offset, sizeBytes),
    storageErase: (name) => this.storage.erase(name),
    storageList: () => JSON.stringify(this.storage.list()),
    storageFree: () => this.storage.freeBytes(),
    storageCompact: (isAll) => void (isAll ? this.storage.eraseAll() : this.storage.compact()),
    flashRead: (address, lenBytes) => latin1(this.flash.read(this.journalOffset(address, lenBytes), lenBytes)),
    flashWrite: (address, bytes) => this.flash.program(this.journalOffset(address, bytes.length), taken(bytes)),
    flashErase: (address) => this.flash.erase(Math.floor(this.journalOffset(address, 1) / this.flash.pageBytes)),
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
    this.dog = { timeoutMs, timer: this.runtime.after(timeoutMs, () => void (this.isDead() || this.setup.restart())) };
  }

  private journalOffset(address: number, lenBytes: number): number {
    const offset = address - (this.board.flash.address ?? NaN);
    if (!(offset >= 0 && offset + lenBytes <= this.flash.sizeBytes))
      throw fail('flash-range', 'address outside of the free flash');
    return offset;
  }

  private portsFile(): Buffer {
    return Buffer.from(JSON.stringify(Object.fromEntries(this.names.map((name) => [name, pathOf(name)]))));
  }

  private fileBytes(path: string): Uint8Array | undefined {
    if (this.board.flash.fileName === undefined) return undefined;
    if (path === this.board.flash.fileName) return this.flash.content();
    return path === 'ports.json' ? this.portsFile() : undefined;
  }

  stop() {
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
