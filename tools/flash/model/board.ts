// A board with stock Espruino at its prompt, as far as flashing is about it: console keys, packets, Storage and Flash
// on a simulated flash, the boot files at power-on. The loader and every expression of the flash tool run in it as they
// are. For tests and the benchmark of uploads: it can lose bytes, answer late, hold with XOFF and have its power cut
// inside any flash write. Times: 0.7 ms a programmed 256 bytes, 45 ms an erased page, as the data sheets of such flash
// say.
import * as vm from 'node:vm';
import type { BytePort } from '../../../host/kit/byte-port';
import type { Runtime } from '../../../host/kit/runtime';
import type { Radio } from '../../../host/sim/board/types';
import { createFlash, PowerCut, type SimFlash } from '../../../host/sim/board/flash';
import { crc32 } from '../storage/crc32';
import {
  ACK,
  CTRL_C,
  DLE,
  ENQ,
  EVAL,
  FILE_DATA,
  FILE_SEND,
  MAX_PACKET_BYTES,
  NAK,
  RESPONSE,
  SOH,
  XOFF,
} from '../prompt/packets';
import type { StorageArea } from '../storage/slots';
import { createStorageModel, type StorageModel } from './storage';

const PROGRAM_MS = 0.7;
const PROGRAM_BYTES = 256;
const ERASE_MS = 45;
/** Time that the interpreter needs for a packet of its own. */
const PACKET_MS = 8;
const PACKET_TIMEOUT_MS = 5000;

export interface ModelOptions {
  runtime: Runtime;
  espruinoBoard: string;
  area: StorageArea;
  version?: string;
  flash?: SimFlash;
  /** Chance that a received byte is lost. */
  lossRate?: number;
  /** 0..1; only asked with a lossRate. */
  chance?: () => number;
  /** Sends XOFF after so many bytes, and never XON. */
  xoffAfterBytes?: number;
  /** Radios that are on. */
  radios?: Radio[];
  /** True: erasePage does nothing, as in some builds. */
  isEraseDead?: boolean;
  /** What hangs on the board's other serial ports, by Espruino's names of them. */
  serials?: { [name: string]: BytePort };
}

export interface ModelBoard {
  flash: SimFlash;
  storage: StorageModel;
  /** Plugs a line in; a board has one. */
  plug(port: BytePort): void;
  /** What the board says from now on is heard by nobody. */
  unplug(): void;
  /** Power off and on: runs the boot files. */
  powerOn(): void;
  /** False from a power cut to the next power-on. */
  isOn(): boolean;
  /** What a line typed at the prompt by somebody who connects by a radio gives; undefined: no prompt. */
  radioLine(radio: Radio, line: string): unknown;
  /** Value of a global of the running code. */
  global(name: string): unknown;
  /** Makes the console deaf until Ctrl-C comes, as a program in an endless loop does. */
  beBusy(): void;
}

/** A Serial object of Espruino on a line. */
function serialOn(line: BytePort): { [name: string]: unknown } {
  let listener: ((text: string) => void) | undefined;
  line.onData((bytes) => listener?.(Buffer.from(bytes).toString('latin1')));
  return {
    setup: () => undefined,
    write: (text: string) => line.write(new Uint8Array(Buffer.from(text, 'latin1'))),
    on: (_event: string, next: (text: string) => void) => void (listener = next),
    removeAllListeners: () => void (listener = undefined),
  };
}

/** Pins by their names, so that device code may name them. */
const PINS = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`D${n}`, n]));

/** A value as E.toJS writes it. */
function toJs(value: unknown): string {
  if (value === undefined) return 'undefined';
  return JSON.stringify(value) ?? 'function () {...}';
}

/** What `require("Storage")` gives. */
function storageModule(storage: StorageModel): { [name: string]: unknown } {
  return {
    read: storage.read.bind(storage),
    write: storage.write.bind(storage),
    erase: storage.erase.bind(storage),
    eraseAll: storage.eraseAll.bind(storage),
    list: storage.list.bind(storage),
    getFree: storage.freeBytes.bind(storage),
  };
}

class BoardModel implements ModelBoard {
  private readonly runtime = this.options.runtime;
  private readonly area = this.options.area;
  readonly flash =
    this.options.flash ?? createFlash({ pageBytes: this.area.pageBytes, pageCount: this.area.pageCount });
  readonly storage = createStorageModel(this.flash, this.area);
  private context: vm.Context = vm.createContext({});
  private port: BytePort | undefined;
  private isOnNow = false;
  private isBusy = false;
  private heard = 0;
  private spentMs = 0;
  private input = '';
  private packet: { at: number; head: number[]; text: string; need: number } | undefined;
  /** The file that FILE_SEND announced and DATA packets fill. */
  private file: { name: string; sizeBytes: number; at: number } | undefined;
  private last = 0;
  /** The console was forced: it does not go to a radio that connects. */
  private isForced = false;

  constructor(private readonly options: ModelOptions) {}

  private say(text: string): void {
    if (this.isOnNow) this.port?.write(new Uint8Array(Buffer.from(text, 'latin1')));
  }

  private erasePage(address: number): void {
    this.spentMs += ERASE_MS;
    const page = Math.floor((address - this.area.address) / this.area.pageBytes);
    // The journal's area is not in this model.
    if (!this.options.isEraseDead && page >= 0 && page < this.area.pageCount) this.flash.erase(page);
  }

  private bytesOf(value: unknown): Uint8Array {
    return typeof value === 'string'
      ? new Uint8Array(Buffer.from(value, 'latin1'))
      : Uint8Array.from(value as Uint8Array);
  }

  private makeContext(): vm.Context {
    const modules: { [name: string]: unknown } = {
      Storage: storageModule(this.storage),
      Flash: {
        read: (lenBytes: number, address: number) => this.flash.read(address - this.area.address, lenBytes),
        write: (data: unknown, address: number) => {
          const bytes = this.bytesOf(data);
          this.spentMs += Math.ceil(bytes.length / PROGRAM_BYTES) * PROGRAM_MS;
          this.flash.program(address - this.area.address, bytes);
        },
        erasePage: (address: number) => this.erasePage(address),
      },
    };
    const sandbox: { [name: string]: unknown } = {
      require: (name: string) => modules[name],
      E: {
        setConsole: (_device: unknown, options?: { force?: boolean }) => void (this.isForced = options?.force === true),
        convolve: (a: Float64Array, b: Float64Array, offset: number) =>
          a.reduce((sum, cell, i) => sum + cell * b[(i + offset) % b.length], 0),
        hwRand: () => 4,
        CRC32: (data: unknown) => crc32(this.bytesOf(data)),
        sum: (data: Uint8Array) => data.reduce((sum, cell) => sum + cell, 0),
        reboot: () => void this.runtime.after(0, () => this.powerOn()),
      },
      process: {
        env: {
          BOARD: this.options.espruinoBoard,
          VERSION: this.options.version ?? '2v29.277',
          GIT_COMMIT: 'model',
          SERIAL: 'model',
        },
        memory: () => ({ free: 2300, total: 2500, usage: 200 }),
      },
      btoa: (text: string) => Buffer.from(text, 'latin1').toString('base64'),
      atob: (text: string) => Buffer.from(text, 'base64').toString('latin1'),
      getTime: () => this.runtime.nowMs() / 1000,
      setTimeout: (fn: () => void, ms: number) => void this.runtime.after(ms, fn),
      ...(this.options.espruinoBoard.startsWith('ESP32') ? { ESP32: { getState: () => this.radioState() } } : {}),
      Serial1: { setup: () => undefined },
      ...Object.fromEntries(Object.entries(this.options.serials ?? {}).map(([name, line]) => [name, serialOn(line)])),
      ...PINS,
      pinMode: () => undefined,
      digitalWrite: () => undefined,
      load: () => void this.runtime.after(0, () => this.powerOn()),
    };
    sandbox.global = sandbox;
    return vm.createContext(sandbox);
  }

  /** Runs device code; a power cut inside it ends the board, any other error is the device's. */
  private run(code: string): { value?: unknown; error?: Error } {
    try {
      return { value: vm.runInContext(code, this.context) };
    } catch (error) {
      if (!(error instanceof PowerCut)) return { error: error as Error };
      this.isOnNow = false;
      return {};
    }
  }

  powerOn(): void {
    this.isOnNow = true;
    this.isBusy = false;
    this.isForced = false;
    this.input = '';
    this.packet = undefined;
    this.context = this.makeContext();
    if (!this.storage.isValid()) for (let page = 0; page < this.area.pageCount; page++) this.flash.erase(page);
    const main = this.storage.read('.bootrst') !== undefined ? '.bootrst' : '.bootcde';
    for (const name of ['.boot0', '.boot1', '.boot2', '.boot3']) {
      const text = this.storage.read(name);
      if (text !== undefined) this.run(text);
      if (!this.isOnNow) return;
    }
    const boot = this.storage.read(main);
    if (boot !== undefined) this.run(boot);
    this.say('\r\n>');
  }

  private answer(text: string): void {
    const delayMs = PACKET_MS + this.spentMs;
    this.spentMs = 0;
    this.runtime.after(delayMs, () => this.say(text));
  }

  private evaluate(text: string): void {
    const { value, error } = this.run(`(${text}\n)`);
    if (!this.isOnNow) return;
    if (error) return this.answer(`${String.fromCharCode(NAK)}Uncaught ${error.name}: ${error.message}\r\n>`);
    const js = toJs(value).slice(0, MAX_PACKET_BYTES);
    this.answer(String.fromCharCode(ACK, DLE, SOH, (RESPONSE | js.length) >> 8, js.length & 0xff) + js);
  }

  /** A piece of the file that is being sent; false where Storage does not take it. */
  private putPiece(text: string): boolean {
    if (!this.file) return false;
    try {
      this.storage.write(this.file.name, text, this.file.at, this.file.at === 0 ? this.file.sizeBytes : 0);
    } catch (error) {
      if (error instanceof PowerCut) this.isOnNow = false;
      return false;
    }
    this.file.at += text.length;
    return true;
  }

  private takePacket(type: number, text: string): void {
    if (type === EVAL) return this.evaluate(text);
    let isTaken = type === FILE_SEND;
    if (isTaken) {
      const { fn, s } = JSON.parse(text) as { fn: string; s: number };
      this.file = { name: fn, sizeBytes: s, at: 0 };
    } else if (type === FILE_DATA) isTaken = this.putPiece(text);
    this.answer(String.fromCharCode(isTaken ? ACK : NAK));
  }

  private giveUpPacket(): void {
    this.packet = undefined;
    this.say(String.fromCharCode(NAK));
  }

  private takeKey(code: number): void {
    if (this.packet) {
      if (this.packet.head.length < 2) {
        this.packet.head.push(code);
        this.packet.need = ((this.packet.head[0] << 8) | code) & MAX_PACKET_BYTES;
        return;
      }
      this.packet.text += String.fromCharCode(code);
      if (this.packet.text.length < this.packet.need) return;
      const { text, head } = this.packet;
      this.packet = undefined;
      return this.takePacket((head[0] << 8) & ~MAX_PACKET_BYTES, text);
    }
    if (code === CTRL_C) this.input = '';
    else if (code === SOH && this.last === DLE) {
      const mine = { at: this.runtime.nowMs(), head: [], text: '', need: 0 };
      this.packet = mine;
      this.runtime.after(PACKET_TIMEOUT_MS, () => {
        if (this.packet === mine && this.isOnNow) this.giveUpPacket();
      });
    } else if (code === ENQ && this.input === '')
      this.answer(`Espruino ${this.options.version ?? '2v29.277'} ${this.options.espruinoBoard}\n`);
    else if (code === 8) this.input = this.input.slice(0, -1);
    else if (code === 10 || code === 13) this.input = '';
    else if (code >= 32) this.input += String.fromCharCode(code);
  }

  private take(bytes: Uint8Array): void {
    for (const code of bytes) {
      if (!this.isOnNow) return;
      this.heard++;
      if (this.options.lossRate && this.options.chance!() < this.options.lossRate) continue;
      if (this.options.xoffAfterBytes && this.heard === this.options.xoffAfterBytes)
        this.say(String.fromCharCode(XOFF));
      if (this.isBusy) {
        if (code === CTRL_C) {
          this.isBusy = false;
          this.say('\r\nExecution Interrupted\r\n>');
        }
        continue;
      }
      this.takeKey(code);
      this.last = code;
    }
  }

  private unplugNow(old: BytePort | undefined): void {
    if (this.port === old) this.port = undefined;
  }

  unplug(): void {
    this.unplugNow(this.port);
  }

  plug(next: BytePort): void {
    this.port = next;
    next.onData((bytes) => this.take(bytes));
    next.onClose(() => this.unplugNow(next));
  }

  private radioState(): { Wifi: boolean; BLE: boolean } {
    const { radios = [] } = this.options;
    return { Wifi: radios.includes('wifi'), BLE: radios.includes('ble') };
  }

  radioLine(radio: Radio, line: string): unknown {
    const isHeard = this.isOnNow && !this.isForced && this.options.radios?.includes(radio);
    return isHeard ? this.run(line).value : undefined;
  }

  isOn(): boolean {
    return this.isOnNow;
  }

  global(name: string): unknown {
    return this.context[name];
  }

  beBusy(): void {
    this.isBusy = true;
  }
}

export function createModelBoard(options: ModelOptions): ModelBoard {
  return new BoardModel(options);
}
