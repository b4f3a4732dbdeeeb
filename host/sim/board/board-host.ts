// What a context's calls do to the simulated board: timers on the runtime, bytes on the lines, flash, Storage, files,
// native hashes and AES, watchdog, restart. One of these lives from power-on to power-off.
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
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
const RNG_DATA_REG = 0x3ff75144;
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

export function createBoardHost(setup: BoardHostOptions): BoardHost {
  const { options, plugs, isDead } = setup;
  const { runtime, board, flash } = options;
  const storage = openStorage(options.storage);
  const random = createRandom31();
  const startedMs = runtime.nowMs();
  const rate = 1 + (options.driftPpm ?? 0) / 1e6;
  const timers = new Map<number, Timer>();
  const openSerials = new Map<string, PortName>();
  let dog: { timer: Timer; timeoutMs: number } | undefined;
  const names = portNames(options);

  const restart = (): never => {
    setup.restart();
    throw new PowerCut();
  };
  const armDog = (timeoutMs: number): void => {
    dog?.timer.cancel();
    dog = { timeoutMs, timer: runtime.after(timeoutMs, () => void (isDead() || setup.restart())) };
  };
  const journalOffset = (address: number, lenBytes: number): number => {
    const offset = address - (board.flash.address ?? NaN);
    if (!(offset >= 0 && offset + lenBytes <= flash.sizeBytes))
      throw fail('flash-range', 'address outside of the free flash');
    return offset;
  };
  const portsFile = (): Buffer =>
    Buffer.from(JSON.stringify(Object.fromEntries(names.map((name) => [name, pathOf(name)]))));
  const fileBytes = (path: string): Uint8Array | undefined => {
    if (board.flash.fileName === undefined) return undefined;
    if (path === board.flash.fileName) return flash.content();
    return path === 'ports.json' ? portsFile() : undefined;
  };

  const calls: RealmHost = {
    nowS: () => CHIP_EPOCH_S + (options.unixSeconds ?? 0) + ((runtime.nowMs() - startedMs) * rate) / 1000,
    random31: () => random.next(),
    seedRandom: (seed) => random.seed(seed),
    log: (text) => options.onLog?.(text),
    timerSet(id, delayMs) {
      timers.get(id)?.cancel();
      timers.set(
        id,
        runtime.after(delayMs / rate, () => {
          timers.delete(id);
          setup.onTimer(id);
        }),
      );
    },
    timerClear(id) {
      timers.get(id)?.cancel();
      timers.delete(id);
    },
    serialSetup(serial, baud, path) {
      const isFile = board.flash.fileName !== undefined;
      if (isFile && path === '' && baud) throw fail('no-path', 'No path defined for device');
      const name = names.find((one) =>
        isFile ? pathOf(one) === path : board.ports[options.role][one]?.serial === serial,
      );
      if (!name || !baud) return void openSerials.delete(serial);
      openSerials.set(serial, name);
      plugs.inner[name]?.onData((bytes) => {
        if (!isDead() && openSerials.get(serial) === name) setup.onData(serial, latin1(bytes));
      });
    },
    serialWrite(serial, bytes) {
      const name = openSerials.get(serial);
      if (name) plugs.inner[name]?.write(taken(bytes));
    },
    pin: (name, level) => options.onPin?.(name, level as 0 | 1),
    peek32(address) {
      if (board.flash.fileName !== undefined) throw fail('segfault', 'the address faults on Linux');
      return address === RNG_DATA_REG ? Buffer.from(runtime.random(4)).readUInt32LE(0) : 0;
    },
    watchdog(timeoutMs) {
      if (board.flash.fileName === undefined) armDog(timeoutMs);
    },
    kick() {
      if (dog) armDog(dog.timeoutMs);
    },
    reboot: restart,
    hash: (name, bytes) => latin1(createHash(name).update(taken(bytes)).digest()),
    aes(mode, isEncrypt, key, iv, bytes) {
      const name = `aes-${key.length * 8}-${mode.toLowerCase()}`;
      const make = isEncrypt || mode === 'CTR' ? createCipheriv : createDecipheriv;
      const cipher = make(name, taken(key), mode === 'ECB' ? null : taken(iv));
      cipher.setAutoPadding(false);
      return Buffer.concat([cipher.update(taken(bytes)), cipher.final()]).toString('latin1');
    },
    storageRead(name) {
      const bytes = storage.read(name);
      return bytes && latin1(bytes);
    },
    storageWrite: (name, bytes, offset, sizeBytes) => storage.write(name, taken(bytes), offset, sizeBytes),
    storageErase: (name) => storage.erase(name),
    storageList: () => JSON.stringify(storage.list()),
    storageFree: () => storage.freeBytes(),
    storageCompact: (isAll) => void (isAll ? storage.eraseAll() : storage.compact()),
    flashRead: (address, lenBytes) => latin1(flash.read(journalOffset(address, lenBytes), lenBytes)),
    flashWrite: (address, bytes) => flash.program(journalOffset(address, bytes.length), taken(bytes)),
    flashErase: (address) => flash.erase(Math.floor(journalOffset(address, 1) / flash.pageBytes)),
    fileSize: (path) => fileBytes(path)?.length ?? -1,
    fileRead: (path, offset, lenBytes) =>
      latin1((fileBytes(path) ?? new Uint8Array(0)).slice(offset, offset + lenBytes)),
    fileWrite: (path, offset, bytes) => flash.overwrite(offset, taken(bytes)),
  };

  const alive: { [name: string]: unknown } = {};
  for (const [name, call] of Object.entries(calls)) {
    alive[name] = (...args: unknown[]) => {
      if (isDead()) throw new PowerCut();
      return (call as (...args: unknown[]) => unknown)(...args);
    };
  }
  return {
    calls: alive as unknown as RealmHost,
    stop() {
      for (const timer of timers.values()) timer.cancel();
      timers.clear();
      openSerials.clear();
      dog?.timer.cancel();
      for (const name of names) plugs.inner[name]?.onData(() => undefined);
    },
  };
}
