// A board with stock Espruino at its prompt, as far as flashing is about it: console keys, packets, Storage and Flash
// on a simulated flash, the boot files at power-on. The loader and every expression of the flash tool run in it as they
// are. For tests and the benchmark of uploads: it can lose bytes, answer late, hold with XOFF and have its power cut
// inside any flash write. Times: 0.7 ms a programmed 256 bytes, 45 ms an erased page, as the data sheets of such flash
// say.
import * as vm from 'node:vm';
import type { BytePort } from '../../../host/kit/byte-port';
import type { Runtime } from '../../../host/kit/runtime';
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

export function createModelBoard(options: ModelOptions): ModelBoard {
  const { runtime, area } = options;
  const flash = options.flash ?? createFlash({ pageBytes: area.pageBytes, pageCount: area.pageCount });
  const storage = createStorageModel(flash, area);
  let context: vm.Context = vm.createContext({});
  let port: BytePort | undefined;
  let isOn = false;
  let isBusy = false;
  let heard = 0;
  let spentMs = 0;
  let input = '';
  let packet: { at: number; head: number[]; text: string; need: number } | undefined;
  /** The file that FILE_SEND announced and DATA packets fill. */
  let file: { name: string; sizeBytes: number; at: number } | undefined;
  let last = 0;

  function say(text: string): void {
    if (isOn) port?.write(new Uint8Array(Buffer.from(text, 'latin1')));
  }

  function erasePage(address: number): void {
    spentMs += ERASE_MS;
    if (!options.isEraseDead) flash.erase(Math.floor((address - area.address) / area.pageBytes));
  }

  const bytesOf = (value: unknown): Uint8Array =>
    typeof value === 'string' ? new Uint8Array(Buffer.from(value, 'latin1')) : Uint8Array.from(value as Uint8Array);

  function makeContext(): vm.Context {
    const modules: { [name: string]: unknown } = {
      Storage: storageModule(storage),
      Flash: {
        read: (lenBytes: number, address: number) => flash.read(address - area.address, lenBytes),
        write: (data: unknown, address: number) => {
          const bytes = bytesOf(data);
          spentMs += Math.ceil(bytes.length / PROGRAM_BYTES) * PROGRAM_MS;
          flash.program(address - area.address, bytes);
        },
        erasePage,
      },
    };
    const sandbox: { [name: string]: unknown } = {
      require: (name: string) => modules[name],
      E: {
        hwRand: () => 4,
        CRC32: (data: unknown) => crc32(bytesOf(data)),
        sum: (data: Uint8Array) => data.reduce((sum, cell) => sum + cell, 0),
        reboot: () => void runtime.after(0, powerOn),
      },
      process: {
        env: {
          BOARD: options.espruinoBoard,
          VERSION: options.version ?? '2v29.277',
          GIT_COMMIT: 'model',
          SERIAL: 'model',
        },
        memory: () => ({ free: 2300, total: 2500, usage: 200 }),
      },
      btoa: (text: string) => Buffer.from(text, 'latin1').toString('base64'),
      atob: (text: string) => Buffer.from(text, 'base64').toString('latin1'),
      getTime: () => runtime.nowMs() / 1000,
      setTimeout: (fn: () => void, ms: number) => void runtime.after(ms, fn),
      Serial1: { setup: () => undefined },
      ...Object.fromEntries(Object.entries(options.serials ?? {}).map(([name, line]) => [name, serialOn(line)])),
      ...PINS,
      pinMode: () => undefined,
      digitalWrite: () => undefined,
      load: () => void runtime.after(0, powerOn),
    };
    sandbox.global = sandbox;
    return vm.createContext(sandbox);
  }

  /** Runs device code; a power cut inside it ends the board, any other error is the device's. */
  function run(code: string): { value?: unknown; error?: Error } {
    try {
      return { value: vm.runInContext(code, context) };
    } catch (error) {
      if (!(error instanceof PowerCut)) return { error: error as Error };
      isOn = false;
      return {};
    }
  }

  function powerOn(): void {
    isOn = true;
    isBusy = false;
    input = '';
    packet = undefined;
    context = makeContext();
    if (!storage.isValid()) for (let page = 0; page < area.pageCount; page++) flash.erase(page);
    const main = storage.read('.bootrst') !== undefined ? '.bootrst' : '.bootcde';
    for (const name of ['.boot0', '.boot1', '.boot2', '.boot3']) {
      const text = storage.read(name);
      if (text !== undefined) run(text);
      if (!isOn) return;
    }
    const boot = storage.read(main);
    if (boot !== undefined) run(boot);
    say('\r\n>');
  }

  function answer(text: string): void {
    const delayMs = PACKET_MS + spentMs;
    spentMs = 0;
    runtime.after(delayMs, () => say(text));
  }

  function evaluate(text: string): void {
    const { value, error } = run(`(${text}\n)`);
    if (!isOn) return;
    if (error) return answer(`${String.fromCharCode(NAK)}Uncaught ${error.name}: ${error.message}\r\n>`);
    const js = toJs(value).slice(0, MAX_PACKET_BYTES);
    answer(String.fromCharCode(ACK, DLE, SOH, (RESPONSE | js.length) >> 8, js.length & 0xff) + js);
  }

  /** A piece of the file that is being sent; false where Storage does not take it. */
  function putPiece(text: string): boolean {
    if (!file) return false;
    try {
      storage.write(file.name, text, file.at, file.at === 0 ? file.sizeBytes : 0);
    } catch (error) {
      if (error instanceof PowerCut) isOn = false;
      return false;
    }
    file.at += text.length;
    return true;
  }

  function takePacket(type: number, text: string): void {
    if (type === EVAL) return evaluate(text);
    let isTaken = type === FILE_SEND;
    if (isTaken) {
      const { fn, s } = JSON.parse(text) as { fn: string; s: number };
      file = { name: fn, sizeBytes: s, at: 0 };
    } else if (type === FILE_DATA) isTaken = putPiece(text);
    answer(String.fromCharCode(isTaken ? ACK : NAK));
  }

  function giveUpPacket(): void {
    packet = undefined;
    say(String.fromCharCode(NAK));
  }

  function takeKey(code: number): void {
    if (packet) {
      if (packet.head.length < 2) {
        packet.head.push(code);
        packet.need = ((packet.head[0] << 8) | code) & MAX_PACKET_BYTES;
        return;
      }
      packet.text += String.fromCharCode(code);
      if (packet.text.length < packet.need) return;
      const { text, head } = packet;
      packet = undefined;
      return takePacket((head[0] << 8) & ~MAX_PACKET_BYTES, text);
    }
    if (code === CTRL_C) input = '';
    else if (code === SOH && last === DLE) {
      const mine = { at: runtime.nowMs(), head: [], text: '', need: 0 };
      packet = mine;
      runtime.after(PACKET_TIMEOUT_MS, () => {
        if (packet === mine && isOn) giveUpPacket();
      });
    } else if (code === ENQ && input === '')
      answer(`Espruino ${options.version ?? '2v29.277'} ${options.espruinoBoard}\n`);
    else if (code === 8) input = input.slice(0, -1);
    else if (code === 10 || code === 13) input = '';
    else if (code >= 32) input += String.fromCharCode(code);
  }

  function take(bytes: Uint8Array): void {
    for (const code of bytes) {
      if (!isOn) return;
      heard++;
      if (options.lossRate && options.chance!() < options.lossRate) continue;
      if (options.xoffAfterBytes && heard === options.xoffAfterBytes) say(String.fromCharCode(XOFF));
      if (isBusy) {
        if (code === CTRL_C) {
          isBusy = false;
          say('\r\nExecution Interrupted\r\n>');
        }
        continue;
      }
      takeKey(code);
      last = code;
    }
  }

  function unplug(old: BytePort | undefined): void {
    if (port === old) port = undefined;
  }

  return {
    flash,
    storage,
    unplug: () => unplug(port),
    plug(next) {
      port = next;
      next.onData(take);
      next.onClose(() => unplug(next));
    },
    powerOn,
    isOn: () => isOn,
    global: (name) => context[name],
    beBusy: () => void (isBusy = true),
  };
}
